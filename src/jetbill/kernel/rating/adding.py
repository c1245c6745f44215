"""Loops that add up what a scan wrote: rows per group, records per status, pieces of records per local day.

Sums are exact: a column is added in two halves, of which 2**31 numbers fit into 64 bits. A loop that meets a
table that is too small stops, and whoever called makes a larger one.
"""

from typing import NamedTuple

from numba import types

from jetbill.kernel.rating import layout as at
from jetbill.kernel.rating.batch import Batch
from jetbill.kernel.rating.layout import Column
from jetbill.kernel.rating.machine_code import compiled_for, entered
from jetbill.kernel.rating.pricing import share

HALF = 31
LOW = 2**HALF - 1
DAY_S = 86_400

# A group of rows: four numbers of which the first is above zero, and its sums.
SERVICE, TENURE, CHARGE, RATE_CLASS, QUANTITY, QUANTITY_HIGH, NUMERATOR, NUMERATOR_HIGH, COUNT = range(9)
GROUP = 9

# What a status adds up to.
RECORDS, OCTETS, OCTETS_HIGH, SECONDS, SECONDS_HIGH = range(5)
MEASURED = 5

# What a day adds up to.
DAY_IN, DAY_OUT, DAY_SECONDS, DAY_RECORDS = range(4)
DAY = 4


class Days(NamedTuple):
    """Where the local days of each service begin: [first, end) of `midnight`, and their numbers.

    `place` says which table of `values` each service and class has, -1 for none.
    """

    first: Column
    end: Column
    midnight: Column
    number: Column
    place: Column
    values: Column


@entered
def add_groups(rows: Column, states: Column, groups: Column) -> int:
    """Add all rows to a table of groups whose size is a power of two; how many were added before it was full.

    A group stands at a place made from its four numbers, or at the next that is free.
    """
    mask, free = groups.shape[0] - 1, groups.shape[0] * 3 // 4
    for i in range(rows.shape[0]):
        service = states[rows[i, at.OUT_RECORD], at.SERVICE] + 1
        tenure, charge = rows[i, at.OUT_TENURE], rows[i, at.OUT_CHARGE]
        rate_class = rows[i, at.OUT_RATE_CLASS]
        mixed = (tenure * 1_000_003 + charge * 8_191 + rate_class * 131 + service) & LOW
        place = (mixed * 2_654_435_761 >> 20) & mask
        while groups[place, SERVICE] != 0 and (
            groups[place, SERVICE] != service
            or groups[place, TENURE] != tenure
            or groups[place, CHARGE] != charge
            or groups[place, RATE_CLASS] != rate_class
        ):
            place = (place + 1) & mask
        if groups[place, SERVICE] == 0:
            if free == 0:
                return i
            free -= 1
            groups[place, SERVICE], groups[place, TENURE] = service, tenure
            groups[place, CHARGE], groups[place, RATE_CLASS] = charge, rate_class
        groups[place, QUANTITY] += rows[i, at.OUT_QUANTITY] & LOW
        groups[place, QUANTITY_HIGH] += rows[i, at.OUT_QUANTITY] >> HALF
        groups[place, NUMERATOR] += rows[i, at.OUT_NUMERATOR] & LOW
        groups[place, NUMERATOR_HIGH] += rows[i, at.OUT_NUMERATOR] >> HALF
        groups[place, COUNT] += rows[i, at.OUT_COUNT]
    return rows.shape[0]


@entered
def add_statuses(records: Batch, states: Column, sums: Column) -> None:
    """Add records, octets and seconds to the row of `sums` of their status."""
    for i in range(records.shape[1]):
        of = states[i, at.STATUS]
        octets_in, octets_out = records[at.OCTETS_IN, i], records[at.OCTETS_OUT, i]
        duration = records[at.DURATION_S, i]
        sums[of, RECORDS] += 1
        sums[of, OCTETS] += (octets_in & LOW) + (octets_out & LOW)
        sums[of, OCTETS_HIGH] += (octets_in >> HALF) + (octets_out >> HALF)
        sums[of, SECONDS] += duration & LOW
        sums[of, SECONDS_HIGH] += duration >> HALF


@entered
def number_kinds(records: Batch, states: Column, place: Column) -> int:
    """Number the (service, class) that occur in `place`, which is -1 all over; how many they are."""
    count = 0
    for i in range(records.shape[1]):
        of, kind = states[i, at.SERVICE], records[at.SERVICE_CLASS, i]
        if of >= 0 and place[of, kind] < 0:
            place[of, kind] = count
            count += 1
    return count


@entered
def add_days(records: Batch, states: Column, days: Days) -> None:
    """Add every record that has a service to its local days, cut at the midnights inside it.

    Octets are shared out by its seconds, as differences of floor(octets * t / duration).
    """
    for i in range(records.shape[1]):
        of = states[i, at.SERVICE]
        if of < 0:
            continue
        start, duration = records[at.STARTED_S, i], records[at.DURATION_S, i]
        octets_in, octets_out = records[at.OCTETS_IN, i], records[at.OCTETS_OUT, i]
        values = days.values[days.place[of, records[at.SERVICE_CLASS, i]]]
        last, day = days.end[of] - 1, days.first[of]
        day = min(last, day + (start - days.midnight[day]) // DAY_S)  # as if no clock ever changed
        while days.midnight[day] > start:
            day -= 1
        while day < last and days.midnight[day + 1] <= start:
            day += 1
        values[DAY_RECORDS, days.number[day]] += records[at.SOURCE_ROW, i]
        since = in_before = out_before = 0
        while True:
            until, number = duration, days.number[day]
            if day < last:
                until = min(until, days.midnight[day + 1] - start)
            in_after, out_after = share(octets_in, until, duration), share(octets_out, until, duration)
            values[DAY_IN, number] += in_after - in_before
            values[DAY_OUT, number] += out_after - out_before
            values[DAY_SECONDS, number] += until - since
            if until == duration:
                break
            since, in_before, out_before = until, in_after, out_after
            day += 1


_LIST, _TABLE, _TABLES = (types.Array(types.int64, size, "C") for size in (1, 2, 3))
_STATES = types.Array(types.int32, 2, "C")
_DAYS = types.NamedTuple((*[_LIST] * 4, _TABLE, _TABLES), Days)
compiled_for(add_groups, types.int64(_TABLE, _STATES, _TABLE))
compiled_for(add_statuses, types.void(_TABLE, _STATES, _TABLE))
compiled_for(number_kinds, types.int64(_TABLE, _STATES, _TABLE))
compiled_for(add_days, types.void(_TABLE, _STATES, _DAYS))
