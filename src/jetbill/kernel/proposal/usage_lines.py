"""The lines of usage charges: totals summed over the services of a subscription, priced, rounded once.

Charges that price record by record come with their exact amounts; the others are priced here on the total.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from jetbill.kernel.book import Tempo, UsageCharge
from jetbill.kernel.book_versions import Day
from jetbill.kernel.charge_models import charge_model
from jetbill.kernel.charge_models.form import Priced
from jetbill.kernel.life import Stretch
from jetbill.kernel.period_total import PeriodTotal
from jetbill.kernel.periods import Period
from jetbill.kernel.proposal.account import Unbillable
from jetbill.kernel.proposal.books import Chosen
from jetbill.kernel.proposal.case import Subject
from jetbill.kernel.proposal.committed import committed
from jetbill.kernel.proposal.lines import (
    Group,
    InvoicedSum,
    Key,
    Measured,
    ProposedLine,
    group,
)

ONE_DAY = timedelta(days=1)


@dataclass(slots=True)
class _Sum:
    """Totals of one key, added up."""

    sold: tuple[Chosen, UsageCharge]
    quantity: Fraction
    amount: Fraction | None
    records: int
    generation: int

    def add(self, other: PeriodTotal) -> None:
        self.quantity += other.quantity
        if self.amount is not None and other.amount is not None:
            self.amount += other.amount
        self.records += other.records
        self.generation = max(self.generation, other.generation)


def usage_lines(of: Subject, totals: Sequence[PeriodTotal], since: date) -> Iterable[ProposedLine]:
    """What the use in the open periods (those that begin on `since` or later) costs by the target day.

    Totals of a period that is not over, or whose days of grace are not, wait.
    """
    lines = _used(of, totals, since)
    return committed(of, lines) if of.case.books.has_commitments else lines


def _used(of: Subject, totals: Sequence[PeriodTotal], since: date) -> Iterator[ProposedLine]:
    before = of.case.target - timedelta(days=of.case.run.policy.grace)
    due: dict[Group, list[PeriodTotal]] = {}
    for each in totals:
        if since <= each.period_start and of.floor < each.period_end <= before:
            name = Group(each.subscription, each.component, each.period_start, each.rate_class)
            due.setdefault(name, []).append(each)
    known: set[tuple[str, date]] = set()
    if due:
        issued = {group(each.key): each for each in of.issued() if each.item.unit}
        for name in sorted(due):
            for line in _lines_of(of, due[name], issued, issued.get(name)):
                known.add((line.key.component, line.key.period_start))
                yield line
    if of.case.books.has_flat_fees and since < before:
        yield from _unused(of, Period(since, before), known)


def _lines_of(
    of: Subject, totals: list[PeriodTotal], issued: dict[Group, InvoicedSum], before: InvoicedSum | None
) -> Iterator[ProposedLine]:
    """The lines of totals that differ at most in their service and end."""
    if before is not None and len(totals) == 1 and _is_as_before(of, totals[0].plan, totals[0], before):
        yield ProposedLine(before.key, before.item, before.amount)
        return
    sums = _summed(of, totals)
    for key in sorted(sums):
        yield _line(of, key, sums[key], issued.get(group(key)))


def _is_as_before(of: Subject, plan: str, total: "PeriodTotal | _Sum", issued: InvoicedSum) -> bool:
    """Whether a total was billed with just this quantity, so that its price stands."""
    return issued.used == total.quantity and issued.item.plan == plan and not of.case.run.rerate


def too_late(of: Subject, totals: Sequence[PeriodTotal], since: date) -> tuple[PeriodTotal, ...]:
    """The totals of periods that are closed: a person has to look at them."""
    return tuple(each for each in totals if of.floor < each.period_end and each.period_start < since)


def _summed(of: Subject, totals: Sequence[PeriodTotal]) -> dict[Key, _Sum]:
    sums: dict[Key, _Sum] = {}
    for each in totals:
        component, sold = each.component, _charge(of, each)
        if sold[1].per_service:
            component = f"{component}/{each.service}"
        key = Key(each.subscription, component, each.period_start, each.period_end, each.rate_class)
        known = sums.get(key)
        if known is None:
            sums[key] = _Sum(sold, each.quantity, each.amount, each.records, each.generation)
        else:
            known.add(each)
    return sums


def _charge(of: Subject, total: PeriodTotal) -> tuple[Chosen, UsageCharge]:
    chosen = Chosen(of.case.books.numbered(of.terms.book, total.version), total.plan)
    return chosen, of.case.books.charge(chosen, total.component.partition(":")[2])


def _line(of: Subject, key: Key, total: _Sum, issued: InvoicedSum | None) -> ProposedLine:
    chosen, charge = total.sold
    if issued is not None and issued.item.plan == chosen.plan and not of.case.run.rerate:
        if _is_as_before(of, chosen.plan, total, issued):
            return ProposedLine(issued.key, issued.item, issued.amount)
        # a price that was published after the bill does not change it
        chosen = Chosen(of.case.books.numbered(issued.item.book, issued.item.version), chosen.plan)
        charge = of.case.books.charge(chosen, charge.code)
    quantity = total.quantity / charge.unit.size
    if total.amount is not None:
        measured, priced = Measured(total.records, (), total.generation), Priced(total.amount)
    else:
        priced = _price(charge, quantity)
        measured = Measured(total.records, priced.parts, total.generation, total.quantity)
    return _proposed(of, key, (chosen, charge), (quantity, priced.amount, measured))


def _proposed(
    of: Subject,
    key: Key,
    sold: tuple[Chosen, UsageCharge],
    used: tuple[Fraction, Fraction, Measured],
) -> ProposedLine:
    (chosen, charge), (quantity, exact, measured) = sold, used
    case = of.case
    tax = case.books.tax(chosen.book, charge.tax_class, case.account.customer, key.period_end - ONE_DAY)
    amount = case.run.policy.rounding.amount(exact, chosen.book.currency)
    item = case.books.charge_item(chosen, charge, tax)
    return ProposedLine(key, item, amount, quantity, None, measured)


def _price(charge: UsageCharge, quantity: Fraction) -> Priced:
    try:
        return charge_model(charge.model).price(quantity, charge.params)
    except ValueError as wrong:
        raise Unbillable("bad_price", f'charge "{charge.code}": {wrong}') from None


def _unused(of: Subject, open_days: Period, known: set[tuple[str, date]]) -> Iterator[ProposedLine]:
    """Flat fees that are due although nothing was used."""
    for stretch in of.life.stretches:
        version = of.case.books.version(of.terms.book, Day(stretch.start, of.life.start, stretch.start))
        if not of.case.books.zero_charges(Chosen(version, stretch.choice.plan)):
            continue
        for period in _periods(of, stretch, open_days):
            yield from _flat_fees(of, stretch, period, known)


def _periods(of: Subject, stretch: Stretch, open_days: Period) -> Iterator[Period]:
    """Usage periods of a stretch's plan that are over, and in which it was not paused throughout."""
    for coverage in of.usage_coverages():
        for piece in coverage.pieces(open_days):
            end = piece.covered.end
            if end not in (piece.whole.end, coverage.end):
                continue  # it is not over
            period = Period(max(piece.covered.start, stretch.start), max(end, stretch.start))
            if stretch.end is not None:
                period = Period(period.start, max(period.start, min(period.end, stretch.end)))
            if period.end > of.floor and period and not _is_paused(of, period):
                yield period


def _is_paused(of: Subject, period: Period) -> bool:
    return any(start <= period.start and (end is None or period.end <= end) for start, end in of.life.pauses)


def _flat_fees(
    of: Subject, stretch: Stretch, period: Period, known: set[tuple[str, date]]
) -> Iterator[ProposedLine]:
    version = of.case.books.version(of.terms.book, Day(period.start, of.life.start, period.start))
    chosen = Chosen(version, stretch.choice.plan)
    for charge in of.case.books.zero_charges(chosen):
        component = f"{stretch.slot}:{charge.code}"
        if charge.per_service or (component, period.start) in known:
            continue
        known.add((component, period.start))
        priced = _price(charge, Fraction(0)) if charge.tempo is Tempo.PERIOD else Priced(Fraction(0))
        key = Key(of.terms.id, component, period.start, period.end)
        yield _proposed(of, key, (chosen, charge), (Fraction(0), priced.amount, Measured(0, priced.parts)))
