"""Creates customers with their contacts and addresses, in batches."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from jetbill.kernel.trouble import Refused
from jetbill.stages.customers import facts, queries
from jetbill.stages.customers.models import SHARES, Address, Contact, Customer
from jetbill.stages.customers.values import NewCustomer, Taken
from jetbill.stages.events import actions as events

CHUNK = 2_000


def create_customers(new: Sequence[NewCustomer], *, by: str, now: datetime) -> Taken:
    """Create those whose number is not known yet; a parent must exist or stand earlier in `new`.

    Raises Refused("customer.parent_unknown") naming the first customer whose parent is nowhere.
    """
    known = queries.ids_by_number([one.number for one in new])
    fresh = [one for one in new if one.number not in known]
    ids = dict(known) | queries.ids_by_number({one.parent for one in fresh if one.parent})
    for wave in _waves(fresh, set(ids)):
        rows = Customer.objects.bulk_create([_customer(one, ids) for one in wave], batch_size=CHUNK)
        ids |= {row.number: row.pk for row in rows}
        _set_shares(rows)
        _add_contacts(wave, ids)
    events.record_many(
        [facts.CustomerCreated(ids[one.number], one.number, one.name, at=now, by=by) for one in fresh]
    )
    return Taken(len(fresh), tuple(known))


def mark_bounced(contact: int, reason: str, *, by: str, now: datetime) -> None:
    """Mail to `contact` came back: send it none until the address was mended."""
    row = Contact.objects.select_for_update().get(pk=contact)
    if row.bounced_at is None:
        row.bounced_at, row.bounce_reason = now, reason
        row.save(update_fields=["bounced_at", "bounce_reason"])
        events.record(facts.ContactBounced(row.pk, row.customer_id, reason, at=now, by=by))


def _waves(fresh: Sequence[NewCustomer], known: set[str]) -> Iterable[list[NewCustomer]]:
    """Those whose parent is known first; each wave makes the next one's parents known."""
    waiting, known = list(fresh), set(known)
    while waiting:
        wave = [one for one in waiting if not one.parent or one.parent in known]
        if not wave:
            raise Refused("customer.parent_unknown", customer=waiting[0].number, parent=waiting[0].parent)
        yield wave
        known |= {one.number for one in wave}
        waiting = [one for one in waiting if one.number not in known]


def _customer(one: NewCustomer, ids: dict[str, int]) -> Customer:
    return Customer(
        number=one.number,
        name=one.name,
        is_company=one.is_company,
        language=one.language,
        zone=one.zone,
        currency=one.currency,
        bill_day=one.bill_day,
        payment_days=one.payment_days,
        delivery=one.delivery,
        tax_id=one.tax_id,
        country=one.address.country,
        tax_exempt=[list(pair) for pair in one.tax_exempt],
        parent_id=ids[one.parent] if one.parent else None,
        billed_through=one.billed_through,
        share=0,
    )


def _set_shares(rows: Sequence[Customer]) -> None:
    """A customer is in the share of its topmost payer, so a family's sums stay together."""
    parents = {
        row.pk: row.share
        for row in Customer.objects.filter(pk__in={row.parent_id for row in rows if row.parent_id})
    }
    for row in rows:
        row.share = parents[row.parent_id] if row.parent_id else row.pk % SHARES
    Customer.objects.bulk_update(rows, ["share"], batch_size=CHUNK)


def _add_contacts(wave: Sequence[NewCustomer], ids: dict[str, int]) -> None:
    Contact.objects.bulk_create(
        [
            Contact(customer_id=ids[one.number], name=one.contact, email=one.email, phone=one.phone)
            for one in wave
            if one.email or one.phone or one.contact
        ],
        batch_size=CHUNK,
    )
    Address.objects.bulk_create(
        [
            Address(
                customer_id=ids[one.number],
                lines=list(one.address.lines),
                city=one.address.city,
                postcode=one.address.postcode,
                region=one.address.region,
                country=one.address.country,
            )
            for one in wave
        ],
        batch_size=CHUNK,
    )
