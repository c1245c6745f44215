"""A mail came back: the delivery failed, the contact gets no more mail until somebody mends the address."""

from dataclasses import dataclass
from datetime import datetime

from jetbill.kernel.trouble import Refused
from jetbill.stages.customers import actions as customers
from jetbill.stages.delivery import facts
from jetbill.stages.delivery.letters import bounced_key
from jetbill.stages.delivery.models import Delivery, DeliveryLog, State
from jetbill.stages.events import actions as events


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a delivery status notification (RFC 3464) says: `key` is the bounce address that it came to."""

    key: str
    is_final: bool
    status: str
    reason: str


def record_bounce(bounce: Bounce, *, by: str, now: datetime) -> Delivery:
    """Take in a notification; one that says "not yet" is only logged, the same one twice counts once.

    Raises Refused("bounce.unknown") for a key that is none of this realm's mails.
    """
    key = bounced_key(bounce.key)
    row = (
        Delivery.objects.select_for_update()
        .filter(document_id=key[1], bounces_to__contains=f".{key[2]}@")
        .first()
        if key
        else None
    )
    if row is None:
        raise Refused("bounce.unknown", key=bounce.key)
    said = f"{bounce.status} {bounce.reason}".strip()
    if not bounce.is_final:
        DeliveryLog.objects.create(delivery=row, at=now, what="delayed", more=said)
        return row
    if row.state == State.FAILED:
        return row
    row.state, row.reply = State.FAILED, said
    row.save(update_fields=["state", "reply"])
    DeliveryLog.objects.create(delivery=row, at=now, what="bounced", more=said)
    events.record(facts.MailBounced(row.pk, row.document_id, said, at=now, by=by))
    if row.contact_id is not None:
        customers.mark_bounced(row.contact_id, said, by=by, now=now)
    return row
