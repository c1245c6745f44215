"""Local dates and instants: which day it is for a customer, and when his days begin.

A local time that we compute moves forward out of a gap of the clock and is the first in a fold; dates never
move. Example: 2022-03-01T00:00Z is 28 February in New York; the next day begins there at 05:00Z.
"""

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import lru_cache
from zoneinfo import ZoneInfo

from jetbill.kernel.periods import Period

_MIDNIGHT = time(0)
_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """The time zone with an IANA name such as Europe/Vienna; raises ValueError if there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"there is no time zone {name!r}; a name looks like Europe/Vienna") from None


def local_wall(instant: datetime, at: ZoneInfo) -> datetime:
    """What a clock on the wall in zone `at` shows at `instant`, without a zone; `instant` must have one."""
    assert instant.tzinfo is not None, "an instant has a time zone"
    return instant.astimezone(at).replace(tzinfo=None, fold=0)


def local_date(instant: datetime, at: ZoneInfo) -> date:
    """The local day that holds `instant` in zone `at`."""
    return local_wall(instant, at).date()


def instant_of(wall: datetime, at: ZoneInfo) -> datetime:
    """The UTC instant of a computed wall time: forward out of a gap, the first one in a fold."""
    assert wall.tzinfo is None, "wall time has no zone"
    # PEP 495: with fold=0 the offset before the change holds, in the gap (so it moves ahead) and in the fold.
    return wall.replace(fold=0, tzinfo=at).astimezone(UTC)


def settled(wall: datetime, at: ZoneInfo) -> datetime:
    """The wall time itself, or the one it becomes if the clock jumps over it: 02:30 becomes 03:30."""
    return local_wall(instant_of(wall, at), at)


def claimed_instant(wall: datetime, at: ZoneInfo, fold: int = 0) -> datetime | None:
    """The UTC instant of a wall time that a usage row claims; None in a gap, for no clock ever showed it.

    In a fold, `fold` 0 is the first of the two and 1 the second: the format of the row says which.
    """
    instant = wall.replace(fold=fold, tzinfo=at).astimezone(UTC)
    return instant if local_wall(instant, at) == wall.replace(fold=0) else None


def midnight(day: date, at: ZoneInfo) -> datetime:
    """The UTC instant at which local day `day` begins in zone `at`."""
    return instant_of(datetime.combine(day, _MIDNIGHT), at)


def window(period: Period, at: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants [first, end) of a period of local days: what selects its usage."""
    return midnight(period.start, at), midnight(period.end, at)


def window_s(period: Period, at: ZoneInfo) -> tuple[int, int]:
    """`window` in whole seconds since 1970 UTC."""
    first, end = window(period, at)
    return epoch_s(first), epoch_s(end)


def epoch_s(instant: datetime) -> int:
    """Whole seconds since 1970 UTC, cut down."""
    return (instant - _EPOCH) // timedelta(seconds=1)


def elapsed_s(first: datetime, end: datetime) -> Fraction:
    """Seconds that pass between two instants, exactly, whatever the clocks on the wall do."""
    return Fraction((end.astimezone(UTC) - first.astimezone(UTC)) // _MICROSECOND, 10**6)


def local_days(first: datetime, end: datetime, at: ZoneInfo) -> int:
    """Days between the local dates of two instants; a day of 23 or 25 hours is one."""
    return (local_date(end, at) - local_date(first, at)).days
