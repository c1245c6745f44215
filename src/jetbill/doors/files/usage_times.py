"""Local times of whole columns as instants: what `kernel.zones.claimed_instant` says, for arrays.

The offsets of a zone change at a few instants a year; between them everything is one subtraction.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from jetbill.kernel.zones import zone

_DAY = 86_400


@dataclass(frozen=True, slots=True, eq=False)
class Offsets:
    """`after[i]` seconds east of UTC hold from `change[i - 1]` until `change[i]`."""

    change: NDArray[np.int64]
    after: NDArray[np.int64]

    def at(self, instant: NDArray[np.int64]) -> NDArray[np.int64]:
        """The offset in force at each instant."""
        return self.after[np.searchsorted(self.change, instant, side="right")]


def instants(
    wall: NDArray[np.int64], zone_name: str, fold: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Wall seconds ("as if UTC") of a zone as UTC seconds, and which of them no clock ever showed.

    In a fold, `fold` 0 takes the first of the two instants and 1 the second.
    """
    if not len(wall) or zone_name == "UTC":
        return wall, np.zeros(len(wall), bool)
    first, last = int(wall.min()) // _DAY, int(wall.max()) // _DAY
    offsets = _offsets(zone_name, first - 2, last + 2)
    # until then the clock on the wall shows times by the old offset; in the fold the new one comes earlier
    shown_until = offsets.change + (offsets.after[1:] if fold else offsets.after[:-1])
    if fold:
        shown_until = np.where(
            offsets.after[1:] > offsets.after[:-1], offsets.change + offsets.after[:-1], shown_until
        )
    used = offsets.after[np.searchsorted(shown_until, wall, side="right")]
    found = wall - used
    return found, offsets.at(found) != used


@lru_cache(maxsize=256)
def _offsets(zone_name: str, first_day: int, last_day: int) -> Offsets:
    """The offsets between two days since 1970, found by looking once a day and halving."""
    change: list[int] = []
    after = [_offset(zone_name, first_day * _DAY)]
    for day in range(first_day, last_day):
        end = (day + 1) * _DAY
        if _offset(zone_name, end) == after[-1]:
            continue
        low, high = day * _DAY, end
        while high - low > 1:
            middle = (low + high) // 2
            if _offset(zone_name, middle) == after[-1]:
                low = middle
            else:
                high = middle
        change.append(high)
        after.append(_offset(zone_name, high))
    return Offsets(np.array(change, np.int64), np.array(after, np.int64))


def _offset(zone_name: str, instant: int) -> int:
    offset = datetime.fromtimestamp(instant, UTC).astimezone(zone(zone_name)).utcoffset()
    assert offset is not None
    return offset.days * _DAY + offset.seconds
