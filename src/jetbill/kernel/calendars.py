"""Which time class holds when: exact in local time, across clock changes, to the second.

A holiday is a kind of day of its own: only windows that name holidays hold on it. Example: with peak
Monday to Friday 08:00 to 20:00, a Monday that is a holiday is `rest` all day.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from jetbill.kernel.book import Calendar, TimeWindow
from jetbill.kernel.zones import epoch_s, local_date, local_wall, midnight

ONE_DAY = timedelta(days=1)
_MIDNIGHT = time(0)


def class_codes(of: Calendar) -> tuple[str, ...]:
    """The classes in order of precedence; the last is `rest`, which a class of that name is as well."""
    codes = [each.code for each in of.classes if each.code != of.rest]
    return (*codes, of.rest)


def class_on(of: Calendar, instant_s: int, at: ZoneInfo) -> str:
    """The class that holds at an instant (seconds since 1970 UTC) on the clocks of zone `at`."""
    wall = local_wall(_instant(instant_s), at)
    for each in of.classes:
        if any(_fits(window, wall, of) for window in each.windows):
            return each.code
    return of.rest


def changes(of: Calendar, at: ZoneInfo, horizon: tuple[int, int]) -> tuple[tuple[int, int], ...]:
    """(instant, class number) for the start of the horizon and every change in it, in order.

    The number counts in `class_codes`. An instant is the first second at which the class holds.
    """
    numbers = {code: number for number, code in enumerate(class_codes(of))}
    found: list[tuple[int, int]] = []
    for instant_s in sorted(set(_candidates(of, at, horizon))):
        number = numbers[class_on(of, instant_s, at)]
        if not found or found[-1][1] != number:
            found.append((instant_s, number))
    return tuple(found)


def day_starts(at: ZoneInfo, horizon: tuple[int, int]) -> tuple[tuple[int, date], ...]:
    """(instant, local day) of every local day that holds a part of the horizon, in order.

    The first instant may lie before the horizon. A day that a zone skipped is left out.
    """
    day, last = _days(at, horizon)
    found: list[tuple[int, date]] = []
    while day <= last:
        instant_s = epoch_s(midnight(day, at))
        if found and found[-1][0] == instant_s:
            found.pop()
        found.append((instant_s, day))
        day += ONE_DAY
    return tuple(found)


def _fits(window: TimeWindow, wall: datetime, of: Calendar) -> bool:
    day = wall.date()
    fits_day = window.on_holidays if day in of.holidays else day.weekday() in window.weekdays
    clock = wall.time()
    return fits_day and window.start <= clock and (window.end is None or clock < window.end)


def _candidates(of: Calendar, at: ZoneInfo, horizon: tuple[int, int]) -> Iterator[int]:
    """Every instant of the horizon at which the class may change: window edges, midnights, clock changes."""
    first, end = horizon
    yield first
    clocks = {_MIDNIGHT}
    for window in (window for each in of.classes for window in each.windows):
        clocks |= {window.start, window.end or _MIDNIGHT}
    day, last = _days(at, horizon)
    while day <= last:
        edges = [*_clock_changes(day, at)]
        edges += [epoch_s(at_clock) for clock in clocks for at_clock in _instants(day, clock, at)]
        yield from (each for each in edges if first < each < end)
        day += ONE_DAY


def _instants(day: date, clock: time, at: ZoneInfo) -> tuple[datetime, datetime]:
    """The first and the second time at which clocks show it: the same but in a fold (or a gap)."""
    wall = datetime.combine(day, clock)
    return (
        wall.replace(fold=0, tzinfo=at).astimezone(UTC),
        wall.replace(fold=1, tzinfo=at).astimezone(UTC),
    )


def _clock_changes(day: date, at: ZoneInfo) -> Iterator[int]:
    """The instants during a local day at which the zone's offset from UTC changes."""
    low, end = epoch_s(midnight(day, at)), epoch_s(midnight(day + ONE_DAY, at))
    if _offset(low, at) == _offset(end, at):
        return
    while end - low > 1:  # no zone changes its offset twice a day
        middle = (low + end) // 2
        if _offset(middle, at) == _offset(low, at):
            low = middle
        else:
            end = middle
    yield end


def _offset(instant_s: int, at: ZoneInfo) -> timedelta | None:
    return _instant(instant_s).astimezone(at).utcoffset()


def _days(at: ZoneInfo, horizon: tuple[int, int]) -> tuple[date, date]:
    first, end = horizon
    return local_date(_instant(first), at), local_date(_instant(end), at)


def _instant(instant_s: int) -> datetime:
    return datetime.fromtimestamp(instant_s, UTC)
