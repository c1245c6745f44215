"""Rated rows added up: per service, tenure, charge and rate class for bills, per local day for charts.

Sums for bills are exact: columns are added in two halves, so that no sum of 64-bit integers can overflow.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import prod

import numpy as np

from jetbill.kernel.book import ServiceClass
from jetbill.kernel.calendars import day_starts
from jetbill.kernel.rating import layout as at
from jetbill.kernel.rating.batch import Batch
from jetbill.kernel.rating.compiled import SERVICE_CLASSES
from jetbill.kernel.rating.layout import Column
from jetbill.kernel.rating.rates import Rated
from jetbill.kernel.zones import zone

_HALF = 31
_LOW = 2**_HALF - 1
_WIDEST = 2**62
DAY_VALUES = ("octets_in", "octets_out", "seconds", "records")


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


@dataclass(frozen=True, slots=True, eq=False)
class DaySeries:
    """What one service (a place in the timeline's legend) used of one kind on each local day of the horizon.

    `values` has a row each for DAY_VALUES and a column for every day from `first_day` on.
    """

    service: int
    service_class: ServiceClass
    first_day: date
    values: Column


def sum_rows(rated: Rated) -> list[RowSum]:
    """The rows of a batch added up; sums of several batches are added by their first four fields."""
    if not len(rated.record):
        return []
    groups = (rated.service[rated.record], rated.tenure, rated.charge, rated.rate_class)
    order = _by_groups(groups)
    keys = np.stack([each[order].astype(np.int64) for each in groups])
    first = np.flatnonzero(np.append(True, (keys[:, 1:] != keys[:, :-1]).any(axis=0)))
    sums = [_sums(each[order], first) for each in (rated.quantity, rated.numerator, rated.count)]
    return [RowSum(*key, *values) for key, *values in zip(keys[:, first].T.tolist(), *sums, strict=True)]


def day_sums(batch: Batch, rated: Rated) -> list[DaySeries]:
    """What each service used per local day of its customer, whether it was rated or not.

    A record is cut at the midnights inside it; octets are shared out by its seconds, nothing is lost. Records
    outside the horizon, and those that claim the impossible, are left out.
    """
    names = [each.zone for each in rated.timeline.services]
    known = sorted(set(names))
    numbers = np.array([known.index(name) for name in names] or [0], np.int64)
    found: list[DaySeries] = []
    for number, name in enumerate(known):
        of_zone = (rated.service >= 0) & (numbers[np.maximum(rated.service, 0)] == number)
        chosen = np.flatnonzero(of_zone)
        if chosen.size:
            days = day_starts(zone(name), rated.timeline.books.horizon)
            found += _series(batch[:, chosen], rated.service[chosen].astype(np.int64), days)
    return found


def _by_groups(groups: Sequence[Column]) -> Column:
    """An order in which equal groups stand together: by one number if they fit into it."""
    sizes = [int(each.max()) + 1 for each in groups]
    if prod(sizes) > _WIDEST:
        return np.lexsort(groups[::-1])
    key = np.zeros(len(groups[0]), np.int64)
    for group, size in zip(groups, sizes, strict=True):
        key = key * size + group
    return np.argsort(key)


def _series(batch: Batch, services: Column, days: Sequence[tuple[int, date]]) -> Iterator[DaySeries]:
    midnights = np.array([instant for instant, _ in days], np.int64)
    first_day = days[0][1]
    number_of = np.array([(day - first_day).days for _, day in days], np.int64)
    start, duration = batch[at.STARTED_S], batch[at.DURATION_S]
    first = np.searchsorted(midnights, start, side="right") - 1
    last = np.maximum(first, np.searchsorted(midnights, start + duration, side="left") - 1)
    count = last - first + 1
    of = np.repeat(np.arange(len(start)), count)
    day = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count) + first[of]
    ends = np.append(midnights[1:], _WIDEST)
    begin = np.maximum(midnights[day], start[of]) - start[of]
    end = np.minimum(ends[day], start[of] + duration[of]) - start[of]
    values = [_shared(batch[row][of], (begin, end), duration[of]) for row in (at.OCTETS_IN, at.OCTETS_OUT)]
    values += [end - begin, np.where(day == first[of], batch[at.SOURCE_ROW][of], 0)]
    kinds = services * len(SERVICE_CLASSES) + batch[at.SERVICE_CLASS]
    known, places = np.unique(kinds, return_inverse=True)
    grid = np.zeros((len(known), len(DAY_VALUES), int(number_of[-1]) + 1), np.int64)
    for row, column in enumerate(values):
        np.add.at(grid[:, row, :], (places.reshape(-1)[of], number_of[day]), column)
    for place, kind in enumerate(known.tolist()):
        service, number = divmod(kind, len(SERVICE_CLASSES))
        yield DaySeries(service, SERVICE_CLASSES[number], first_day, grid[place])


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
