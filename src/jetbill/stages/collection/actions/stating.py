"""A statement: every change of a customer's account in a period, with the balance after it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from jetbill.documents import view
from jetbill.kernel.trouble import Refused
from jetbill.stages.billing.look import look_of
from jetbill.stages.billing.models import Document, Kind
from jetbill.stages.billing.views import slip_of
from jetbill.stages.collection import facts, queries
from jetbill.stages.collection.actions.papers import Paper, issue_paper, top
from jetbill.stages.collection.amounts import shown
from jetbill.stages.collection.models import Payment
from jetbill.stages.collection.queries import OpenItem
from jetbill.stages.customers.models import Customer
from jetbill.stages.events import actions as events
from jetbill.stages.ledger.queries import Movement, movements
from jetbill.stages.realms.queries import current_realm

TEXTS = {
    "invoice.issued": "entry.invoice",
    "credit_note.issued": "entry.credit_note",
    "payment.received": "entry.payment",
    "balance.opened": "entry.opening",
}
OTHERS = {"payment.returned": "payment returned"}


def statement(customer: str, start: date, end: date) -> view.Statement:
    """The statement of [start, end) in local days, with a slip if something is owed at its end and a slip can
    carry it; its number and the reference on the slip are tokens. Raises Refused for an unknown customer or
    an empty period.
    """
    owner = Customer.objects.filter(number=customer).first()
    if owner is None:
        raise Refused("customer.unknown", customer=customer)
    if start >= end:
        raise Refused("statement.empty_period", start=start, end=end)
    moves = [
        replace(each, amount=shown(each.amount, owner.currency))
        for each in movements(owner.pk, owner.currency, end)
    ]
    before = sum((each.amount for each in moves if each.on < start), shown(Decimal(0), owner.currency))
    inside = [each for each in moves if each.on >= start]
    entries = _entries(inside, before)
    last = end - timedelta(days=1)
    items = queries.open_items([owner.pk], last)[owner.pk]
    look, closing = look_of(current_realm()), entries[-1].balance if entries else before
    return view.Statement(
        **top(owner.pk, last, owner.currency, look),
        period=view.Span(start, end),
        opening=before,
        closing=closing,
        entries=entries,
        ageing=_ageing(items, end) if items else None,
        slip=slip_of(look.bank, closing, owner.currency) if look.bank else None,
    )


def issue_statement(customer: str, start: date, end: date, *, by: str, now: datetime) -> Document:
    """Number the statement and hand it to delivery."""
    made = statement(customer, start, end)
    owner = Customer.objects.get(number=customer)
    paper = Paper(owner.pk, Kind.STATEMENT, made.date, owner.currency, made.closing, f"by:{by}")
    document = issue_paper(paper, made, now=now)
    number = document.number or ""
    events.record(facts.StatementIssued(document.pk, owner.pk, number, start, end, at=now, by=by))
    return document


def _entries(moves: Sequence[Movement], balance: Decimal) -> tuple[view.Entry, ...]:
    numbers = _numbers(moves)
    entries = []
    for each in moves:
        balance += each.amount
        text = TEXTS.get(each.kind)
        entries.append(
            view.Entry(
                date=each.on,
                text=view.Phrase(text) if text else OTHERS.get(each.kind, each.kind),
                number=numbers.get((each.kind, each.source), ""),
                balance=balance,
                debit=each.amount if each.amount > 0 else None,
                credit=-each.amount if each.amount < 0 else None,
            )
        )
    return tuple(entries)


def _numbers(moves: Sequence[Movement]) -> dict[tuple[str, int], str]:
    """What each change is known by: a document's number, a payment's reference."""
    found: dict[tuple[str, int], str] = {}
    issued = {each.source: each.kind for each in moves if each.kind.endswith(".issued")}
    for key, number in Document.objects.filter(pk__in=list(issued)).values_list("id", "number"):
        found[(issued[key], key)] = number or ""
    paid = {each.source for each in moves if each.kind.startswith("payment.")}
    for payment in Payment.objects.filter(pk__in=paid).select_related("receipt"):
        number = (payment.receipt.number or "") if payment.receipt else payment.reference
        for kind in ("payment.received", "payment.returned"):
            found[(kind, payment.pk)] = number
    return found


def _ageing(items: Sequence[OpenItem], on: date) -> view.Ageing:
    sums = [shown(Decimal(0), items[0].currency)] * 5
    for item in items:
        late = item.days_late(on)
        sums[0 if not late else 1 + min((late - 1) // 30, 3)] += shown(item.open, item.currency)
    return view.Ageing(*sums)
