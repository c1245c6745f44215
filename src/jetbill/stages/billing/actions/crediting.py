"""A person gives all or part of an issued invoice back: a credit note, issued at once.

Its lines have keys of their own (`creditable.credit_key`), so that no run charges again what was given, and a
repair of the same line gives back only what is left of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from jetbill.kernel.money import exponent, rounded, spread
from jetbill.kernel.proposal import Bill, NewLine, Outcome
from jetbill.kernel.proposal.lines import LineKind
from jetbill.kernel.tax import TaxedLine, TaxPolicy, settled, summary
from jetbill.kernel.trouble import Refused
from jetbill.stages.billing import facts
from jetbill.stages.billing.actions.issuing import issue
from jetbill.stages.billing.actions.writing import Place, write_documents
from jetbill.stages.billing.creditable import Creditable, credit_key, creditable, left_by_tax
from jetbill.stages.billing.exclusion import while_crediting
from jetbill.stages.billing.look import look_of
from jetbill.stages.billing.models import ChunkState, Document, Kind, Line, RunChunk
from jetbill.stages.billing.numbers import ensure_series
from jetbill.stages.billing.proposing import Charged
from jetbill.stages.billing.views import Corrected
from jetbill.stages.events import actions as events
from jetbill.stages.realms.queries import current_realm


@dataclass(frozen=True, slots=True)
class Wish:
    """What to give back of `invoice` (its number): `lines` by their place (None: all that is left of
    one), or `amount` over all of its lines, or with neither all that is left.

    Amounts are as on the lines: net, or with tax where the prices include it. `reason` stands on the note.
    """

    invoice: str
    reason: str
    amount: Decimal | None = None
    lines: Mapping[int, Decimal | None] = field(default_factory=dict)


@transaction.atomic
def credit_invoice(wish: Wish, on: date, *, by: str, now: datetime) -> Document:
    """Issue the credit note of local day `on`; it is booked, announced and delivered like any other.

    Raises Refused for what is no issued invoice, for more than is left of it, and while a run bills him.
    """
    while_crediting()
    invoice = Document.objects.select_for_update().filter(kind=Kind.INVOICE, number=wish.invoice).first()
    if invoice is None:
        raise Refused("invoice.unknown", invoice=wish.invoice)
    if not wish.reason.strip():
        raise Refused("credit.reason", invoice=wish.invoice)
    if on < invoice.on:
        raise Refused("credit.before_invoice", invoice=wish.invoice, issued=invoice.on)
    _refuse_while_billed(invoice.customer_id)
    given = _given(wish, creditable(invoice), exponent(invoice.currency))
    bill = _bill(invoice, given, on)
    ensure_series()
    of = Corrected(invoice.pk, wish.invoice, invoice.on, wish.reason)
    place = Place(None, on, f"by:{by}", of)
    (note,) = write_documents([Charged(bill.customer, bill)], place, look_of(current_realm()))
    (number,) = issue([(note, Kind.CREDIT_NOTE.value)], on=on, stamp=now)
    events.record(
        facts.InvoiceCredited(invoice.pk, note, number, -bill.tax.payable, wish.reason, at=now, by=by)
    )
    return Document.objects.get(pk=note)


def _refuse_while_billed(customer: int) -> None:
    """A draft may hold repairs of the same lines, which were worked out without this credit."""
    chunks = RunChunk.objects.exclude(state=ChunkState.ISSUED).filter(customers__contains=[customer])
    if run := chunks.values_list("run", flat=True).first():
        raise Refused("customer.being_billed", customer=customer, run=run)


def _given(wish: Wish, lines: Sequence[Creditable], digits: int) -> list[tuple[Creditable, Decimal]]:
    """The lines with the amount that is given back of each (negative for a line that was one)."""
    left = sum((line.left for line in lines), Decimal(0))
    if wish.lines:
        given = _of_lines(wish, lines, digits)
    elif wish.amount is None:
        given = [(line, line.left) for line in lines]
    else:
        _check(wish, wish.amount, left, digits)
        charged = [line for line in lines if line.left > 0]
        parts = spread(wish.amount, [line.left for line in charged], digits)
        given = list(zip(charged, parts, strict=True))
    total = sum((amount for _, amount in given), Decimal(0))
    if total <= 0 or total > left:
        raise Refused("invoice.over_credited", invoice=wish.invoice, asked=total, left=left)
    return [(line, amount) for line, amount in given if amount]


def _of_lines(wish: Wish, lines: Sequence[Creditable], digits: int) -> list[tuple[Creditable, Decimal]]:
    by_place = {line.ordinal: line for line in lines}
    given = []
    for place, amount in sorted(wish.lines.items()):
        if place not in by_place:
            raise Refused("credit.line_unknown", invoice=wish.invoice, line=place)
        line = by_place[place]
        if amount is not None:
            _check(wish, amount, line.left, digits)
        given.append((line, line.left if amount is None else amount))
    return given


def _check(wish: Wish, amount: Decimal, left: Decimal, digits: int) -> None:
    if amount <= 0 or amount != rounded(amount, digits):
        raise Refused("credit.amount", invoice=wish.invoice, asked=amount)
    if amount > left:
        raise Refused("invoice.over_credited", invoice=wish.invoice, asked=amount, left=left)


def _bill(invoice: Document, given: Sequence[tuple[Creditable, Decimal]], on: date) -> Bill:
    lines = tuple([_line(line, amount) for line, amount in given])
    includes_tax = any(row.amount != row.net for row in Line.objects.filter(document_id=invoice.pk))
    policy = TaxPolicy(invoice.currency, includes_tax)
    taxed = [
        TaxedLine(line.amount, line.item.category, line.item.percent, reason=line.item.reason)
        for line in lines
    ]
    tax = settled(summary(taxed, policy), left_by_tax(invoice), policy)
    return Bill(
        Outcome.CREDIT_NOTE, invoice.customer_id, invoice.currency, on, lines, tax, includes_tax=includes_tax
    )


def _line(of: Creditable, amount: Decimal) -> NewLine:
    key = credit_key(of.key)
    item = replace(of.item, kind=LineKind.CREDIT, unit="", unit_price=None)
    return NewLine(
        key, of.credits, item, -amount, Decimal(1), key.period_start, key.period_end, repairs=of.key
    )
