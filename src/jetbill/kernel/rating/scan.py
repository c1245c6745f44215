"""The integer scan: one record after the other to rows of (tenure, charge, rate class, quantity, numerator).

A record is cut at the borders of plans, usage periods and time classes; octets and seconds are shared out by
differences of floor(total * t / duration), so nothing is lost at a border. `twin.py` says it in fractions.
Before it `locate` finds out whose the records are.
"""

from typing import NamedTuple

from jetbill.kernel.rating import layout as at
from jetbill.kernel.rating.amounts import amount_row
from jetbill.kernel.rating.batch import Batch
from jetbill.kernel.rating.calls import Place, call_row, call_rows
from jetbill.kernel.rating.layout import Column, Status, Work
from jetbill.kernel.rating.locate import locate
from jetbill.kernel.rating.look_up import (
    change_at,
    change_of,
    charge_in,
    charge_of,
    class_end,
    family_of,
    member_of,
    segment_of,
    tenure_of,
    use_of,
)
from jetbill.kernel.rating.machine_code import apart, entered, inlined, peek
from jetbill.kernel.rating.matrices import NO_ROW, priced
from jetbill.kernel.rating.pricing import measured, rounded_under
from jetbill.kernel.rating.rows import Row, write

RATED = int(Status.RATED)
NO_CHARGE = int(Status.NO_CHARGE)
TOO_LARGE = int(Status.TOO_LARGE)
NO_ROW_FITS = int(Status.NO_ROW)
TOO_MUCH = -2
"""In the place of seconds: a quantity beyond the limit of its charge."""
UNPRICED = -3
"""In the place of seconds: no row of its matrix fits."""


class Begun(NamedTuple):
    """A record, its note, and the rows written so far."""

    record: int
    note: int
    rows: int


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
    """Rate from where the first row of `out` says on; stops short of the end if it is full."""
    work = Work(out, states)  # from Python a tuple of arrays takes longer than a record
    i, rows = work.out[0, at.OUT_RECORD], work.out[0, at.OUT_ROWS]
    while i < records.shape[1]:
        block = (i, min(i + at.BLOCK, records.shape[1]))
        locate(records, books, owned, work, block)
        i, rows = rate_block(records, books, owned, work, (block, rows))
        if i < block[1]:
            break
    work.out[0, at.OUT_RECORD], work.out[0, at.OUT_ROWS] = i, rows


@inlined
def rate_block(
    records: Batch, books: Column, owned: Column, work: Work, of: tuple[tuple[int, int], int]
) -> tuple[int, int]:
    """(record, rows) up to which a block of located records is rated; short of its end if `out` is full."""
    (begin, end), rows = of
    for i in range(begin, end):
        if work.states[i, at.STATUS] == RATED:
            status, rows_then = rate_record(
                records, books, owned, work, Begun(i, at.FIRST_NOTE + i - begin, rows)
            )
            if rows_then > work.out.shape[0]:
                return i, rows
            if status == RATED:
                rows = rows_then
            work.states[i, at.STATUS] = status
    return end, rows


@inlined
def rate_record(records: Batch, books: Column, owned: Column, work: Work, begun: Begun) -> tuple[int, int]:
    """(status, rows) of one record: its price under each of the plans on the way."""
    i, use = begun.record, work.out[begun.note, at.AT_USE]
    first, calls_end = peek(owned, use + at.FIRST_MEMBER), peek(owned, use + at.CALLS_END)
    if work.out[begun.note, at.IS_ONE_PIECE]:
        return call_row(records, books, owned, work, Place(i, begun.note, first, begun.rows)), begun.rows + 1
    rows, is_whole = begun.rows, False
    for member in range(first, calls_end):
        place = Place(i, begun.note, member, rows)
        if family_of(books, member_of(owned, member, at.MEMBER_FAMILY), at.KIND) == at.BY_AMOUNT:
            status, rows, served = amount_row(records, books, owned, work, place)
        else:
            status, rows, served = call_rows(records, books, owned, work, place)
        if status != RATED:
            return status, rows
        is_whole = is_whole or served == records[at.DURATION_S, i]
    end_s = records[at.STARTED_S, i] + records[at.DURATION_S, i]
    segment = work.out[begun.note, at.AT_SEGMENT]
    is_covered = 0
    if calls_end < peek(owned, use + at.MEMBERS_END) or end_s > segment_of(owned, segment, at.SEGMENT_END_S):
        rows, is_covered = rate_as_measures(records, books, owned, work, Begun(i, begun.note, rows))
    if is_covered < 0:
        return TOO_LARGE if is_covered == TOO_MUCH else NO_ROW_FITS, rows
    if is_whole or is_covered or covers(records, books, owned, (i, segment)):
        return RATED, rows
    return NO_CHARGE, rows


