"""Decides who gets a document and how, and freezes what each mail says.

By the customer's wish (e-mail, post, none) and the realm's switch (policy `email`). What cannot be mailed (no
address, or one that bounced) waits for the printer instead.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from jetbill.documents import canonical
from jetbill.documents.view import View
from jetbill.kernel.trouble import Refused
from jetbill.stages.billing.models import Document
from jetbill.stages.customers import models as customers
from jetbill.stages.customers.models import Contact
from jetbill.stages.delivery.letters import Identity, Key, identity_of, usable
from jetbill.stages.delivery.models import Delivery, DeliveryLog, Rendering, State
from jetbill.stages.delivery.wordings import LARGEST, wording
from jetbill.stages.events.models import Stream
from jetbill.stages.events.queue import NewJob, enqueue_many, unpark
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.queries import current_realm

SEND = "delivery.send"
ISSUED = "issued"
AGAIN = "again:"
POST, NOBODY = "post", "nobody"


def dispatch(documents: Sequence[int], *, now: datetime) -> None:
    """Make the deliveries of documents that have their bytes; what was made before is left alone."""
    realm = current_realm()
    identity = identity_of(realm)
    contacts = _billing_contacts(documents)
    rows = []
    for rendering in _renderings(documents):
        document = rendering.document
        rows += _deliveries(document, rendering, contacts[document.customer_id], (realm, identity))
    made = _made(rows)
    _tell(made, now)
    _enqueue_mails(realm.pk, [row.pk for row in made if row.state == State.DUE], now)


def send_again(delivery: int, *, by: str, now: datetime) -> Delivery:
    """Send once more. A parked mail is tried again as it is; one that was sent, failed or printed becomes
    a new mail to the contact's present address, or waits for the printer once more.

    Raises Refused for a delivery that is unknown, on its way, or has nobody to go to.
    """
    row = Delivery.objects.select_for_update().filter(pk=delivery).first()
    if row is None:
        raise Refused("delivery.unknown", delivery=delivery)
    if row.state in (State.DUE, State.SENDING, State.TO_PRINT):
        raise Refused("delivery.on_its_way", delivery=delivery)
    realm = current_realm()
    if row.state == State.PARKED and row.message_id:
        row.state = State.DUE
        row.save(update_fields=["state"])
        DeliveryLog.objects.create(delivery=row, at=now, what="tried again", more=by)
        _wake(realm.pk, row.pk, now)
        return row
    fresh = _again(row, realm)
    fresh.save()
    DeliveryLog.objects.create(delivery=fresh, at=now, what=str(fresh.state), more=f"again, by {by}")
    if fresh.state == State.DUE:
        _enqueue_mails(realm.pk, [fresh.pk], now)
    return fresh


def stream(delivery: int) -> str:
    """The queue's stream of one mail: nothing waits for another mail."""
    return f"mail:{delivery}"


def _renderings(documents: Sequence[int]) -> Iterable[Rendering]:
    return (
        Rendering.objects.filter(document__in=documents)
        .select_related("document__customer")
        .order_by("document_id")
    )


def _billing_contacts(documents: Sequence[int]) -> dict[int, list[Contact]]:
    found: dict[int, list[Contact]] = defaultdict(list)
    rows = Contact.objects.filter(customer__documents__in=documents, is_billing=True).exclude(email="")
    for row in rows.order_by("id").distinct():
        found[row.customer_id].append(row)
    return found


def _deliveries(
    document: Document, rendering: Rendering, contacts: Sequence[Contact], sender: tuple[Realm, Identity]
) -> list[Delivery]:
    way, why = _way(document, contacts, is_on=bool(sender[0].policies.get("email", True)))
    if way == customers.Delivery.EMAIL:
        return [
            _mail(document, rendering, contact, sender)
            for contact in contacts
            if contact.bounced_at is None and usable(contact.email)
        ]
    state, receiver = (
        (State.TO_PRINT, POST) if way == customers.Delivery.POST else (State.SWITCHED_OFF, NOBODY)
    )
    return [Delivery(document=document, receiver=receiver, state=state, digest=rendering.digest, reply=why)]


def _way(document: Document, contacts: Sequence[Contact], *, is_on: bool) -> tuple[str, str]:
    """How the document goes, and why not by mail."""
    wish = document.customer.delivery
    if wish == customers.Delivery.NONE:
        return wish, "the customer wants no documents"
    if wish == customers.Delivery.POST:
        return wish, "the customer wants letters"
    if not is_on:
        return customers.Delivery.POST, "mail is switched off in this realm"
    if not contacts:
        return customers.Delivery.POST, "no contact has an address for mail"
    if all(contact.bounced_at or not usable(contact.email) for contact in contacts):
        return customers.Delivery.POST, "mail to every contact bounced or cannot be addressed"
    return customers.Delivery.EMAIL, ""


def _mail(
    document: Document,
    rendering: Rendering,
    contact: Contact,
    sender: tuple[Realm, Identity],
    purpose: str = ISSUED,
) -> Delivery:
    realm, identity = sender
    receiver = f"contact:{contact.pk}"
    key = Key(realm.pk, document.pk, receiver, purpose, bytes(document.view_digest))
    view = canonical.decode(bytes(document.view))
    assert isinstance(view, View)
    said = wording(view, rendering.size)
    return Delivery(
        document=document,
        contact=contact,
        receiver=receiver,
        purpose=purpose,
        state=State.DUE,
        message_id=key.message_id(identity),
        sender=identity.sender,
        reply_to=identity.reply_to,
        bounces_to=key.bounces_to(identity),
        address=usable(contact.email),
        subject=said.subject,
        text=said.text,
        language=said.language,
        digest=rendering.digest if rendering.size <= LARGEST else b"",
    )


def _made(rows: Sequence[Delivery]) -> list[Delivery]:
    """Store those that are not there yet; returns only these."""
    known = set(
        Delivery.objects.filter(document__in={row.document_id for row in rows}).values_list(
            "document_id", "receiver", "purpose"
        )
    )
    fresh = [row for row in rows if (row.document_id, row.receiver, row.purpose) not in known]
    return list(Delivery.objects.bulk_create(fresh))


def _tell(made: Sequence[Delivery], now: datetime) -> None:
    DeliveryLog.objects.bulk_create(
        DeliveryLog(delivery=row, at=now, what=str(row.state), more=row.address or row.reply) for row in made
    )


def _enqueue_mails(realm: int, deliveries: Sequence[int], now: datetime) -> None:
    enqueue_many([NewJob(realm, stream(each), SEND, each, now) for each in deliveries])


def _wake(realm: int, delivery: int, now: datetime) -> None:
    parked = Stream.objects.filter(realm=realm, key=stream(delivery)).values_list("id", flat=True).first()
    if parked is None or not unpark(parked, now):
        _enqueue_mails(realm, [delivery], now)


def _again(row: Delivery, realm: Realm) -> Delivery:
    document = Document.objects.select_related("customer").get(pk=row.document_id)
    rendering = Rendering.objects.filter(document=document).first()
    if rendering is None:
        raise Refused("document.not_drawn", document=document.number)
    count = Delivery.objects.filter(document=document, purpose__startswith=AGAIN).count()
    purpose = f"{AGAIN}{count + 1}"
    if row.contact is None:
        return Delivery(
            document=document,
            receiver=POST,
            purpose=purpose,
            state=State.TO_PRINT,
            digest=rendering.digest,
        )
    if row.contact.bounced_at is not None or not usable(row.contact.email):
        raise Refused("contact.bounced", contact=row.contact.email)
    return _mail(document, rendering, row.contact, (realm, identity_of(realm)), purpose)
