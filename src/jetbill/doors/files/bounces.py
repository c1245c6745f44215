"""Reads mails that came back: delivery status notifications (RFC 3464), as files or from a watched folder.

Mail servers put them into the folder whole (written elsewhere and renamed). What was taken in moves to
`done`, what is no notification of ours to `set_aside`, for a person.
"""

import logging
import re
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from pathlib import Path

from jetbill.kernel.trouble import BadInput, Refused
from jetbill.stages.delivery.actions import Bounce, record_bounce
from jetbill.stages.delivery.letters import bounced_key
from jetbill.stages.realms.queries import every_realm
from jetbill.stages.realms.scope import outside_realms, realm_scope

LARGEST = 10_000_000
HEADERS = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
log = logging.getLogger("jet.bounces")


def read_bounce(file: Path) -> Bounce:
    """The notification in a file; raises BadInput for a file that is none, or not about a mail of ours."""
    if not file.is_file() or file.stat().st_size > LARGEST:
        raise BadInput(f"is no file of at most {LARGEST} bytes", file=str(file))
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    fields = _recipient_fields(message)
    if fields is None:
        raise BadInput("is no delivery status notification (RFC 3464)", file=str(file))
    key = next((each for each in _addresses(message) if bounced_key(each)), "")
    if not key:
        raise BadInput("was not sent to a bounce address of ours", file=str(file))
    status = _text(fields, "Status")
    return Bounce(
        key=key,
        is_final=_text(fields, "Action").lower() == "failed" and not status.startswith("4"),
        status=status,
        reason=_text(fields, "Diagnostic-Code")[:500],
    )


def take_in(file: Path, *, by: str, now: datetime) -> int:
    """Record the bounce in `file`; returns the delivery. Raises BadInput as `read_bounce` does."""
    bounce = read_bounce(file)
    key = bounced_key(bounce.key)
    assert key is not None
    with outside_realms():
        realm = next((each for each in every_realm() if each.pk == key[0]), None)
    if realm is None:
        raise BadInput(f"the bounce address {bounce.key} is of no realm here", file=str(file))
    try:
        with realm_scope(realm):
            return record_bounce(bounce, by=by, now=now).pk
    except Refused:
        raise BadInput(f"the bounce address {bounce.key} is of no mail we sent", file=str(file)) from None


def take_in_folder(folder: Path, now: datetime) -> int:
    """Take in every `.eml` file of `folder`; returns how many were bounces of ours."""
    taken = 0
    for file in sorted(folder.glob("*.eml")):
        try:
            take_in(file, by="jet", now=now)
            taken, place = taken + 1, "done"
        except BadInput as wrong:
            log.warning("set aside: %s", wrong)
            place = "set_aside"
        (folder / place).mkdir(exist_ok=True)
        file.replace(folder / place / file.name)
    return taken


def _recipient_fields(message: EmailMessage) -> Message | None:
    """The part of the notification that is about the recipient (the second block of the status part)."""
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            blocks = [each for each in part.get_payload() if isinstance(each, Message)]
            return next((each for each in blocks if each["Final-Recipient"]), None)
    return None


def _addresses(message: EmailMessage) -> Iterator[str]:
    """Where it was sent to; some servers tell only by the headers of the mail that came back."""
    for name in HEADERS:
        yield from (str(each) for each in message.get_all(name, []))
    for part in message.walk():
        yield from (str(each) for each in part.get_all("Return-Path", []))


def _text(fields: Message, name: str) -> str:
    return re.sub(r"\s+", " ", str(fields.get(name, ""))).removeprefix("smtp; ").strip()
