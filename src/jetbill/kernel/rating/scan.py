"""The integer scan: one record after the other to rows of (tenure, charge, rate class, quantity, numerator).

A record is cut at the borders of plans, usage periods and time classes; octets and seconds are shared out by
differences of floor(total * t / duration), so nothing is lost at a border. `twin.py` says it in fractions.
"""

from typing import NamedTuple

from numba import njit

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
    segment_at,
    segment_end,
    segment_of,
    span_at,
    tenure_of,
)
from jetbill.kernel.rating.pricing import measured, rounded_to

RATED = int(Status.RATED)
NO_SERVICE = int(Status.NO_SERVICE)
NO_PLAN = int(Status.NO_PLAN)
NO_CHARGE = int(Status.NO_CHARGE)
TOO_LARGE = int(Status.TOO_LARGE)
IMPOSSIBLE = int(Status.IMPOSSIBLE)
OUT_OF_RANGE = int(Status.OUT_OF_RANGE)
ELSEWHERE = int(Status.ELSEWHERE)
TOO_MUCH = -2
"""In the place of seconds: a quantity beyond the limit of its charge."""


class Begun(NamedTuple):
    """A record, the segment it begins in and the last one, its kind of use, and the rows written so far."""

    record: int
    segment: int
    last_segment: int
    use: int
    rows: int


class Stretch(NamedTuple):
    """The part [from_s, until_s) of a record under one set of plans, and one family of charges in it."""

    record: int
    from_s: int
    until_s: int
    tenure: int
    family: int
    rows: int


@njit(cache=True, error_model="numpy")
def scan(
    records: Batch, tape: Column, out: Column, states: Column, begun: tuple[int, int]
) -> tuple[int, int]:
    """Rate from (record, rows so far) on; (next record, rows) is short of the end if `out` is full."""
    i, rows = begun
    while i < records.shape[1]:
        states[i, at.SERVICE] = -1
        status = checked(records, tape, i)
        if status == RATED:
            status, rows_then = rate_record(records, tape, out, states, (i, rows))
            if rows_then > out.shape[0]:
                return i, rows
            if status == RATED:
                rows = rows_then
        states[i, at.STATUS] = status
        i += 1
    return i, rows


@njit(error_model="numpy")
def checked(records: Batch, tape: Column, i: int) -> int:
    """Whether a record is within what was proved to fit."""
    start, duration = records[at.STARTED_S, i], records[at.DURATION_S, i]
    octets_in, octets_out = records[at.OCTETS_IN, i], records[at.OCTETS_OUT, i]
    pieces = records[at.QUANTITY, i]
    if duration < 0 or octets_in < 0 or octets_out < 0 or pieces < 0:
        return IMPOSSIBLE
    if duration > at.MOST_SECONDS or pieces > at.MOST_PIECES:
        return TOO_LARGE
    if octets_in > at.MOST_OCTETS or octets_out > at.MOST_OCTETS:
        return TOO_LARGE
    if start < tape[at.HORIZON_START] or start >= tape[at.HORIZON_END] - duration:
        return OUT_OF_RANGE
    return RATED


@njit(error_model="numpy")
def rate_record(
    records: Batch, tape: Column, out: Column, states: Column, begun: tuple[int, int]
) -> tuple[int, int]:
    """(status, rows) of one record: whose it is, then its price under each of his plans on the way."""
    i, rows = begun
    start = records[at.STARTED_S, i]
    span = span_at(tape, records[at.IDENTIFIER, i], start)
    if span < 0:
        return NO_SERVICE, rows
    if tape[span + at.SPAN_SERVICE] < 0:
        return ELSEWHERE, rows
    states[i, at.SERVICE] = tape[span + at.SPAN_SERVICE]
    last = tape[span + at.END_SEGMENT] - 1
    segment = segment_at(tape, (tape[span + at.FIRST_SEGMENT], last + 1), start)
    if segment < 0 or segment_of(tape, segment, at.SEGMENT_SET) < 0:
        return NO_PLAN, rows
    use = records[at.SERVICE_CLASS, i] * 2 + records[at.DIRECTION, i]
    status, rows, is_whole = rate_as_calls(records, tape, out, Begun(i, segment, last, use, rows))
    if status != RATED:
        return status, rows
    where = Begun(i, segment, last, use, rows)
    rows, is_covered = rate_as_measures(records, tape, out, where)
    if is_covered == TOO_MUCH:
        return TOO_LARGE, rows
    if is_whole or is_covered or covers(records, tape, where):
        return RATED, rows
    return NO_CHARGE, rows


@njit(error_model="numpy")
def members(tape: Column, segment: int, use: int) -> tuple[int, int]:
    """The members [first, end) of the plans of a segment for a kind of use."""
    first = tape[at.SETS] + segment_of(tape, segment, at.SEGMENT_SET) * at.KINDS_OF_USE + use
    return tape[first], tape[first + 1]


@njit(error_model="numpy")
def rate_as_calls(records: Batch, tape: Column, out: Column, where: Begun) -> tuple[int, int, int]:
    """(status, rows, 1 if all of it has a charge) of a record under the call charges of its first plans."""
    is_whole, rows = 0, where.rows
    first, end = members(tape, where.segment, where.use)
    for member in range(first, end):
        row = tape[at.MEMBERS] + member * at.MEMBER
        family, slot = tape[row + at.MEMBER_FAMILY], tape[row + at.MEMBER_SLOT]
        if family_of(tape, family, at.KIND) != at.CALL:
            continue
        place = Place(where.record, where.segment, where.last_segment, family, slot, rows)
        status, rows, served = call_rows(records, tape, out, place)
        if status != RATED:
            return status, rows, 0
        if served == records[at.DURATION_S, where.record]:
            is_whole = 1
    return RATED, rows, is_whole


