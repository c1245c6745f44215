"""What the scan looks up on the tape: owner of an identifier, his plans, time class, rate of a number.

Each is a search in a sorted column, begun from an index that leaves it a few steps.
"""

from jetbill.kernel.decks import NO_NUMBER
from jetbill.kernel.rating import layout as at
from jetbill.kernel.rating.batch import Batch
from jetbill.kernel.rating.layout import Column
from jetbill.kernel.rating.machine_code import apart, inlined, peek, peek_half, quotient
from jetbill.kernel.rating.prefixes import END


@apart
def family_of(books: Column, family: int, column: int) -> int:
    """A column of a family of charges."""
    return peek(books, peek(books, at.FAMILIES) + family * at.FAMILY + column)


@apart
def charge_of(books: Column, charge: int, column: int) -> int:
    """A column of a charge."""
    return peek(books, peek(books, at.CHARGES) + charge * at.CHARGE + column)


@apart
def segment_of(owned: Column, segment: int, column: int) -> int:
    """A column of a segment."""
    return peek(owned, peek(owned, at.SEGMENTS) + segment * at.SEGMENT + column)


@apart
def member_of(owned: Column, member: int, column: int) -> int:
    """A column of a member of a set of plans."""
    return peek(owned, peek(owned, at.MEMBERS) + member * at.MEMBER + column)


@apart
def change_of(books: Column, change: int, column: int) -> int:
    """A column of a change of time class."""
    return peek(books, peek(books, at.CHANGES) + change * at.CHANGE_WIDTH + column)


@apart
def last_at_or_below(tape: Column, low: int, end: int, wanted: int) -> int:
    """The last place in [low, end) of the tape that holds at most `wanted`; low - 1 if there is none."""
    while low < end:
        middle = (low + end) >> 1
        if peek(tape, middle) <= wanted:
            low = middle + 1
        else:
            end = middle
    return low - 1


@inlined
def span_at(owned: Column, identifier: int, instant_s: int) -> int:
    """Where on the tape the span of an identifier at an instant stands; -1 if nobody has it then."""
    count = peek(owned, at.IDENTIFIER_COUNT)
    if count == 0:
        place = identifier - peek(owned, at.FIRST_IDENTIFIER)
        if place < 0 or place >= peek(owned, at.IDENTIFIER_RANGE):
            return -1
    else:
        first = peek(owned, at.IDENTIFIERS)
        found = last_at_or_below(owned, first, first + count, identifier)
        if found < first or peek(owned, found) != identifier:
            return -1
        place = found - first
    spans = peek(owned, at.FIRST_SPAN) + place
    for span in range(peek(owned, spans), peek(owned, spans + 1)):
        row = peek(owned, at.SPANS) + span * at.SPAN
        if peek(owned, row + at.SPAN_START_S) <= instant_s < peek(owned, row + at.SPAN_END_S):
            return row
    return -1


@apart
def segment_at(owned: Column, span: int, instant_s: int) -> int:
    """The segment of a span's subscription that holds an instant; -1 before the first.

    They are few: to count those that have begun is quicker than to guess when to stop.
    """
    first, end = peek(owned, span + at.FIRST_SEGMENT), peek(owned, span + at.END_SEGMENT)
    begun = 0
    for segment in range(first, end, at.SEGMENTS_AT_ONCE):
        for each in range(segment, segment + at.SEGMENTS_AT_ONCE):
            begun -= _is_at_or_below(owned, peek(owned, at.SEGMENTS) + each * at.SEGMENT, instant_s)
    return first + begun - 1 if begun > 0 else -1


@apart
def use_of(owned: Column, segment: int, use: int) -> int:
    """Where on the tape the charges stand that the plans of a segment have for a use."""
    plans = segment_of(owned, segment, at.SEGMENT_SET)
    return peek(owned, at.SETS) + (plans * at.KINDS_OF_USE + use) * at.USE


@apart
def tenure_of(owned: Column, segment: int, slot: int) -> int:
    """The tenure of a slot's plan in a segment."""
    return peek(owned, peek(owned, at.TENURES) + segment_of(owned, segment, at.SEGMENT_TENURE) + slot)


