"""Rated rows added up: per service, tenure, charge and rate class for bills, per local day for charts.

The loops are in `adding`; what is summed here for bills and conservation is exact, whatever its size.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from jetbill.kernel.book import ServiceClass
from jetbill.kernel.calendars import day_starts
from jetbill.kernel.rating import adding
from jetbill.kernel.rating.batch import Batch
from jetbill.kernel.rating.charges import SERVICE_CLASSES
from jetbill.kernel.rating.layout import Column, Status
from jetbill.kernel.rating.rates import Rated
from jetbill.kernel.zones import zone

_GROUPS = 2**12
"""Places in the first table of groups; each next one has four times as many."""
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


@dataclass(frozen=True, slots=True)
class Measured:
    """How many records there are, and what they measure."""

    records: int
    octets: int
    seconds: int


def sum_rows(rated: Rated) -> list[RowSum]:
    """The rows of a batch added up; sums of several batches are added by their first four fields."""
    size, added = _GROUPS, -1
    while added < len(rated.rows):
        groups = np.zeros((size, adding.GROUP), np.int64)
        added = adding.add_groups(rated.rows, rated.states, groups)
        size *= 4
    found = groups[groups[:, adding.SERVICE] > 0].tolist()
    return [
        RowSum(service - 1, tenure, charge, rate_class, _whole(*sums[:2]), _whole(*sums[2:4]), sums[4])
        for service, tenure, charge, rate_class, *sums in sorted(found)
    ]


def sum_records(batch: Batch, rated: Rated) -> dict[Status, Measured]:
    """What the records of each status come to."""
    sums = np.zeros((len(Status), adding.MEASURED), np.int64)
    adding.add_statuses(batch, rated.states, sums)
    return {
        Status(status): Measured(row[0], _whole(row[1], row[2]), _whole(row[3], row[4]))
        for status, row in enumerate(sums.tolist())
        if row[0]
    }


def day_sums(batch: Batch, rated: Rated) -> list[DaySeries]:
    """What each service used per local day of its customer, whether it was rated or not.

    A record is cut at the midnights inside it; octets are shared out by its seconds, nothing is lost. Records
    outside the horizon, and those that claim the impossible, are left out.
    """
    zones = [each.zone for each in rated.timeline.services]
    place = np.full((len(zones), len(SERVICE_CLASSES)), -1, np.int64)
    count = adding.number_kinds(batch, rated.states, place)
    if not count:
        return []
    days = {name: _days(name, rated.timeline.books.horizon) for name in dict.fromkeys(zones)}
    ends = dict(zip(days, np.cumsum([len(each) for each in days.values()]).tolist(), strict=True))
    midnight = [instant for each in days.values() for instant, _ in each]
    number = [(day - each[0][1]).days for each in days.values() for _, day in each]
    values = np.zeros((count, len(DAY_VALUES), max(number) + 1), np.int64)
    end = np.array([ends[name] for name in zones], np.int64)
    first = end - [len(days[name]) for name in zones]
    lists = (first, end, np.array(midnight, np.int64), np.array(number, np.int64))
    adding.add_days(batch, rated.states, adding.Days(*lists, place, values))
    found = []
    for service, kind in np.argwhere(place >= 0).tolist():
        first_day, last_day = (days[zones[service]][at][1] for at in (0, -1))
        series = values[place[service, kind], :, : (last_day - first_day).days + 1]
        found.append(DaySeries(service, SERVICE_CLASSES[kind], first_day, series))
    return found


@lru_cache(64)
def _days(zone_name: str, horizon: tuple[int, int]) -> tuple[tuple[int, date], ...]:
    return day_starts(zone(zone_name), horizon)


def _whole(low: int, high: int) -> int:
    """A sum of two halves."""
    return (high << adding.HALF) + low