@inlined
def rate_as_measures(
    records: Batch, books: Column, owned: Column, work: Work, begun: Begun
) -> tuple[int, int]:
    """(rows, 1 if each stretch has a charge for all of it, TOO_MUCH or UNPRICED) under measuring charges."""
    i, rows, segment = begun.record, begun.rows, work.out[begun.note, at.AT_SEGMENT]
    kind = records[at.SERVICE_CLASS, i] * 2 + records[at.DIRECTION, i]
    from_s, end_s = records[at.STARTED_S, i], records[at.STARTED_S, i] + records[at.DURATION_S, i]
    all_whole = 1
    while True:
        until_s = min(end_s, segment_of(owned, segment, at.SEGMENT_END_S))
        is_whole = 0
        use = use_of(owned, segment, kind)
        for member in range(peek(owned, use + at.CALLS_END), peek(owned, use + at.MEMBERS_END)):
            tenure = tenure_of(owned, segment, member_of(owned, member, at.MEMBER_SLOT))
            family = member_of(owned, member, at.MEMBER_FAMILY)
            stretch = Stretch(i, from_s, until_s, tenure, family, rows)
            rows, served = measure_rows(records, books, work.out, stretch)
            if served <= TOO_MUCH:
                return rows, served
            if served == until_s - from_s:
                is_whole = 1
        all_whole &= is_whole
        if until_s >= end_s:
            return rows, all_whole
        from_s = until_s
        segment += 1


@inlined
def measure_rows(records: Batch, books: Column, out: Column, stretch: Stretch) -> tuple[int, int]:
    """(rows, seconds that have a charge, -1 for none, TOO_MUCH or UNPRICED) of a stretch under one charge."""
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
            exact, rate_class = priced(records, books, i, (charge, time_class), (quantity, a))
            if rate_class == NO_ROW:
                return rows, UNPRICED
            count = records[at.SOURCE_ROW, i] if a == 0 else 0
            amount = rounded_under(books, charge, exact)
            write(out, rows, Row(i, stretch.tenure, charge, rate_class, quantity, amount, count))
            rows += 1
        if piece_end >= until_s:
            return rows, served
        from_s = piece_end
        change += 1


@apart
def covers(records: Batch, books: Column, owned: Column, of: tuple[int, int]) -> bool:
    """Whether several charges together leave no second of (record, its first segment) without one; rare."""
    i, first = of
    kind = records[at.SERVICE_CLASS, i] * 2 + records[at.DIRECTION, i]
    start = records[at.STARTED_S, i]
    t, end, segment = start, start + records[at.DURATION_S, i], first
    call_uses = use_of(owned, first, kind)
    while True:
        until_s = min(end, segment_of(owned, segment, at.SEGMENT_END_S))
        use = use_of(owned, segment, kind)
        while t < until_s or t == end:
            measures = (peek(owned, use + at.CALLS_END), peek(owned, use + at.MEMBERS_END))
            calls = (peek(owned, call_uses + at.FIRST_MEMBER), peek(owned, call_uses + at.CALLS_END))
            reach = covered_until(books, owned, measures, (t, until_s, start))
            reach = max(reach, covered_until(books, owned, calls, (t, until_s, start)))
            if reach < 0:
                return False
            if reach >= end:
                return True
            t = reach
        segment += 1


@apart
def covered_until(books: Column, owned: Column, members: tuple[int, int], when: tuple[int, int, int]) -> int:
    """How far the charges of members [first, end) that hold at `t` reach; -1 if none does."""
    t, until_s, start = when
    reach = -1
    for member in range(members[0], members[1]):
        family = member_of(owned, member, at.MEMBER_FAMILY)
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
