"""The integer scan: one record after the other to rows of (tenure, charge, rate class, quantity, numerator).

A record is cut at the borders of plans, usage periods and time classes; octets and seconds are shared out by
differences of floor(total * t / duration), so nothing is lost at a border. `twin.py` says it in fractions.
Before it `locate` finds out whose the records are.
"""

from typing import NamedTuple

from jetbill.kernel.rating import layout as at
from jetbill.kernel.rating.batch import Batch
from jetbill.kernel.rating.calls import Place, call_rows
from jetbill.kernel.rating.layout import Column, Status
from jetbill.kernel.rating.look_up import (
    change_at,
    change_of,
    charge_in,
    charge_of,
    class_end,
    family_of,
    members,
    segment_end,
    tenure_of,
)
from jetbill.kernel.rating.machine_code import apart, entered, inlined
from jetbill.kernel.rating.pricing import measured, rounded_to

RATED = int(Status.RATED)
NO_CHARGE = int(Status.NO_CHARGE)
TOO_LARGE = int(Status.TOO_LARGE)
TOO_MUCH = -2
"""In the place of seconds: a quantity beyond the limit of its charge."""


class Begun(NamedTuple):
    """A record, the segment it begins in and the last one, its kind of use, and the rows written so far.

    `rate` is the place of the number dialled in `deck`, if that was looked up already.
    """

    record: int
    segment: int
    last_segment: int
    use: int
    rows: int
    deck: int
    rate: int


class Stretch(NamedTuple):
    """The part [from_s, until_s) of a record under one set of plans, and one family of charges in it."""

    record: int
    from_s: int
    until_s: int
    tenure: int
    family: int
    rows: int


@entered
def scan(records: Batch, books: Column, owned: Column, out: Column, states: Column) -> None:
    """Price located records from where the first row of `out` says; stops short of the end if it is full."""
    i, rows = out[0, at.OUT_RECORD], out[0, at.OUT_ROWS]
    while i < records.shape[1]:
        if states[i, at.STATUS] == RATED:
            begun = Begun(
                i,
                states[i, at.FROM_SEGMENT],
                states[i, at.LAST_SEGMENT],
                records[at.SERVICE_CLASS, i] * 2 + records[at.DIRECTION, i],
                rows,
                states[i, at.RATED_DECK],
                states[i, at.RATE_PLACE],
            )
            status, rows_then = rate_record(records, books, owned, out, begun)
            if rows_then > out.shape[0]:
                break
            if status == RATED:
                rows = rows_then
            states[i, at.STATUS] = status
        i += 1
    out[0, at.OUT_RECORD], out[0, at.OUT_ROWS] = i, rows


@inlined
def rate_record(records: Batch, books: Column, owned: Column, out: Column, begun: Begun) -> tuple[int, int]:
    """(status, rows) of one record: its price under each of the plans on the way."""
    status, rows, is_whole = rate_as_calls(records, books, owned, out, begun)
    if status != RATED:
        return status, rows
    rows, is_covered = rate_as_measures(records, books, owned, out, (begun, rows))
    if is_covered == TOO_MUCH:
        return TOO_LARGE, rows
    if is_whole or is_covered or covers(records, books, owned, begun):
        return RATED, rows
    return NO_CHARGE, rows


@inlined
def rate_as_calls(
    records: Batch, books: Column, owned: Column, out: Column, where: Begun
) -> tuple[int, int, int]:
    """(status, rows, 1 if all of it has a charge) of a record under the call charges of its first plans."""
    is_whole, rows = 0, where.rows
    first, end = members(owned, where.segment, where.use)
    for member in range(first, end):
        row = owned[at.MEMBERS] + member * at.MEMBER
        family, slot = owned[row + at.MEMBER_FAMILY], owned[row + at.MEMBER_SLOT]
        if family_of(books, family, at.KIND) != at.CALL:
            continue
        place = Place(
            where.record, where.segment, where.last_segment, family, slot, rows, where.deck, where.rate
        )
        status, rows, served = call_rows(records, books, owned, out, place)
        if status != RATED:
            return status, rows, 0
        if served == records[at.DURATION_S, where.record]:
            is_whole = 1
    return RATED, rows, is_whole


