"""Stored usage rated by other price books, for a comparison: nothing of it is written."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction

from jetbill.kernel.book import PriceBook
from jetbill.kernel.period_total import PeriodTotal
from jetbill.kernel.rating.rates import rate
from jetbill.kernel.rating.timeline import Timeline
from jetbill.kernel.rating.totals import RowSum, sum_rows
from jetbill.stages.rating import columns
from jetbill.stages.realms.queries import current_realm
from jetbill.stages.usage import columnar

Totals = dict[int, list[PeriodTotal]]


def totals_by(
    sides: Sequence[Sequence[PriceBook]], shares: Sequence[int], months: Sequence[date]
) -> list[Totals]:
    """Per side (all versions of all books) and customer, what the usage of `shares` in `months` comes to."""
    found: list[Totals] = [defaultdict(list) for _ in sides]
    for month in filter(columnar.rows, months):
        for group in columns.passes(shares, month):
            for side, customer, total in _rated(sides, group, month):
                found[side][customer].append(total)
    return found


def _rated(
    sides: Sequence[Sequence[PriceBook]], shares: Sequence[int], month: date
) -> Iterator[tuple[int, int, PeriodTotal]]:
    """(place of the side, customer, total), each share read once for all sides."""
    zone = current_realm().time_zone
    laid_out = [columns.timelines_of(shares, columns.books_for(side, zone, month)) for side in sides]
    for share, read in columns.stored_usage(laid_out[0], month):
        for place, timelines in enumerate(laid_out):
            timeline = timelines[share]
            for each in sum_rows(rate(read.batch, timeline)):
                yield place, *_total(each, timeline)


def _total(of: RowSum, timeline: Timeline) -> tuple[int, PeriodTotal]:
    service, tenure = timeline.services[of.service], timeline.tenures[of.tenure]
    charge = timeline.books.charges[of.charge]
    return service.customer, PeriodTotal(
        service.subscription,
        f"{tenure.slot}:{charge.charge.code}",
        tenure.period.start,
        tenure.period.end,
        timeline.books.rate_classes[of.rate_class],
        Fraction(of.quantity),
        tenure.plan,
        tenure.version.version,
        Fraction(of.numerator, charge.denominator) if charge.has_amount else None,
        of.count,
        service.service,
    )