@njit(error_model="numpy")
def rate_as_measures(records: Batch, tape: Column, out: Column, where: Begun) -> tuple[int, int]:
    """(rows, 1 if each stretch has a charge for all of it, or TOO_MUCH) under the measuring charges."""
    i, segment, rows = where.record, where.segment, where.rows
    from_s, end_s = records[at.STARTED_S, i], records[at.STARTED_S, i] + records[at.DURATION_S, i]
    all_whole = 1
    while True:
        until_s = segment_end(tape, segment, where.last_segment, end_s)
        is_whole = 0
        first, end = members(tape, segment, where.use)
        for member in range(first, end):
            row = tape[at.MEMBERS] + member * at.MEMBER
            family = tape[row + at.MEMBER_FAMILY]
            if family_of(tape, family, at.KIND) == at.CALL:
                continue
            tenure = tenure_of(tape, segment, tape[row + at.MEMBER_SLOT])
            stretch = Stretch(i, from_s, until_s, tenure, family, rows)
            rows, served = measure_rows(records, tape, out, stretch)
            if served == TOO_MUCH:
                return rows, TOO_MUCH
            if served == until_s - from_s:
                is_whole = 1
        all_whole &= is_whole
        if until_s >= end_s:
            return rows, all_whole
        from_s = until_s
        segment += 1


@njit(error_model="numpy")
def measure_rows(records: Batch, tape: Column, out: Column, stretch: Stretch) -> tuple[int, int]:
    """(rows, seconds that have a charge, -1 for none at all, or TOO_MUCH) of a stretch under one charge."""
    i, from_s, until_s, rows = stretch.record, stretch.from_s, stretch.until_s, stretch.rows
    start, family = records[at.STARTED_S, i], stretch.family
    calendar, is_split = family_of(tape, family, at.CALENDAR), family_of(tape, family, at.IS_SPLIT)
    served = -1
    change = time_class = 0
    if calendar >= 0:
        change = change_at(tape, calendar, from_s if is_split else start)
    while True:
        piece_end = until_s
        if calendar >= 0:
            time_class = change_of(tape, change, at.TIME_CLASS)
            if is_split:
                piece_end = class_end(tape, calendar, change, until_s)
        charge = charge_in(tape, family, time_class)
        if charge >= 0:
            a, b = from_s - start, piece_end - start
            quantity = measured(records, i, charge_of(tape, charge, at.METER), (a, b))
            served = max(served, 0) + b - a
            if quantity > charge_of(tape, charge, at.LIMIT):
                return rows, TOO_MUCH
            if rows < out.shape[0]:
                numerator = quantity * charge_of(tape, charge, at.UNIT_PRICE)
                by_class = charge_of(tape, charge, at.BY_TIME_CLASS) * time_class
                rounding = (family_of(tape, family, at.ROUND_UNIT), family_of(tape, family, at.ROUND_MODE))
                out[rows, at.OUT_RECORD] = i
                out[rows, at.OUT_TENURE] = stretch.tenure
                out[rows, at.OUT_CHARGE] = charge
                out[rows, at.OUT_RATE_CLASS] = charge_of(tape, charge, at.RATE_CLASS) + by_class
                out[rows, at.OUT_QUANTITY] = quantity
                out[rows, at.OUT_NUMERATOR] = rounded_to(numerator, rounding[0], rounding[1])
                out[rows, at.OUT_COUNT] = records[at.SOURCE_ROW, i] if a == 0 else 0
            rows += 1
        if piece_end >= until_s:
            return rows, served
        from_s = piece_end
        change += 1


@njit(error_model="numpy")
def covers(records: Batch, tape: Column, where: Begun) -> bool:
    """Whether several charges together leave no second of a record without one; the rare, slow question."""
    start = records[at.STARTED_S, where.record]
    t, end, segment = start, start + records[at.DURATION_S, where.record], where.segment
    while True:
        until_s = segment_end(tape, segment, where.last_segment, end)
        while t < until_s or t == end:
            when = (t, until_s, start)
            reach = covered_until(tape, segment, (where.use, at.MEASURE), when)
            reach = max(reach, covered_until(tape, where.segment, (where.use, at.CALL), when))
            if reach < 0:
                return False
            if reach >= end:
                return True
            t = reach
        segment += 1


@njit(error_model="numpy")
def covered_until(tape: Column, segment: int, charges: tuple[int, int], when: tuple[int, int, int]) -> int:
    """How far the charges of (use, kind) in a segment that hold at `t` reach; -1 if none does."""
    t, until_s, start = when
    reach = -1
    first, end = members(tape, segment, charges[0])
    for member in range(first, end):
        family = tape[tape[at.MEMBERS] + member * at.MEMBER + at.MEMBER_FAMILY]
        if family_of(tape, family, at.KIND) != charges[1]:
            continue
        calendar, piece_end, time_class = family_of(tape, family, at.CALENDAR), until_s, 0
        if calendar >= 0:
            is_split = family_of(tape, family, at.IS_SPLIT)
            change = change_at(tape, calendar, t if is_split else start)
            time_class = change_of(tape, change, at.TIME_CLASS)
            if is_split:
                piece_end = class_end(tape, calendar, change, until_s)
        if charge_in(tape, family, time_class) >= 0:
            reach = max(reach, piece_end)
    return reach
