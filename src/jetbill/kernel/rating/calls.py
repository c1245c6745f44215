"""One record as a call: started steps that run through all its pieces, connect fee and limits once.

The amounts of the pieces are differences of what the call has cost so far, rounded if the book says so; they
sum to the call's amount whatever the cuts.
"""

from typing import NamedTuple

from jetbill.kernel.rating import layout as at
from jetbill.kernel.rating.batch import Batch
from jetbill.kernel.rating.layout import Column, Status, Work
from jetbill.kernel.rating.look_up import (
    change_at,
    change_of,
    charge_in,
    charge_of,
    class_end,
    family_of,
    member_of,
    number_called,
    ranges_of,
    rate_of,
    segment_of,
    table_at,
    tenure_of,
)
from jetbill.kernel.rating.machine_code import apart, inlined, peek
from jetbill.kernel.rating.pricing import rounded_under, stepped
from jetbill.kernel.rating.rows import Row, write

RATED = int(Status.RATED)
_STEP = 2**at.STEP_BITS - 1
_STATUS = 2**at.STATUS_BITS - 1


class Tariff(NamedTuple):
    """What one piece of a call is charged by; amounts over the denominator of its family."""

    status: int
    per_second: int
    first_s: int
    next_s: int
    rate_class: int
    connect: int
    least_s: int


class Running(NamedTuple):
    """A call up to here: limits, seconds still free, charged position, cost of its time, amount told."""

    connect: int
    least_s: int
    minimum: int
    maximum: int
    free_s: int
    position_s: int
    is_charged: int
    time_cost: int
    told: int


class Place(NamedTuple):
    """A record and its note, a member of the plans in force when it begins, and the rows written so far."""

    record: int
    note: int
    member: int
    rows: int


@inlined
def call_rows(records: Batch, books: Column, owned: Column, work: Work, place: Place) -> tuple[int, int, int]:
    """(status, rows, seconds that have a charge or -1 for none at all) of a record under one call family."""
    i, rows, segment = place.record, place.rows, work.out[place.note, at.AT_SEGMENT]
    start, end = records[at.STARTED_S, i], records[at.STARTED_S, i] + records[at.DURATION_S, i]
    family = member_of(owned, place.member, at.MEMBER_FAMILY)
    calendar, is_split = family_of(books, family, at.CALENDAR), family_of(books, family, at.IS_SPLIT)
    change = change_at(books, calendar, start) if calendar >= 0 else 0
    from_s, time_class, served = start, 0, -1
    call = Running(0, 0, 0, at.NO_MAXIMUM, 0, 0, 0, 0, 0)
    while True:
        plan_end = min(end, segment_of(owned, segment, at.CALL_END_S))
        piece_end = plan_end
        if calendar >= 0:
            time_class = change_of(books, change, at.TIME_CLASS)
            if is_split:
                piece_end = class_end(books, calendar, change, plan_end)
        charge = charge_in(books, family, time_class)
        if charge >= 0:
            tariff = tariff_of(records, books, work, place, (charge, time_class))
            if tariff.status != RATED:
                return tariff.status, rows, served
            if served < 0:
                call = opened(books, charge, tariff)
            served = max(served, 0) + piece_end - from_s
            until_s = max(served, call.least_s) if piece_end >= end and served > 0 else served
            charged, call = further(call, tariff, until_s)
            amount = rounded_under(books, charge, cost_of(call))
            tenure = tenure_of(owned, segment, member_of(owned, place.member, at.MEMBER_SLOT))
            count = records[at.SOURCE_ROW, i] if from_s == start else 0
            row = Row(i, tenure, charge, tariff.rate_class, charged, amount - call.told, count)
            write(work.out, rows, row)
            call = told(call, amount)
            rows += 1
        if piece_end >= end:
            return RATED, rows, served
        if piece_end == plan_end:
            segment += 1
        if calendar >= 0 and is_split and piece_end == class_end(books, calendar, change, end):
            change += 1
        from_s = piece_end


