"""Adds single lines and opening balances."""

from collections.abc import Sequence
from datetime import datetime

from jetbill.kernel.posting import RECEIVABLE, entry
from jetbill.kernel.trouble import Refused
from jetbill.stages.customers import facts, queries
from jetbill.stages.customers.models import OneOff
from jetbill.stages.customers.values import NewOneOff, OpeningBalance, Taken
from jetbill.stages.events import actions as events
from jetbill.stages.ledger import queries as ledger
from jetbill.stages.ledger.actions import Booking, book

CHUNK = 2_000
OPENED = "balance.opened"
OPENING = "opening_balance"


def add_one_offs(new: Sequence[NewOneOff], *, by: str, now: datetime) -> Taken:
    """Add single lines; one whose (source, source_id) is there already is left out and counted as known."""
    owners = queries.ids_by_number({one.customer for one in new})
    for one in new:
        if one.customer not in owners:
            raise Refused("customer.unknown", customer=one.customer)
    known = queries.known_sources(OneOff, {(one.source, one.source_id) for one in new if one.source})
    of = queries.subscriptions_called({(one.customer, one.subscription) for one in new})
    for one in new:
        if one.subscription and (one.customer, one.subscription) not in of:
            raise Refused("subscription.unknown", customer=one.customer, subscription=one.subscription)
    fresh = [one for one in new if not one.source or (one.source, one.source_id) not in known]
    rows = OneOff.objects.bulk_create([_one_off(one, owners, of) for one in fresh], CHUNK)
    events.record_many(
        [facts.OneOffAdded(row.pk, row.customer_id, row.text, row.amount, at=now, by=by) for row in rows]
    )
    return Taken(len(rows), tuple(source_id for _, source_id in known))


def open_balances(new: Sequence[OpeningBalance], *, now: datetime) -> Taken:
    """Book what customers owe from before; a customer whose balance was opened already is left out as known.

    Raises Refused("customer.unknown") for a number that is no customer here.
    """
    owners = queries.customers_by_number({one.customer for one in new})
    for one in new:
        if one.customer not in owners:
            raise Refused("customer.unknown", customer=one.customer)
    booked = ledger.booked(OPENED, [owner.pk for owner in owners.values()])
    fresh = [one for one in new if owners[one.customer].pk not in booked]
    bookings = [
        Booking(
            OPENED,
            owners[one.customer].pk,
            owners[one.customer].pk,
            one.on,
            owners[one.customer].currency,
            entry({RECEIVABLE: one.amount, OPENING: -one.amount}),
        )
        for one in fresh
    ]
    book(bookings, now=now)
    return Taken(len(fresh), tuple(one.customer for one in new if one not in fresh))


def _one_off(one: NewOneOff, owners: dict[str, int], of: dict[tuple[str, str], int]) -> OneOff:
    return OneOff(
        customer_id=owners[one.customer],
        subscription_id=of[one.customer, one.subscription] if one.subscription else None,
        on=one.on,
        kind=str(one.kind),
        text=one.text,
        quantity=one.quantity,
        amount=one.amount,
        product=one.product,
        tax_class=one.tax_class,
        source=one.source,
        source_id=one.source_id,
    )
