"""A whole period of a fee cut where something changes, and what each cut costs.

Each cut remembers by which kind of change it begins and ends, for each kind has its own proration rule:
none means that the cut is charged as if it reached to the end of the period on that side.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from jetbill.kernel.book import Fee, PriceBook, Prorate, Proration, Span
from jetbill.kernel.book_versions import Day
from jetbill.kernel.due import Coverage, Piece
from jetbill.kernel.life import Stretch
from jetbill.kernel.money import Rounding
from jetbill.kernel.periods import Period
from jetbill.kernel.phases import on_day, phase_ends, taken_on
from jetbill.kernel.proposal.account import Unbillable
from jetbill.kernel.proposal.books import Chosen
from jetbill.kernel.proposal.case import Subject
from jetbill.kernel.proposal.lines import LineKind, Share
from jetbill.kernel.proration import Sharing, factor, fixed_days
from jetbill.kernel.terms import HappeningKind, PlanChoice
from jetbill.kernel.zones import zone

_RULES = {
    HappeningKind.START: "start",
    HappeningKind.END: "end",
    HappeningKind.QUANTITY: "quantity",
    HappeningKind.PLAN: "plan",
    HappeningKind.FEE: "plan",
    HappeningKind.PAUSE: "pause",
    HappeningKind.RESUME: "pause",
}
_BILL_DAY = "bill_day"
_PAUSE = "pause"
_PLAN = "plan"
_QUANTITY = "quantity"
FIXED = 30


@dataclass(frozen=True, slots=True)
class Cut:
    """Days of a whole period in which one fee, quantity and price held; `left` and `right` name the kind of
    change at its ends, None where the period itself begins or ends."""

    slot: int
    choice: PlanChoice
    chosen: Chosen
    fee: Fee
    start: date
    end: date
    whole: Period
    left: str | None
    right: str | None


def cuts(of: Subject, stretches: Sequence[Stretch], coverage: Coverage, piece: Piece) -> Iterator[Cut]:
    """The covered days of `piece`, cut by choices, pauses and prices."""
    found: list[Cut] = []
    for stretch in stretches:
        start = max(stretch.start, piece.covered.start)
        end = piece.covered.end if stretch.end is None else min(stretch.end, piece.covered.end)
        if start < end:
            whole = _cut_of(of, stretch, (start, end), coverage, piece.whole)
            found += _priced(of, whole, coverage)
    found = _quantities_merged(found)
    if not of.life.pauses:
        yield from found
        return
    for cut in found:
        yield from _unpaused(cut, of.life.pauses)


def _cut_of(of: Subject, stretch: Stretch, days: tuple[date, date], coverage: Coverage, whole: Period) -> Cut:
    """The days of one stretch; its price is that of its first day until `_priced` looks closer."""
    start, end = days
    left = right = None
    if start != whole.start:
        left = _left(of, stretch, start, coverage)
    if end != whole.end:
        ends_here = end == stretch.end and stretch.ended is not None
        right = _RULES[stretch.ended] if ends_here and stretch.ended else _BILL_DAY
    chosen = _version(of, stretch, start, max(whole.start, coverage.start))
    sold = _fee_of(of, chosen, stretch, start)
    return Cut(stretch.slot, stretch.choice, *sold, start, end, whole, left, right)


def _left(of: Subject, stretch: Stretch, start: date, coverage: Coverage) -> str:
    if start == stretch.start:
        return _RULES[stretch.began]
    return _BILL_DAY if start == coverage.start else _RULES[HappeningKind.START]


def _fee_of(of: Subject, book: PriceBook, stretch: Stretch, on: date) -> tuple[Chosen, Fee]:
    chosen = Chosen(book, stretch.choice.plan)
    fee = of.case.books.fee(chosen, stretch.choice.fee)
    if fee is None:
        raise Unbillable("fee_unknown", f'plan "{stretch.choice.plan}" has lost its fee in "{book.code}"')
    return chosen, on_day(fee, taken_on(of.life, stretch.slot, on), on) if fee.phases else fee


def _version(of: Subject, stretch: Stretch, on: date, opened: date) -> PriceBook:
    """The version on an issued line of these days, or else the one that holds."""
    if not of.case.run.rerate and of.touched:
        for each in of.issued():
            if _pins(each.item.kind, each.item.plan, stretch) and each.key[2] <= on < each.key[3]:
                return of.case.books.numbered(each.item.book, each.item.version)
    return of.case.books.version(of.terms.book, Day(on, of.life.start, opened))


def _pins(kind: LineKind, plan: str, stretch: Stretch) -> bool:
    return kind is LineKind.FEE and plan == stretch.choice.plan


def _priced(of: Subject, cut: Cut, coverage: Coverage) -> Iterator[Cut]:
    """`cut`, cut again where the price changes."""
    days = {day for day in of.case.books.turning_days(of.terms.book) if cut.start < day < cut.end}
    if cut.fee.phases:
        ends = phase_ends(cut.fee.phases, taken_on(of.life, cut.slot, cut.start))
        days |= {day for day in ends if cut.start < day < cut.end}
    if of.touched and not of.case.run.rerate:
        issued = [each.key for each in of.issued() if _is_of(each.key.component, cut)]
        days |= {day for key in issued for day in key[2:4] if cut.start < day < cut.end}
    if not days:
        yield cut
        return
    stretch = Stretch(cut.slot, cut.choice, cut.start, cut.end, HappeningKind.PLAN)
    opened = max(cut.whole.start, coverage.start)
    last = cut
    for day in sorted(days):
        chosen, fee = _fee_of(of, _version(of, stretch, day, opened), stretch, day)
        if _same(fee, last.fee):
            continue
        yield replace(last, end=day, right=_PLAN)
        last = replace(last, chosen=chosen, fee=fee, start=day, left=_PLAN, end=cut.end, right=cut.right)
    yield last


def _is_of(component: str, cut: Cut) -> bool:
    return component == f"{cut.slot}:{cut.fee.code}"


def _same(one: Fee, other: Fee) -> bool:
    return (one.code, one.price, one.name, one.product, one.tax_class) == (
        other.code,
        other.price,
        other.name,
        other.product,
        other.tax_class,
    )


def _quantities_merged(found: list[Cut]) -> list[Cut]:
    """Where the quantity is not prorated, each piece is paid in full if it was there on any day."""
    merged: list[Cut] = []
    for cut in found:
        last = merged[-1] if merged else None
        if (
            last
            and cut.left == _QUANTITY
            and last.right == _QUANTITY
            and _is_full(cut.fee.proration.quantity)
        ):
            larger = max(last.choice, cut.choice, key=lambda choice: choice.quantity)
            merged[-1] = replace(last, choice=larger, end=cut.end, right=cut.right)
        else:
            merged.append(cut)
    return merged


def _unpaused(cut: Cut, pauses: Sequence[tuple[date, date | None]]) -> Iterator[Cut]:
    """The days of a cut outside pauses; the whole cut where a pause is not prorated and leaves any day."""
    left = [cut]
    for start, end in pauses:
        left = [part for each in left for part in _without(each, start, end)]
    if left and _is_full(cut.fee.proration.pause):
        yield cut
    else:
        yield from left


def _without(cut: Cut, start: date, end: date | None) -> Iterator[Cut]:
    if start >= cut.end or (end is not None and end <= cut.start):
        yield cut
        return
    if cut.start < start:
        yield replace(cut, end=start, right=_PAUSE)
    if end is not None and end < cut.end:
        yield replace(cut, start=end, left=_PAUSE)


def _is_full(rule: Prorate) -> bool:
    return rule is Prorate.NONE


def price_of(of: Subject, cut: Cut) -> tuple[Decimal, Share | None]:
    """The rounded price of a cut, and its share of the period (None: it is charged in full)."""
    price = cut.fee.price * cut.choice.quantity
    rounding, currency = of.case.run.policy.rounding, cut.chosen.book.currency
    if cut.left is None and cut.right is None:
        return _rounded(price, currency, rounding), None
    start, end, rule = _charged(cut)
    days = Period(start, end)
    if days == cut.whole:
        return _rounded(price, currency, rounding), None
    assert cut.fee.every is not None
    months = cut.fee.every.count if cut.fee.every.span is Span.MONTH else None
    at = zone(of.case.account.customer.zone) if rule is Prorate.SECONDS else None
    share = factor(Piece(days, cut.whole), Sharing(rule, months, at))
    told = Share(days.days(), cut.whole.days())
    if rule is Prorate.FIXED_30 and months is not None:
        told = Share(min(fixed_days(days), FIXED * months), FIXED * months)
    return rounding.amount(Fraction(price) * share, currency), told


def _charged(cut: Cut) -> tuple[date, date, Prorate]:
    """The days that are charged, and by which rule: the one of the first change that is prorated."""
    rules: Proration = cut.fee.proration
    start, end, rule = cut.start, cut.end, Prorate.NONE
    if cut.left is not None:
        rule = getattr(rules, cut.left)
        start = cut.whole.start if _is_full(rule) else start
    if cut.right is not None:
        other: Prorate = getattr(rules, cut.right)
        end = cut.whole.end if _is_full(other) else end
        rule = other if _is_full(rule) else rule
    return start, end, rule


def _rounded(price: Decimal, currency: str, rounding: Rounding) -> Decimal:
    return rounding.amount(price, currency)
