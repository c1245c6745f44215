"""Marks a mail as being sent before the network is touched, and records what came of it."""

from dataclasses import dataclass
from datetime import datetime

from jetbill.kernel.backoff import retry_delay
from jetbill.kernel.trouble import Failure, OutsideFailure
from jetbill.stages.customers import actions as customers
from jetbill.stages.delivery import facts
from jetbill.stages.delivery.letters import Mail
from jetbill.stages.delivery.models import Delivery, DeliveryLog, State
from jetbill.stages.delivery.port import ADDRESS_REFUSED
from jetbill.stages.events import actions as events
from jetbill.stages.events import queue
from jetbill.stages.events.queue import GAVE_UP, Claim


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A mail that is marked as being sent; `digest` names what to attach, None where it is too large."""

    delivery: int
    document: int
    mail: Mail
    digest: bytes | None


def mark_sending(delivery: int, *, now: datetime) -> Outgoing | None:
    """Commit this before the network is touched. None: nothing is to be sent (any more).

    A mail that is still marked from before is ambiguous: it goes out again, the same bytes under the same
    Message-ID, and the log says so.
    """
    row = (
        Delivery.objects.select_for_update(of=("self",))
        .select_related("document", "contact")
        .defer("document__own", "document__accounts", "document__amounts")
        .filter(pk=delivery)
        .first()
    )
    if row is None or row.state not in (State.DUE, State.SENDING, State.PARKED):
        return None
    if row.contact is not None and row.contact.bounced_at is not None:
        _end(row, State.FAILED, "contact.bounced", row.contact.bounce_reason, now)
        return None
    if row.state == State.SENDING:
        _log(row, "ambiguous", "nobody knows whether the try before arrived; sent again as it was", now)
    row.state, row.attempts = State.SENDING, row.attempts + 1
    row.save(update_fields=["state", "attempts"])
    return outgoing_of(row)


def record_sent(claim: Claim, outgoing: Outgoing, reply: str, *, now: datetime) -> None:
    """The other side took it. Nothing happens when the claim was lost: who has it now finds it ambiguous."""
    if not queue.finish(claim):
        return
    delivery = outgoing.delivery
    Delivery.objects.filter(pk=delivery).update(state=State.SENT, reply=reply, sent_at=now)
    DeliveryLog.objects.create(delivery_id=delivery, at=now, what="sent", more=reply)
    events.record(facts.MailSent(delivery, outgoing.document, outgoing.mail.address, at=now))


def record_failure(claim: Claim, failure: OutsideFailure, *, now: datetime) -> None:
    """Try later, or stop: an address that does not exist fails, everything else that lasts is parked."""
    is_last = retry_delay(claim.attempts, claim.stream_id) is None
    if failure.kind is Failure.PERMANENT or is_last:
        _stop(claim, failure, now)
        return
    if not queue.retry(claim, now):
        return
    row = Delivery.objects.get(pk=claim.subject_id)
    if failure.kind is Failure.TRANSIENT:
        row.state = State.DUE
    row.reply = str(failure)
    row.save(update_fields=["state", "reply"])
    _log(row, "no answer" if failure.kind is Failure.AMBIGUOUS else "put off", str(failure), now)


def _stop(claim: Claim, failure: OutsideFailure, now: datetime) -> None:
    is_address = failure.code == ADDRESS_REFUSED
    code = failure.code if failure.kind is Failure.PERMANENT else GAVE_UP
    ours = queue.finish(claim) if is_address else queue.park(claim, code)
    if not ours:
        return
    row = Delivery.objects.get(pk=claim.subject_id)
    _end(row, State.FAILED if is_address else State.PARKED, code, str(failure), now)
    if is_address and row.contact_id is not None:
        customers.mark_bounced(row.contact_id, failure.said, by="jet", now=now)


def _end(row: Delivery, state: State, code: str, said: str, now: datetime) -> None:
    row.state, row.reply = state, said
    row.save(update_fields=["state", "reply"])
    _log(row, str(state), said or code, now)
    events.record(facts.MailFailed(row.pk, row.document_id, code, at=now))


def _log(row: Delivery, what: str, more: str, now: datetime) -> None:
    DeliveryLog.objects.create(delivery=row, at=now, what=what, more=more)


def outgoing_of(row: Delivery) -> Outgoing:
    """The mail of a delivery as it is, or was, sent."""
    return Outgoing(row.pk, row.document_id, _mail_of(row), bytes(row.digest) or None)


def _mail_of(row: Delivery) -> Mail:
    issued_at = row.document.issued_at
    assert issued_at is not None
    return Mail(
        message_id=row.message_id,
        sender=row.sender,
        reply_to=row.reply_to,
        bounces_to=row.bounces_to,
        address=row.address,
        subject=row.subject,
        text=row.text,
        language=row.language,
        issued_at=issued_at,
        file_name=f"{row.document.number}.pdf",
    )
