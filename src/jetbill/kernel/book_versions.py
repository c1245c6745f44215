"""Which version of a price book holds for a subscription on a day: of those that reach it, the latest.

Two versions on one day of a period: the later one wins at once; nobody is charged by a version in between.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from jetbill.kernel.book import Applies, PriceBook


@dataclass(frozen=True, slots=True)
class Day:
    """A day in the life of a subscription that began on `started`; its billing period opened on `opened`."""

    on: date
    started: date
    opened: date


def version_for(versions: Sequence[PriceBook], day: Day) -> PriceBook | None:
    """The version among those of one book that holds on `day`; None before the first one reaches it.

    A version for new customers reaches subscriptions that begin on or after its day, one for everybody holds
    from its day, one for the next period in periods that open on or after it.
    """
    reaching = [each for each in versions if _reaches(each, day)]
    return max(reaching, key=lambda each: (each.effective, each.version), default=None)


def turning_days(versions: Sequence[PriceBook]) -> tuple[date, ...]:
    """The days on which the answer of `version_for` may change inside a period."""
    return tuple(sorted({each.effective for each in versions if each.applies is Applies.EVERYBODY}))


def _reaches(version: PriceBook, day: Day) -> bool:
    if version.applies is Applies.NEW:
        return day.started >= version.effective
    if version.applies is Applies.NEXT_PERIOD:
        return day.opened >= version.effective
    return day.on >= version.effective