@inlined
def call_row(records: Batch, books: Column, owned: Column, work: Work, place: Place) -> int:
    """The status of a record that is in one piece under one charge; its row is written if it is rated."""
    i, segment = place.record, work.out[place.note, at.AT_SEGMENT]
    charge = family_of(books, member_of(owned, place.member, at.MEMBER_FAMILY), at.FIRST_CHARGE)
    tariff = tariff_of(records, books, work, place, (charge, 0))
    if tariff.status == RATED:
        duration = records[at.DURATION_S, i]
        until_s = max(duration, tariff.least_s) if duration > 0 else 0
        charged, call = further(opened(books, charge, tariff), tariff, until_s)
        amount = rounded_under(books, charge, cost_of(call))
        tenure = tenure_of(owned, segment, member_of(owned, place.member, at.MEMBER_SLOT))
        count = records[at.SOURCE_ROW, i]
        write(work.out, place.rows, Row(i, tenure, charge, tariff.rate_class, charged, amount, count))
    return tariff.status


@inlined
def tariff_of(records: Batch, books: Column, work: Work, place: Place, of: tuple[int, int]) -> Tariff:
    """The tariff of (charge, time class); that of the number dialled where the charge has a deck."""
    i = place.record
    charge, time_class = of
    row = peek(books, at.CHARGES) + charge * at.CHARGE
    deck = peek(books, row + at.DECK_NUMBER)
    if deck < 0:
        by_class = peek(books, row + at.BY_TIME_CLASS) * time_class
        return Tariff(
            RATED,
            peek(books, row + at.PER_SECOND),
            peek(books, row + at.FIRST_S),
            peek(books, row + at.NEXT_S),
            peek(books, row + at.RATE_CLASS) + by_class,
            peek(books, row + at.CONNECT),
            peek(books, row + at.LEAST_S),
        )
    if work.out[place.note, at.RATED_CHARGE] == charge:
        rate = work.out[place.note, at.AT_RATE]
    else:
        table = table_at(books, deck, records[at.STARTED_S, i], records[at.PARTY, i])
        called = number_called(records, i)
        rate = rate_of(books, ranges_of(books, table, called), called)
    steps, rate_class = peek(books, rate + at.R_STEPS), peek(books, rate + at.R_CLASS)
    return Tariff(
        rate_class & _STATUS,
        peek(books, rate + at.R_PER_SECOND),
        (steps >> at.STEP_BITS) & _STEP,
        steps & _STEP,
        rate_class >> at.STATUS_BITS,
        peek(books, rate + at.R_CONNECT),
        steps >> 2 * at.STEP_BITS,
    )


@apart
def opened(books: Column, charge: int, tariff: Tariff) -> Running:
    """A call at its first served second: connect fee and limits are those of its first piece."""
    least, most = charge_of(books, charge, at.MINIMUM), charge_of(books, charge, at.MAXIMUM)
    free_s = charge_of(books, charge, at.FREE_S)
    return Running(tariff.connect, tariff.least_s, least, most, free_s, 0, 0, 0, 0)


@apart
def further(call: Running, tariff: Tariff, until_s: int) -> tuple[int, Running]:
    """(charged seconds, the call) after a piece that ends at second `until_s` of the call."""
    time, position = stepped(call.position_s, until_s, tariff.first_s, tariff.next_s)
    taken = min(time, call.free_s)
    charged = time - taken
    return charged, Running(
        call.connect,
        call.least_s,
        call.minimum,
        call.maximum,
        call.free_s - taken,
        position,
        1 if charged > 0 else call.is_charged,
        call.time_cost + charged * tariff.per_second,
        call.told,
    )


@apart
def cost_of(call: Running) -> int:
    """The exact cost of a call so far; a call that stays within its free seconds costs nothing."""
    if call.is_charged == 0:
        return 0
    return min(max(call.connect + call.time_cost, call.minimum), call.maximum)


@apart
def told(call: Running, amount: int) -> Running:
    """The call once `amount` of it is written down."""
    return Running(
        call.connect,
        call.least_s,
        call.minimum,
        call.maximum,
        call.free_s,
        call.position_s,
        call.is_charged,
        call.time_cost,
        amount,
    )
