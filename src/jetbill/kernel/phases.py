"""The first phases of a fee: a trial, an introductory price. Taken on 31 January with 1 month at 5.00 and
1 month at 7.00, the first ends before 28 February, the second before 31 March.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from jetbill.kernel.book import Fee, Phase, Span
from jetbill.kernel.life import Life
from jetbill.kernel.periods import clamped

_DAYS = {Span.DAY: 1, Span.WEEK: 7}
_MONTH_AT_MOST = 31


def phase_ends(phases: Sequence[Phase], taken: date) -> Iterator[date]:
    """The first day after each phase of a plan taken on `taken`. Months keep the day they began on."""
    start, months = taken, 0
    end = taken
    for each in phases:
        if each.lasts.span is Span.MONTH:
            months += each.lasts.count
            end = clamped(start.year * 12 + start.month - 1 + months, start.day)
        else:
            start, months = end + timedelta(days=_DAYS[each.lasts.span] * each.lasts.count), 0
            end = start
        yield end


def lasting_at_most(phases: Sequence[Phase]) -> timedelta:
    """So long after the plan was taken every phase has ended, whatever the day."""
    return timedelta(
        days=sum(each.lasts.count * _DAYS.get(each.lasts.span, _MONTH_AT_MOST) for each in phases)
    )


def on_day(fee: Fee, taken: date, on: date) -> Fee:
    """`fee` at the price that holds on day `on`."""
    for phase, end in zip(fee.phases, phase_ends(fee.phases, taken), strict=True):
        if on < end:
            return replace(fee, price=phase.price)
    return fee


def taken_on(of: Life, slot: int, on: date) -> date:
    """The day from which on a slot has had the plan that it has on day `on`, whatever quantity and fee."""
    first, plan = on, None
    for each in reversed([each for each in of.stretches if each.slot == slot and each.start <= on]):
        is_near = each.end is None or first <= each.end
        if not is_near or (plan is not None and each.choice.plan != plan):
            break
        first, plan = min(first, each.start), each.choice.plan
    return first
