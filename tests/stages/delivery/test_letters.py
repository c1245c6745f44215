"""A letter is the same bytes every time, says what its document says, and lets nobody write headers."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from jetbill.stages.delivery.letters import (
    Identity,
    Key,
    Mail,
    bounced_key,
    compose,
    identity_of,
    usable,
)
from jetbill.stages.realms.models import Realm

PDF = bytes(range(256)) * 500
NORTH = Identity("North <billing@north.example>", "help@north.example", "bounce@north.example")
KEY = Key(1, 17, "contact:5", "issued", b"digest")
MAIL = Mail(
    message_id=KEY.message_id(NORTH),
    sender=NORTH.sender,
    reply_to=NORTH.reply_to,
    bounces_to=KEY.bounces_to(NORTH),
    address="ann@dental.example",
    subject="Rechnung für März",
    text="Guten Tag,\n\n.\n  <b>5 €</b> = " + "lang " * 60 + "\n\nGrüße\nNorth",
    language="de",
    issued_at=datetime(2026, 2, 1, 5, tzinfo=UTC),
    file_name="INV-2026-000001.pdf",
)


def read(content: bytes) -> EmailMessage:
    found = message_from_bytes(content, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def test_the_same_mail_is_the_same_bytes() -> None:
    assert compose(MAIL, PDF) == compose(replace(MAIL), bytes(PDF))


def test_a_mail_program_reads_what_was_written() -> None:
    letter = compose(MAIL, PDF)
    message = read(letter.content)
    assert message["Subject"] == "Rechnung für März"
    assert message["Message-ID"] == letter.message_id
    assert message["Date"] == "Sun, 01 Feb 2026 05:00:00 +0000"
    assert (message["Auto-Submitted"], message["Reply-To"]) == ("auto-generated", "help@north.example")
    plain, rich = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None and plain.get_content().replace("\r\n", "\n").rstrip() == MAIL.text
    assert rich is not None and "&lt;b&gt;5 €&lt;/b&gt;" in rich.get_content()
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == "INV-2026-000001.pdf"
    assert attached.get_content() == PDF
    assert not message.defects and not attached.defects


def test_every_line_ends_as_mail_wants_it_and_is_short() -> None:
    content = compose(MAIL, PDF).content
    assert b"\n" not in content.replace(b"\r\n", b"") and b"\r" not in content.replace(b"\r\n", b"")
    assert max(map(len, content.split(b"\r\n"))) <= 998


def test_a_line_break_in_a_subject_writes_no_header() -> None:
    message = read(compose(replace(MAIL, subject="Hi\r\nBcc: bob@x.example\x00"), None).content)
    assert message["Bcc"] is None
    assert message["Subject"] == "Hi Bcc: bob@x.example"


def test_what_a_mail_is_for_makes_its_id() -> None:
    others = [
        replace(KEY, realm=2),
        replace(KEY, document=18),
        replace(KEY, receiver="contact:6"),
        replace(KEY, purpose="again:1"),
        replace(KEY, view_digest=b"other"),
    ]
    assert len({each.token() for each in [KEY, *others]}) == 6
    assert KEY.message_id(NORTH).endswith("@north.example>")


def test_a_bounce_address_leads_back_and_is_not_told_by_the_message_id() -> None:
    address = KEY.bounces_to(NORTH)
    assert bounced_key(f"Bounce <{address}>") == (1, 17, KEY.token()[32:48])
    assert KEY.token()[32:48] not in KEY.message_id(NORTH)
    assert bounced_key("bounce@north.example") is None


@pytest.mark.parametrize(
    "told, address",
    [
        ("ann@dental.example", "ann@dental.example"),
        (" ann@bücher.example ", "ann@xn--bcher-kva.example"),
        ("ann", ""),
        ("änn@dental.example", ""),
        ("ann@dental.example\r\nBcc: x@y.example", ""),
        ("ann@" + "d" * 70 + ".example", ""),
    ],
)
def test_which_addresses_mail_can_go_to(told: str, address: str) -> None:
    assert usable(told) == address


def test_a_realm_writes_in_its_own_name() -> None:
    realm = Realm(name="Nörth", slug="north", mail={"from": "bills@north.example"})
    assert identity_of(realm) == Identity(
        "=?utf-8?b?TsO2cnRo?= <bills@north.example>", "", "bounce@north.example"
    )
    assert identity_of(Realm(name="N", slug="n")).sender == "N <billing@n.invalid>"
