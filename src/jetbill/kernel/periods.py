"""Periods of local days, and the cycles that tile time with them.

The k-th boundary of a cycle is counted from its anchor and clamped to the month, never stepped from a clamped
date: from 31 January on, months begin on 31 Jan, 29 Feb, 31 Mar, 30 Apr.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from jetbill.kernel.book import Alignment, Every, Span

_DAYS = {Span.DAY: 1, Span.WEEK: 7}
_ISO = re.compile(r"P([1-9][0-9]{0,3})([DWMY])")
_CALENDAR_MONTHS = (12, 6, 3, 1)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Half open: `start` is inside, `end` is the start of the next period."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"a period cannot end on {self.end}, before its start {self.start}")

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def __bool__(self) -> bool:
        """Whether it holds any day."""
        return self.start < self.end

    def days(self) -> int:
        """Local days in it; how many hours they have does not matter."""
        return (self.end - self.start).days

    def within(self, other: "Period") -> bool:
        """Whether each of its days is one of `other`."""
        return other.start <= self.start and self.end <= other.end

    def cut(self, other: "Period") -> "Period":
        """The days in both; an empty period if there is none."""
        start = max(self.start, other.start)
        return Period(start, max(start, min(self.end, other.end)))


@dataclass(frozen=True, slots=True)
class Cycle:
    """Boundaries `every` so often through `anchor`, before and after it without end.

    Cycles of months open on `day` (intended, 1 to 31; clamped to each month), those of days and weeks on the
    anchor itself. Make one with `anniversary`, `bill_day`, `calendar` or `aligned`.
    """

    every: Every
    anchor: date
    day: int

    def __post_init__(self) -> None:
        if self.every.count < 1:
            raise ValueError(f"a period of {self.every.count} {self.every.span}s cannot be")
        if not 1 <= self.day <= 31:
            raise ValueError(f"a bill day is 1 to 31, not {self.day}")

    def boundary(self, k: int) -> date:
        """The k-th boundary; number 0 lies in the month (or on the day) of the anchor."""
        if self.every.span is Span.MONTH:
            return clamped(_month(self.anchor) + k * self.every.count, self.day)
        return self.anchor + timedelta(days=k * self.every.count * _DAYS[self.every.span])

    def index(self, on: date) -> int:
        """The number of the last boundary on or before `on`."""
        if self.every.span is not Span.MONTH:
            return (on - self.anchor).days // (self.every.count * _DAYS[self.every.span])
        k = (_month(on) - _month(self.anchor)) // self.every.count
        return k if self.boundary(k) <= on else k - 1

    def whole(self, k: int) -> Period:
        """From the k-th boundary to the next."""
        return Period(self.boundary(k), self.boundary(k + 1))

    def containing(self, on: date) -> Period:
        """The whole period that holds `on`; a boundary belongs to the period that it opens."""
        return self.whole(self.index(on))

    def is_boundary(self, on: date) -> bool:
        """Whether a period opens on `on`."""
        return self.boundary(self.index(on)) == on

    def at_or_before(self, on: date) -> date:
        """The last boundary that is not after `on`."""
        return self.boundary(self.index(on))

    def after(self, on: date) -> date:
        """The first boundary after `on`."""
        return self.boundary(self.index(on) + 1)

    def at_or_after(self, on: date) -> date:
        """The first boundary that is not before `on`."""
        k = self.index(on)
        return on if self.boundary(k) == on else self.boundary(k + 1)

    def months(self) -> int | None:
        """Months of a whole period; None where it is measured in days."""
        return self.every.count if self.every.span is Span.MONTH else None


def anniversary(start: date, every: Every) -> Cycle:
    """Periods that open on the day of month (or week) of `start`, which is a boundary itself."""
    return Cycle(every, start, start.day)


def bill_day(start: date, day: int, every: Every) -> Cycle:
    """Periods that open on bill day `day`; the first boundary is the first one that is not before `start`.

    The boundary lies in the month of `start` if it can: from 16 Feb 2012 with day 30, yearly periods open on
    29 Feb 2012; with day 14 on 14 Feb 2013. Periods of days and weeks open on `start` whatever the day.
    """
    return Cycle(every, start, day)


def calendar(start: date, every: Every) -> Cycle:
    """Periods that open with the calendar: Monday, the first of the month, quarter, half-year or year."""
    return Cycle(every, calendar_start(start, every), 1)


def aligned(month: int, day: int, every: Every) -> Cycle:
    """Periods of months through day `day` of calendar month `month` (1 to 12) of every year that has one.

    Quarters aligned to January open in January, April, July and October.
    """
    if not 1 <= month <= 12:
        raise ValueError(f"a month is 1 to 12, not {month}")
    return Cycle(every, date(2000, month, 1), day)


def cycle(alignment: Alignment, start: date, day: int, every: Every) -> Cycle:
    """The cycle of a fee that begins on `start` for a customer with bill day `day` (0: anniversary)."""
    if alignment is Alignment.CALENDAR:
        return calendar(start, every)
    if alignment is Alignment.BILL_DAY and day:
        return bill_day(start, day, every)
    return anniversary(start, every)


def calendar_start(on: date, every: Every) -> date:
    """Where the calendar unit of `every` that holds `on` began.

    The unit is the largest of year, half-year, quarter and month that `every` is a multiple of; Monday for
    weeks; the day itself for days.
    """
    if every.span is Span.DAY:
        return on
    if every.span is Span.WEEK:
        return on - timedelta(days=on.weekday())
    unit = next(months for months in _CALENDAR_MONTHS if every.count % months == 0)
    return clamped(_month(on) // unit * unit, 1)


def duration(text: str) -> Every:
    """An ISO 8601 duration of one part, P1D, P2W, P3M or P1Y; raises ValueError for another one."""
    found = _ISO.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not a period such as P1M, P1Y, P1W or P1D")
    count = int(found[1])
    if found[2] == "Y":
        return Every(12 * count, Span.MONTH)
    return Every(count, {"D": Span.DAY, "W": Span.WEEK, "M": Span.MONTH}[found[2]])


@lru_cache(maxsize=8192)
def clamped(month: int, day: int) -> date:
    """Day `day` of month number `month` (12 x year + month - 1), or the last day of a shorter month."""
    year, zero_based = divmod(month, 12)
    if day > 28:
        day = min(day, monthrange(year, zero_based + 1)[1])
    return date(year, zero_based + 1, day)


def months_apart(first: date, last: date) -> int:
    """Difference of the calendar months of two dates, whatever their days."""
    return _month(last) - _month(first)


def _month(day: date) -> int:
    return 12 * day.year + day.month - 1
