"""One record as a call: started steps that run through all its pieces, connect fee and limits once.

The amounts of the pieces are differences of what the call has cost so far, rounded if the book says so; they
sum to the call's amount whatever the cuts.
"""

from typing import NamedTuple

from jetbill.kernel.rating import layout as at
from jetbill.kernel.rating.batch import Batch
from jetbill.kernel.rating.layout import Column, Status
from jetbill.kernel.rating.look_up import (
    change_at,
    change_of,
    charge_in,
    charge_of,
    class_end,
    family_of,
    rate_at,
    segment_end,
    segment_of,
    tenure_of,
)
from jetbill.kernel.rating.machine_code import apart, inlined
from jetbill.kernel.rating.pricing import rounded_to, stepped

RATED = int(Status.RATED)
UNROUTED = int(Status.UNROUTED)
BLOCKED = int(Status.BLOCKED)
_STEP = 2**at.STEP_BITS - 1


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
    """A record, the segment it begins in and the last one, the family, the rows written so far.

    `rate` is the place of the number dialled in `deck`, if that was looked up already.
    """

    record: int
    segment: int
    last_segment: int
    family: int
    slot: int
    rows: int
    deck: int
    rate: int


@inlined
def call_rows(
    records: Batch, books: Column, owned: Column, out: Column, place: Place
) -> tuple[int, int, int]:
    """(status, rows, seconds that have a charge or -1 for none at all) of a record under one call family."""
    i, segment, family, rows = place.record, place.segment, place.family, place.rows
    start, end = records[at.STARTED_S, i], records[at.STARTED_S, i] + records[at.DURATION_S, i]
    calendar, is_split = family_of(books, family, at.CALENDAR), family_of(books, family, at.IS_SPLIT)
    change = change_at(books, calendar, start) if calendar >= 0 else 0
    from_s, time_class, served = start, 0, -1
    call = Running(0, 0, 0, at.NO_MAXIMUM, 0, 0, 0, 0, 0)
    while True:
        plan_end = period_end(owned, segment, place.last_segment, end)
        piece_end = plan_end
        if calendar >= 0:
            time_class = change_of(books, change, at.TIME_CLASS)
            if is_split:
                piece_end = class_end(books, calendar, change, plan_end)
        charge = charge_in(books, family, time_class)
        if charge >= 0:
            tariff = tariff_of(records, books, place, (charge, time_class))
            if tariff.status != RATED:
                return tariff.status, rows, served
            if served < 0:
                call = opened(books, charge, tariff)
            served = max(served, 0) + piece_end - from_s
            until_s = max(served, call.least_s) if piece_end >= end and served > 0 else served
            charged, call = further(call, tariff, until_s)
            unit, mode = family_of(books, family, at.ROUND_UNIT), family_of(books, family, at.ROUND_MODE)
            amount = rounded_to(cost_of(call), unit, mode)
            if rows < out.shape[0]:
                out[rows, at.OUT_RECORD] = i
                out[rows, at.OUT_TENURE] = tenure_of(owned, segment, place.slot)
                out[rows, at.OUT_CHARGE] = charge
                out[rows, at.OUT_RATE_CLASS] = tariff.rate_class
                out[rows, at.OUT_QUANTITY] = charged
                out[rows, at.OUT_NUMERATOR] = amount - call.told
                out[rows, at.OUT_COUNT] = records[at.SOURCE_ROW, i] if from_s == start else 0
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
def tariff_of(records: Batch, books: Column, place: Place, of: tuple[int, int]) -> Tariff:
    """The tariff of (charge, time class); that of the number dialled where the charge has a deck."""
    i = place.record
    charge, time_class = of
    row = books[at.CHARGES] + charge * at.CHARGE
    if books[row + at.DECK_NUMBER] < 0:
        rate_class = books[row + at.RATE_CLASS] + books[row + at.BY_TIME_CLASS] * time_class
        steps = (books[row + at.FIRST_S], books[row + at.NEXT_S])
        fixed = (books[row + at.CONNECT], books[row + at.LEAST_S])
        return Tariff(RATED, books[row + at.PER_SECOND], steps[0], steps[1], rate_class, fixed[0], fixed[1])
    if place.deck == books[row + at.DECK_NUMBER]:
        found = place.rate
    else:
        numbers = (records[at.COUNTERPARTY, i], records[at.PARTY, i])
        found = rate_at(books, books[row + at.DECK_NUMBER], records[at.STARTED_S, i], numbers)
    if found < 0:
        return Tariff(UNROUTED, 0, 1, 1, 0, 0, 0)
    rate = books[at.RATES] + (books[row + at.FIRST_RATE] + found) * at.RATE
    steps, rate_class = books[rate + at.R_STEPS], books[rate + at.R_CLASS]
    return Tariff(
        BLOCKED if rate_class & 1 else RATED,
        books[rate + at.R_PER_SECOND],
        (steps >> at.STEP_BITS) & _STEP,
        steps & _STEP,
        rate_class >> 1,
        books[rate + at.R_CONNECT],
        steps >> 2 * at.STEP_BITS,
    )


@apart
def period_end(owned: Column, segment: int, last: int, end_s: int) -> int:
    """Where a call that ends at `end_s` leaves a usage period; a change of plans does not cut it."""
    until_s = segment_end(owned, segment, last, end_s)
    plans = segment_of(owned, segment, at.SEGMENT_SET)
    if until_s < end_s and segment_of(owned, segment + 1, at.SEGMENT_SET) != plans:
        return end_s
    return until_s


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