@inlined
def rate_as_measures(
    records: Batch, books: Column, owned: Column, out: Column, begun: tuple[Begun, int]
) -> tuple[int, int]:
    """(rows, 1 if each stretch has a charge for all of it, or TOO_MUCH) under the measuring charges."""
    where, rows = begun
    i, segment = where.record, where.segment
    from_s, end_s = records[at.STARTED_S, i], records[at.STARTED_S, i] + records[at.DURATION_S, i]
    all_whole = 1
    while True:
        until_s = segment_end(owned, segment, where.last_segment, end_s)
        is_whole = 0
        first, end = members(owned, segment, where.use)
        for member in range(first, end):
            row = owned[at.MEMBERS] + member * at.MEMBER
            family = owned[row + at.MEMBER_FAMILY]
            if family_of(books, family, at.KIND) == at.CALL:
                continue
            tenure = tenure_of(owned, segment, owned[row + at.MEMBER_SLOT])
            stretch = Stretch(i, from_s, until_s, tenure, family, rows)
            rows, served = measure_rows(records, books, out, stretch)
            if served == TOO_MUCH:
                return rows, TOO_MUCH
            if served == until_s - from_s:
                is_whole = 1
        all_whole &= is_whole
        if until_s >= end_s:
            return rows, all_whole
        from_s = until_s
        segment += 1


@inlined
def measure_rows(records: Batch, books: Column, out: Column, stretch: Stretch) -> tuple[int, int]:
    """(rows, seconds that have a charge, -1 for none at all, or TOO_MUCH) of a stretch under one charge."""
    i, from_s, until_s, rows = stretch.record, stretch.from_s, stretch.until_s, stretch.rows
    start, family = records[at.STARTED_S, i], stretch.family
    calendar, is_split = family_of(books, family, at.CALENDAR), family_of(books, family, at.IS_SPLIT)
    served = -1
    change = time_class = 0
    if calendar >= 0:
        change = change_at(books, calendar, from_s if is_split else start)
    while True:
        piece_end = until_s
        if calendar >= 0:
            time_class = change_of(books, change, at.TIME_CLASS)
            if is_split:
                piece_end = class_end(books, calendar, change, until_s)
        charge = charge_in(books, family, time_class)
        if charge >= 0:
            a, b = from_s - start, piece_end - start
            quantity = measured(records, i, charge_of(books, charge, at.METER), (a, b))
            served = max(served, 0) + b - a
            if quantity > charge_of(books, charge, at.LIMIT):
                return rows, TOO_MUCH
            if rows < out.shape[0]:
                numerator = quantity * charge_of(books, charge, at.UNIT_PRICE)
                by_class = charge_of(books, charge, at.BY_TIME_CLASS) * time_class
                rounding = (family_of(books, family, at.ROUND_UNIT), family_of(books, family, at.ROUND_MODE))
                out[rows, at.OUT_RECORD] = i
                out[rows, at.OUT_TENURE] = stretch.tenure
                out[rows, at.OUT_CHARGE] = charge
                out[rows, at.OUT_RATE_CLASS] = charge_of(books, charge, at.RATE_CLASS) + by_class
                out[rows, at.OUT_QUANTITY] = quantity
                out[rows, at.OUT_NUMERATOR] = rounded_to(numerator, rounding[0], rounding[1])
                out[rows, at.OUT_COUNT] = records[at.SOURCE_ROW, i] if a == 0 else 0
            rows += 1
        if piece_end >= until_s:
            return rows, served
        from_s = piece_end
        change += 1


@apart
def covers(records: Batch, books: Column, owned: Column, where: Begun) -> bool:
    """Whether several charges together leave no second of a record without one; the rare, slow question."""
    start = records[at.STARTED_S, where.record]
    t, end, segment = start, start + records[at.DURATION_S, where.record], where.segment
    while True:
        until_s = segment_end(owned, segment, where.last_segment, end)
        while t < until_s or t == end:
            when = (t, until_s, start)
            reach = covered_until(books, owned, segment, (where.use, at.MEASURE), when)
            reach = max(reach, covered_until(books, owned, where.segment, (where.use, at.CALL), when))
            if reach < 0:
                return False
            if reach >= end:
                return True
            t = reach
        segment += 1


@apart
def covered_until(
    books: Column, owned: Column, segment: int, charges: tuple[int, int], when: tuple[int, int, int]
) -> int:
    """How far the charges of (use, kind) in a segment that hold at `t` reach; -1 if none does."""
    t, until_s, start = when
    reach = -1
    first, end = members(owned, segment, charges[0])
    for member in range(first, end):
        family = owned[owned[at.MEMBERS] + member * at.MEMBER + at.MEMBER_FAMILY]
        if family_of(books, family, at.KIND) != charges[1]:
            continue
        calendar, piece_end, time_class = family_of(books, family, at.CALENDAR), until_s, 0
        if calendar >= 0:
            is_split = family_of(books, family, at.IS_SPLIT)
            change = change_at(books, calendar, t if is_split else start)
            time_class = change_of(books, change, at.TIME_CLASS)
            if is_split:
                piece_end = class_end(books, calendar, change, until_s)
        if charge_in(books, family, time_class) >= 0:
            reach = max(reach, piece_end)
    return reach
