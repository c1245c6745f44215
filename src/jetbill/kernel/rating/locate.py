"""Whose a record is, and the rate of the number dialled: looked up for a block before any is priced.

Loops that do little but wait for memory let the processor wait for many records at once; that is worth more
than the rest of the rating.
"""

from jetbill.kernel.rating import layout as at
from jetbill.kernel.rating.batch import Batch
from jetbill.kernel.rating.layout import Column, Status, Work
from jetbill.kernel.rating.look_up import (
    charge_of,
    number_called,
    ranges_of,
    rate_of,
    segment_at,
    segment_of,
    span_at,
    table_at,
    use_of,
)
from jetbill.kernel.rating.machine_code import inlined, peek, touch

RATED = int(Status.RATED)
NO_SERVICE = int(Status.NO_SERVICE)
NO_PLAN = int(Status.NO_PLAN)
TOO_LARGE = int(Status.TOO_LARGE)
IMPOSSIBLE = int(Status.IMPOSSIBLE)
OUT_OF_RANGE = int(Status.OUT_OF_RANGE)
ELSEWHERE = int(Status.ELSEWHERE)


@inlined
def locate(records: Batch, books: Column, owned: Column, work: Work, block: tuple[int, int]) -> None:
    """Fill in states and notes of the records [first, end) of a block."""
    for i in range(block[0], block[1]):
        note = at.FIRST_NOTE + i - block[0]
        work.states[i, at.SERVICE] = -1
        status = checked(records, books, i)
        if status == RATED:
            status = owner_of(records, owned, work, (i, note))
        work.states[i, at.STATUS] = status
    for i in range(block[0], block[1]):
        note = at.FIRST_NOTE + i - block[0]
        work.out[note, at.RATED_CHARGE] = -1
        if work.states[i, at.STATUS] == RATED:
            work.states[i, at.STATUS] = plans_of(records, owned, work, (i, note))
    look_up_rates(records, books, work, block)


@inlined
def checked(records: Batch, books: Column, i: int) -> int:
    """Whether a record is within what was proved to fit."""
    start, duration = records[at.STARTED_S, i], records[at.DURATION_S, i]
    octets_in, octets_out = records[at.OCTETS_IN, i], records[at.OCTETS_OUT, i]
    pieces = records[at.QUANTITY, i]
    if duration | octets_in | octets_out | pieces < 0:
        return IMPOSSIBLE
    if duration > at.MOST_SECONDS or pieces > at.MOST_PIECES:
        return TOO_LARGE
    if octets_in > at.MOST_OCTETS or octets_out > at.MOST_OCTETS:
        return TOO_LARGE
    if start < peek(books, at.HORIZON_START) or start >= peek(books, at.HORIZON_END) - duration:
        return OUT_OF_RANGE
    return RATED


@inlined
def owner_of(records: Batch, owned: Column, work: Work, of: tuple[int, int]) -> int:
    """The status of (record, its note) as far as its owner decides it."""
    i, note = of
    span = span_at(owned, records[at.IDENTIFIER, i], records[at.STARTED_S, i])
    if span < 0:
        return NO_SERVICE
    service = peek(owned, span + at.SPAN_SERVICE)
    if service < 0:
        return ELSEWHERE
    work.states[i, at.SERVICE] = service
    work.out[note, at.AT_SPAN] = span
    row = peek(owned, at.SEGMENTS) + peek(owned, span + at.FIRST_SEGMENT) * at.SEGMENT
    for line in range(row, row + at.SEGMENTS_AT_ONCE * at.SEGMENT, at.LINE):
        touch(owned, line)
    return RATED


@inlined
def plans_of(records: Batch, owned: Column, work: Work, of: tuple[int, int]) -> int:
    """The status of (record, its note) as far as the plans of its owner decide it."""
    i, note = of
    start = records[at.STARTED_S, i]
    segment = segment_at(owned, work.out[note, at.AT_SPAN], start)
    if segment < 0 or segment_of(owned, segment, at.SEGMENT_SET) < 0:
        return NO_PLAN
    use = use_of(owned, segment, records[at.SERVICE_CLASS, i] * 2 + records[at.DIRECTION, i])
    end_s, is_plain = start + records[at.DURATION_S, i], peek(owned, use + at.IS_PLAIN)
    work.out[note, at.IS_ONE_PIECE] = is_plain & (end_s <= segment_of(owned, segment, at.SEGMENT_END_S))
    work.out[note, at.AT_SEGMENT] = segment
    work.out[note, at.AT_USE] = use
    work.out[note, at.RATED_CHARGE] = peek(owned, use + at.FIRST_DECK)
    return RATED


@inlined
def look_up_rates(records: Batch, books: Column, work: Work, block: tuple[int, int]) -> None:
    """Note where the rates of the numbers dialled stand, under the first charge by deck."""
    begin, end = block
    for i in range(begin, end):
        note = at.FIRST_NOTE + i - begin
        charge = work.out[note, at.RATED_CHARGE]
        if charge >= 0:
            deck = charge_of(books, charge, at.DECK_NUMBER)
            table = table_at(books, deck, records[at.STARTED_S, i], records[at.PARTY, i])
            place, count = ranges_of(books, table, number_called(records, i))
            touch(books, place + (count >> 1))
            work.out[note, at.AT_RATE] = place
            work.out[note, at.RANGES_LEFT] = count
    for i in range(begin, end):
        note = at.FIRST_NOTE + i - begin
        if work.out[note, at.RATED_CHARGE] >= 0:
            ranges = work.out[note, at.AT_RATE], work.out[note, at.RANGES_LEFT]
            rate = rate_of(books, ranges, number_called(records, i))
            touch(books, rate)
            work.out[note, at.AT_RATE] = rate
