"""Periods that begin at a time of day: grants, usage windows, subscriptions by the second.

Boundaries keep the day (clamped) and the wall time of the anchor; see `periods` for local days.
Example: from 31 January 15:00 a month runs to 28 February 15:00, the next one to 31 March 15:00.
"""

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from jetbill.kernel.book import Every
from jetbill.kernel.periods import Cycle, anniversary, calendar_start
from jetbill.kernel.zones import instant_of, local_wall, settled, zone

_UTC = zone("UTC")


@dataclass(frozen=True, slots=True)
class Moments:
    """Boundaries `every` so often through instant `anchor`, by the wall clock of zone `at`."""

    anchor: datetime
    every: Every
    at: ZoneInfo = _UTC

    def boundary(self, k: int) -> datetime:
        """The k-th boundary as a UTC instant; number 0 is the anchor."""
        wall = local_wall(self.anchor, self.at)
        return instant_of(datetime.combine(self._days().boundary(k), wall.time()), self.at)

    def containing(self, instant: datetime) -> tuple[datetime, datetime]:
        """The period [start, end) that holds `instant`; a boundary belongs to the period that it opens."""
        k = self._days().index(local_wall(instant, self.at).date())
        if self.boundary(k) > instant:
            k -= 1
        return self.boundary(k), self.boundary(k + 1)

    def _days(self) -> Cycle:
        return anniversary(local_wall(self.anchor, self.at).date(), self.every)


def next_start(current: datetime, step: tuple[Every, int], anchor: datetime | None, at: ZoneInfo) -> datetime:
    """The wall time at which the next period begins, from the wall time at which the current one began.

    `step` is a unit and how many of them a period has. With `anchor` (wall time) months take its day,
    clamped, and its time of day, so that 28 February goes back to the 31st. Without one the period is
    aligned to the calendar: from the start of the unit around `current`, at 00:00.
    """
    unit, count = step
    every = Every(unit.count * count, unit.span)
    if anchor is None:
        start = anniversary(calendar_start(current.date(), unit), every).boundary(1)
        return settled(datetime.combine(start, time(0)), at)
    cycle = Cycle(every, current.date(), anchor.day)
    return settled(datetime.combine(cycle.boundary(1), anchor.time()), at)
