"""Settles open invoices with whatever money a customer has left, the oldest with the oldest."""

from collections.abc import Sequence
from datetime import date, datetime

from jetbill.kernel import posting
from jetbill.kernel.settling import Settlement, settle
from jetbill.stages.collection import facts, queries
from jetbill.stages.collection.models import Allocation, Payment
from jetbill.stages.collection.queries import Credit, OpenItem
from jetbill.stages.customers.models import Customer
from jetbill.stages.events import actions as events
from jetbill.stages.ledger.actions import Booking, book

ALLOCATED = "payment.allocated"


def settle_credit(customer: int, on: date, *, first: int | None = None, now: datetime) -> list[Allocation]:
    """Settle what `customer` owes as of local day `on` with what he has left; `first` is the document whose
    turn it is before the oldest. Returns what was settled.
    """
    owner = Customer.objects.select_for_update().get(pk=customer)
    money = queries.credits([customer])[customer]
    if not money:
        return []
    items = sorted(
        (each for each in queries.open_items([customer], on)[customer] if each.currency == owner.currency),
        key=lambda item: item.document != first if first is not None else False,
    )
    found = _matched(money, items)
    rows = Allocation.objects.bulk_create(
        [
            Allocation(
                payment_id=money[each.credit].payment,
                credit_id=money[each.credit].credit_note,
                customer=owner,
                document_id=items[each.debt].document,
                amount=each.amount,
                on=max(on, money[each.credit].on),
            )
            for each in found
        ]
    )
    _spend(money, rows)
    _book(rows, owner.currency, now)
    _tell(rows, items, now)
    return list(rows)


def _matched(money: Sequence[Credit], items: Sequence[OpenItem]) -> list[Settlement]:
    """What settles what: a credit note first the invoice that it corrects, then the oldest the oldest."""
    places = {item.document: place for place, item in enumerate(items) if item.document is not None}
    left, still_open = [each.left for each in money], [each.open for each in items]
    found = []
    for place, each in enumerate(money):
        if each.corrects in places:
            debt = places[each.corrects]
            amount = min(left[place], still_open[debt])
            left[place] -= amount
            still_open[debt] -= amount
            found += [Settlement(place, debt, amount)] if amount > 0 else []
    return [*found, *settle(left, still_open)]


def _spend(money: Sequence[Credit], rows: Sequence[Allocation]) -> None:
    for credit in money:
        spent = sum(row.amount for row in rows if row.payment_id == credit.payment and row.payment_id)
        if credit.payment is not None and spent:
            Payment.objects.filter(pk=credit.payment).update(left=credit.left - spent)


def _book(rows: Sequence[Allocation], currency: str, now: datetime) -> None:
    """A payment moves from the customer's credit to what he owes; a credit note lowered that already."""
    book(
        [
            Booking(ALLOCATED, row.pk, row.customer_id, row.on, currency, posting.allocated(row.amount))
            for row in rows
            if row.payment_id is not None
        ],
        now=now,
    )


def _tell(rows: Sequence[Allocation], items: Sequence[OpenItem], now: datetime) -> None:
    still_open = {item.document: item.open for item in items}
    said = []
    for row in rows:
        still_open[row.document_id] -= row.amount
        if row.payment_id is not None:
            said.append(
                facts.PaymentAllocated(
                    row.payment_id, row.document_id, row.amount, still_open[row.document_id], at=now
                )
            )
    events.record_many(said)