@apart
def change_at(books: Column, calendar: int, instant_s: int) -> int:
    """The number of the change that made the time class of an instant of the horizon."""
    row = peek(books, at.CALENDARS) + calendar * at.CALENDAR_WIDTH
    hour = quotient(instant_s - peek(books, at.HORIZON_START), at.HOUR_S)
    change = peek(books, peek(books, at.HOURS) + peek(books, row + at.FIRST_HOUR) + hour)
    end = peek(books, row + at.CHANGE_END)
    while change + 1 < end and change_of(books, change + 1, at.SINCE_S) <= instant_s:
        change += 1
    return change


@apart
def class_end(books: Column, calendar: int, change: int, end_s: int) -> int:
    """Where a record that ends at `end_s` leaves the time class that a change made."""
    row = peek(books, at.CALENDARS) + calendar * at.CALENDAR_WIDTH
    if change + 1 == peek(books, row + at.CHANGE_END):
        return end_s
    return min(end_s, change_of(books, change + 1, at.SINCE_S))


@apart
def charge_in(books: Column, family: int, time_class: int) -> int:
    """The charge of a family for a time class; -1 if it has none."""
    for charge in range(family_of(books, family, at.FIRST_CHARGE), family_of(books, family, at.END_CHARGE)):
        if (charge_of(books, charge, at.TIME_CLASSES) >> time_class) & 1:
            return charge
    return -1


@apart
def table_at(books: Column, deck: int, instant_s: int, calling: int) -> int:
    """Where on the tape the table stands that a deck has for an instant and a calling number."""
    row = peek(books, at.DECKS) + deck * at.DECK
    table = peek(books, row + at.FIRST_TABLE)
    callers = peek(books, row + at.CALLER_COUNT)
    first, end = peek(books, row + at.SINCE), peek(books, row + at.SINCE_END)
    if end - first > 1:
        base = peek(books, at.DECK_SINCE) + first
        table += (last_at_or_below(books, base, base + end - first, instant_s) - base) * callers
    if callers > 1:
        base = peek(books, at.CALLER_LOW)
        last = base + peek(books, row + at.CALLERS_END)
        place = last_at_or_below(books, base + peek(books, row + at.CALLERS), last, calling)
        table += peek(books, peek(books, at.CALLER_CLASS) + place - base)
    return peek(books, at.DECK_TABLES) + table * at.DECK_TABLE


@apart
def ranges_of(books: Column, table: int, called: int) -> tuple[int, int]:
    """Where on the tape the ranges of a table stand that a number may lie in, and how many they are."""
    begins = peek(books, table + at.T_JUMP) + (called >> peek(books, table + at.T_SHIFT))
    place = 2 * peek(books, at.JUMPS) + begins
    first = peek_half(books, place)
    return peek(books, at.RANGES) + first, peek_half(books, place + 1) - first + 1


@apart
def rate_of(books: Column, ranges: tuple[int, int], called: int) -> int:
    """Where on the tape the rate stands of that of several ranges in which a number lies.

    No branch depends on what the search reads, so that the processor goes on to the next record meanwhile.
    """
    place, count = ranges
    while count > at.RANGES_AT_ONCE:
        half = count >> 1
        place += half & _is_at_or_below(books, place + half, called)
        count -= half
    for further in range(place + 1, place + at.RANGES_AT_ONCE):
        place -= _is_at_or_below(books, further, called)
    return peek(books, at.RATES) + (place - peek(books, at.RANGES)) * at.RATE


@apart
def _is_at_or_below(tape: Column, place: int, wanted: int) -> int:
    """All bits or none: -1 if a place of the tape holds at most `wanted`."""
    return (peek(tape, place) - wanted - 1) >> 63


@apart
def number_called(records: Batch, i: int) -> int:
    """The number that record i dialled, or 0, that is in a range without a rate."""
    return min(max(records[at.COUNTERPARTY, i], NO_NUMBER), END - 1)
