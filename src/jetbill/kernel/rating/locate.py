"""Whose a record is, and the rate of the number dialled: looked up for all records before any is priced.

Loops that do little but wait for memory let the processor wait for many records at once; that is worth more
than the rest of the rating.
"""

from jetbill.kernel.rating import layout as at
from jetbill.kernel.rating.batch import Batch
from jetbill.kernel.rating.layout import Column, Status
from jetbill.kernel.rating.look_up import (
    charge_of,
    family_of,
    members,
    rate_at,
    segment_at,
    segment_of,
    span_at,
)
from jetbill.kernel.rating.machine_code import entered, inlined

RATED = int(Status.RATED)
NO_SERVICE = int(Status.NO_SERVICE)
NO_PLAN = int(Status.NO_PLAN)
TOO_LARGE = int(Status.TOO_LARGE)
IMPOSSIBLE = int(Status.IMPOSSIBLE)
OUT_OF_RANGE = int(Status.OUT_OF_RANGE)
ELSEWHERE = int(Status.ELSEWHERE)


@entered
def locate(records: Batch, books: Column, owned: Column, states: Column) -> None:
    """Fill in the states of all records: status, service, segments, and the rate in the first deck."""
    for i in range(records.shape[1]):
        states[i, at.SERVICE] = -1
        status = checked(records, books, i)
        states[i, at.STATUS] = owner_of(records, owned, states, i) if status == RATED else status
    for i in range(records.shape[1]):
        states[i, at.RATED_DECK] = -1
        if states[i, at.STATUS] == RATED:
            deck = first_deck(records, books, owned, (i, states[i, at.FROM_SEGMENT]))
            if deck >= 0:
                numbers = (records[at.COUNTERPARTY, i], records[at.PARTY, i])
                states[i, at.RATED_DECK] = deck
                states[i, at.RATE_PLACE] = rate_at(books, deck, records[at.STARTED_S, i], numbers)


@inlined
def checked(records: Batch, books: Column, i: int) -> int:
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
    if start < books[at.HORIZON_START] or start >= books[at.HORIZON_END] - duration:
        return OUT_OF_RANGE
    return RATED


@inlined
def owner_of(records: Batch, owned: Column, states: Column, i: int) -> int:
    """The status of a record as far as its owner and his plans decide it."""
    start = records[at.STARTED_S, i]
    span = span_at(owned, records[at.IDENTIFIER, i], start)
    if span < 0:
        return NO_SERVICE
    if owned[span + at.SPAN_SERVICE] < 0:
        return ELSEWHERE
    states[i, at.SERVICE] = owned[span + at.SPAN_SERVICE]
    last = owned[span + at.END_SEGMENT] - 1
    segment = segment_at(owned, (owned[span + at.FIRST_SEGMENT], last + 1), start)
    if segment < 0 or segment_of(owned, segment, at.SEGMENT_SET) < 0:
        return NO_PLAN
    states[i, at.FROM_SEGMENT] = segment
    states[i, at.LAST_SEGMENT] = last
    return RATED


@inlined
def first_deck(records: Batch, books: Column, owned: Column, of: tuple[int, int]) -> int:
    """The deck of the first charge by deck that (record, segment) has; -1 if it has none."""
    i, segment = of
    use = records[at.SERVICE_CLASS, i] * 2 + records[at.DIRECTION, i]
    first, end = members(owned, segment, use)
    for member in range(first, end):
        family = owned[owned[at.MEMBERS] + member * at.MEMBER + at.MEMBER_FAMILY]
        charge = family_of(books, family, at.FIRST_CHARGE)
        if charge_of(books, charge, at.DECK_NUMBER) >= 0:
            return charge_of(books, charge, at.DECK_NUMBER)
    return -1
