"""Beside the usage lines of a charge with a commitment: what tops them up to the minimum, or gives back what
is above the maximum.

Both are lines of their own, so late usage changes them by the difference as it does any line. A minimum is
due for the days that are covered: 10.00 for 25 of 28 days are 8.93, and 8.00 used leave 0.93.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from jetbill.kernel.book import Commitment, UsageCharge
from jetbill.kernel.commitments import Prorated, Spent, settled
from jetbill.kernel.periods import Period
from jetbill.kernel.proposal.books import Chosen
from jetbill.kernel.proposal.case import Subject
from jetbill.kernel.proposal.lines import MAXIMUM, MINIMUM, LineKind, ProposedLine, Share, code_of

ONE_DAY = timedelta(days=1)


@dataclass(slots=True)
class _Sum:
    """What a charge came to in a period; `line` is one of its lines."""

    charge: UsageCharge
    currency: str
    line: ProposedLine
    amount: Decimal = Decimal(0)


def committed(of: Subject, lines: Iterable[ProposedLine]) -> Iterator[ProposedLine]:
    """The usage lines of a subscription, and those that keep its commitments."""
    found: dict[tuple[str, date, date], _Sum] = {}
    for line in lines:
        yield line
        key = line.key
        name = (key.component, key.period_start, key.period_end)
        if name not in found:
            book = of.case.books.numbered(line.item.book, line.item.version)
            charge = of.case.books.charge(Chosen(book, line.item.plan), code_of(key.component))
            found[name] = _Sum(charge, book.currency, line)
        found[name].amount += line.amount
    for name in sorted(found):
        if found[name].charge.commitment:
            yield from _beside(of, found[name])


def _beside(of: Subject, total: _Sum) -> Iterator[ProposedLine]:
    line, rounding = total.line, of.case.run.policy.rounding
    share = _share(of, Period(line.key.period_start, line.key.period_end))
    bounds = _due(total.charge.commitment, share, Prorated(total.currency, rounding=rounding))
    found = settled(Spent(Fraction(total.amount), is_last=True), bounds)
    told = share if share.days < share.whole else None
    item = replace(line.item, kind=LineKind.COMMITMENT, unit="", unit_price=None)
    for what, amount, of_days in ((MINIMUM, found.true_up, told), (MAXIMUM, -found.discount, None)):
        if amount:
            key = line.key._replace(component=line.key.component + what, rate_class="")
            yield ProposedLine(key, item, rounding.amount(amount, total.currency), share=of_days)


def _due(of: Commitment, share: Share, whole: Prorated) -> Commitment:
    """What is due of a commitment: a minimum for the days that are covered, the maximum as it is."""
    part = replace(whole, share=Fraction(share.days, share.whole))
    return Commitment(
        None if of.minimum is None else part.of(of.minimum),
        None if of.maximum is None else whole.of(of.maximum),
    )


def _share(of: Subject, days: Period) -> Share:
    """The days of a usage period that are covered, of those of the whole one around them."""
    paused = sum(_overlap(days, start, end) for start, end in of.life.pauses)
    for coverage in of.usage_coverages():
        for piece in coverage.pieces(Period(days.start, days.start + ONE_DAY)):
            return Share(days.days() - paused, piece.whole.days())
    return Share(1, 1)


def _overlap(days: Period, start: date, end: date | None) -> int:
    last = days.end if end is None else min(end, days.end)
    return max(0, (last - max(start, days.start)).days)
