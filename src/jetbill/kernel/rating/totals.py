"""Rated rows added up: per service, tenure, charge and rate class for bills, per local day for charts.

Sums are exact: columns are added in two halves, so that no sum of 64-bit integers can overflow.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from jetbill.kernel.book import ServiceClass
from jetbill.kernel.rating import layout as at
from jetbill.kernel.rating.batch import Batch
from jetbill.kernel.rating.compiled import SERVICE_CLASSES
from jetbill.kernel.rating.layout import Column
from jetbill.kernel.rating.rates import Rated
from jetbill.kernel.zones import epoch_s, local_date, midnight, zone

_HALF = 31
_LOW = 2**_HALF - 1


@dataclass(frozen=True, slots=True)
class RowSum:
    """Sums of rows that agree in the first four, which are places in the timeline's and books' legends."""

    service: int
    tenure: int
    charge: int
    rate_class: int
    quantity: int
    numerator: int
    count: int


@dataclass(frozen=True, slots=True)
class DaySum:
    """What one service (a place in the timeline's legend) used of one kind on a local day."""

    service: int
    day: date
    service_class: ServiceClass
    octets_in: int
    octets_out: int
    seconds: int
    records: int


def sum_rows(rated: Rated) -> list[RowSum]:
    """The rows of a batch added up; sums of several batches are added by their first four fields."""
    if not len(rated.record):
        return []
    groups = (rated.service[rated.record], rated.tenure, rated.charge, rated.rate_class)
    order = np.lexsort(groups[::-1])
    keys = np.stack([each[order].astype(np.int64) for each in groups])
    first = np.flatnonzero(np.append(True, (keys[:, 1:] != keys[:, :-1]).any(axis=0)))
    sums = [_sums(each[order], first) for each in (rated.quantity, rated.numerator, rated.count)]
    return [RowSum(*key, *values) for key, *values in zip(keys[:, first].T.tolist(), *sums, strict=True)]


def day_sums(batch: Batch, rated: Rated) -> Iterator[DaySum]:
    """What each service used per local day of its customer, whether it was rated or not.

    A record is cut at the midnights inside it; octets are shared out by its seconds, nothing is lost.
    """
    zones = [each.zone for each in rated.timeline.services]
    by_zone = np.array([sorted(set(zones)).index(name) for name in zones], np.int64)
    for number, name in enumerate(sorted(set(zones))):
        owned = rated.service >= 0
        chosen = np.flatnonzero(owned & (by_zone[np.where(owned, rated.service, 0)] == number))
        if chosen.size:
            yield from _days(batch[:, chosen], rated.service[chosen], name)


def _days(batch: Column, services: Column, zone_name: str) -> Iterator[DaySum]:
    start, duration = batch[at.STARTED_S], batch[at.DURATION_S]
    first_day, midnights = _midnights(int(start.min()), int((start + duration).max()), zone_name)
    first = np.searchsorted(midnights, start, side="right") - 1
    last = np.maximum(first, np.searchsorted(midnights, start + duration, side="left") - 1)
    count = last - first + 1
    of = np.repeat(np.arange(len(start)), count)
    day = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count) + first[of]
    begin = np.maximum(midnights[day], start[of]) - start[of]
    end = np.minimum(midnights[day + 1], start[of] + duration[of]) - start[of]
    values = [_shared(batch[row][of], (begin, end), duration[of]) for row in (at.OCTETS_IN, at.OCTETS_OUT)]
    values += [end - begin, np.where(day == first[of], batch[at.SOURCE_ROW][of], 0)]
    groups = (services[of].astype(np.int64), day, batch[at.SERVICE_CLASS][of])
    order = np.lexsort(groups[::-1])
    keys = np.stack([each[order] for each in groups])
    begins = np.flatnonzero(np.append(True, (keys[:, 1:] != keys[:, :-1]).any(axis=0)))
    sums = [_sums(each[order], begins) for each in values]
    for (service, number, kind), *used in zip(keys[:, begins].T.tolist(), *sums, strict=True):
        yield DaySum(service, first_day + timedelta(days=number), SERVICE_CLASSES[kind], *used)


def _midnights(first_s: int, last_s: int, zone_name: str) -> tuple[date, Column]:
    """The first local day and the instants at which it and the following days begin, one beyond the last."""
    place = zone(zone_name)
    first = local_date(_instant(first_s), place)
    days = (local_date(_instant(last_s), place) - first).days + 2
    begins = [epoch_s(midnight(first + timedelta(days=number), place)) for number in range(days)]
    return first, np.array(begins, np.int64)


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _shared(total: Column, piece: tuple[Column, Column], duration: Column) -> Column:
    """The share of [begin, end) of a duration in totals, as differences of floor(total * t / duration)."""
    whole = np.maximum(duration, 1)
    quotient, rest = total // whole, total % whole
    upto = [quotient * at_s + rest * at_s // whole for at_s in piece]
    return np.where(duration == 0, total, upto[1] - upto[0])


def _sums(values: Column, first: Column) -> list[int]:
    """Exact sums of the runs of `values` that begin at `first`."""
    wide = values.astype(np.int64)
    low = np.add.reduceat(wide & _LOW, first).tolist()
    high = np.add.reduceat(wide >> _HALF, first).tolist()
    return [(above << _HALF) + below for above, below in zip(high, low, strict=True)]
