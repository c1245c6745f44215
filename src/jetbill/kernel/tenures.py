"""Who had which plan when: the periods over which the usage of a subscription is added up and priced.

Usage periods are months on the customer's bill day. They are cut where the subscription begins and ends, and
where a slot changes its plan. Example: bill day 1, plan A from 11 January, B from 20 January: A has 11 to 20
January, B 20 January to 1 February.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from jetbill.kernel.book import Alignment, Every, PriceBook, Span
from jetbill.kernel.book_versions import Day, turning_days, version_for
from jetbill.kernel.due import BillDays, service
from jetbill.kernel.life import Life
from jetbill.kernel.periods import Period

MONTHLY = Every(1, Span.MONTH)


@dataclass(frozen=True, slots=True)
class Stint:
    """A slot of a subscription had plan `plan` from `start` to `end` (exclusive; None: still)."""

    slot: int
    plan: str
    start: date
    end: date | None


@dataclass(frozen=True, slots=True)
class Tenure:
    """A slot's plan during one usage period, charged by `version` of the book."""

    slot: int
    plan: str
    version: PriceBook
    period: Period


def stints(of: Life) -> tuple[Stint, ...]:
    """Who held which plan in which slot, whatever fee and quantity."""
    found: list[Stint] = []
    for each in of.stretches:
        last = found[-1] if found else None
        goes_on = last is not None and (last.slot, last.plan, last.end) == (
            each.slot,
            each.choice.plan,
            each.start,
        )
        if last is not None and goes_on:
            found[-1] = replace(last, end=each.end)
        else:
            found.append(Stint(each.slot, each.choice.plan, each.start, each.end))
    return tuple(found)


def is_paused(of: Life, on: date) -> bool:
    """Whether `on` lies in a pause."""
    return any(start <= on and (end is None or on < end) for start, end in of.pauses)


def tenures(of: Life, days: BillDays, versions: Sequence[PriceBook], until: Period) -> tuple[Tenure, ...]:
    """Every tenure that has a day in `until`, slot by slot in time; its period is given whole.

    A new version of the book cuts a tenure only where it changes the plan's charges. `versions` are those of
    the subscription's book. A pause does not cut.
    """
    periods = usage_periods(of, days, until)
    found: list[Tenure] = []
    for stint in stints(of):
        whole = Period(stint.start, stint.end or max(stint.start, until.end, *(each.end for each in periods)))
        for period in periods:
            found += _by_version(
                stint, period.cut(whole), versions, Day(period.start, of.start, period.start)
            )
    return tuple(each for each in found if each.period.cut(until))


def usage_periods(of: Life, days: BillDays, until: Period) -> tuple[Period, ...]:
    """The usage periods of a subscription that have a day in `until`, cut by its start and end."""
    found: list[Period] = []
    for coverage in service(of.start, of.end, days, (Alignment.BILL_DAY, MONTHLY)):
        if coverage.start >= until.end or (coverage.end is not None and coverage.end <= until.start):
            continue
        last = until.end if coverage.end is None else min(until.end, coverage.end)
        span = Period(coverage.containing(until.start).start, coverage.containing(last).end)
        found += [piece.covered for piece in coverage.pieces(span) if piece.covered.cut(until)]
    return tuple(found)


def _by_version(stint: Stint, span: Period, versions: Sequence[PriceBook], day: Day) -> list[Tenure]:
    """The tenures of one stint in one usage period: one, unless a version changes the charges."""
    found: list[Tenure] = []
    cuts = [span.start, *(each for each in turning_days(versions) if span.start < each < span.end)]
    for start, end in zip(cuts, [*cuts[1:], span.end], strict=True):
        version = version_for(versions, replace(day, on=start))
        if start >= end or version is None or stint.plan not in version.plans:
            continue
        charges = version.plans[stint.plan].charges
        last = found[-1] if found else None
        if last and last.period.end == start and last.version.plans[stint.plan].charges == charges:
            found[-1] = replace(last, period=Period(last.period.start, end))
        else:
            found.append(Tenure(stint.slot, stint.plan, version, Period(start, end)))
    return found
