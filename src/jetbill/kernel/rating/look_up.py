"""What the scan looks up on the tape: owner of an identifier, his plans, time class, rate of a number.

Each is a search in a sorted column, begun from an index that leaves it a few steps.
"""

from jetbill.kernel.rating import layout as at
from jetbill.kernel.rating.layout import Column
from jetbill.kernel.rating.machine_code import apart, inlined
from jetbill.kernel.rating.prefixes import NO_RATE


@apart
def family_of(books: Column, family: int, column: int) -> int:
    """A column of a family of charges."""
    return books[books[at.FAMILIES] + family * at.FAMILY + column]


@apart
def charge_of(books: Column, charge: int, column: int) -> int:
    """A column of a charge."""
    return books[books[at.CHARGES] + charge * at.CHARGE + column]


@apart
def segment_of(owned: Column, segment: int, column: int) -> int:
    """A column of a segment."""
    return owned[owned[at.SEGMENTS] + segment * at.SEGMENT + column]


@apart
def change_of(books: Column, change: int, column: int) -> int:
    """A column of a change of time class."""
    return books[books[at.CHANGES] + change * at.CHANGE_WIDTH + column]


@apart
def last_at_or_below(tape: Column, low: int, end: int, wanted: int) -> int:
    """The last place in [low, end) of the tape that holds at most `wanted`; low - 1 if there is none."""
    while low < end:
        middle = (low + end) >> 1
        if tape[middle] <= wanted:
            low = middle + 1
        else:
            end = middle
    return low - 1


@inlined
def span_at(owned: Column, identifier: int, instant_s: int) -> int:
    """Where on the tape the span of an identifier at an instant stands; -1 if nobody has it then."""
    count = owned[at.IDENTIFIER_COUNT]
    if count == 0:
        place = identifier - owned[at.FIRST_IDENTIFIER]
        if place < 0 or place + 2 >= owned[at.IDENTIFIERS] - owned[at.FIRST_SPAN]:
            return -1
    else:
        first = owned[at.IDENTIFIERS]
        found = last_at_or_below(owned, first, first + count, identifier)
        if found < first or owned[found] != identifier:
            return -1
        place = found - first
    spans = owned[at.FIRST_SPAN] + place
    for span in range(owned[spans], owned[spans + 1]):
        row = owned[at.SPANS] + span * at.SPAN
        if owned[row + at.SPAN_START_S] <= instant_s < owned[row + at.SPAN_END_S]:
            return row
    return -1


@apart
def segment_at(owned: Column, segments: tuple[int, int], instant_s: int) -> int:
    """The one of the segments [first, end) that holds an instant; -1 before the first."""
    first, segment = segments[0], segments[1] - 1
    while segment >= first and segment_of(owned, segment, at.SEGMENT_S) > instant_s:
        segment -= 1
    return segment if segment >= first else -1


@apart
def segment_end(owned: Column, segment: int, last: int, end_s: int) -> int:
    """Where a record that ends at `end_s` leaves a segment, `last` being the last of its subscription.

    What began under a plan ends under one: it does not leave for a segment without any.
    """
    following = segment + 1
    if following > last or segment_of(owned, following, at.SEGMENT_SET) < 0:
        return end_s
    return min(end_s, segment_of(owned, following, at.SEGMENT_S))


@apart
def tenure_of(owned: Column, segment: int, slot: int) -> int:
    """The tenure of a slot's plan in a segment."""
    return owned[owned[at.TENURES] + segment_of(owned, segment, at.SEGMENT_TENURE) + slot]


@apart
def change_at(books: Column, calendar: int, instant_s: int) -> int:
    """The number of the change that made the time class of an instant of the horizon."""
    row = books[at.CALENDARS] + calendar * at.CALENDAR_WIDTH
    hour = (instant_s - books[at.HORIZON_START]) // at.HOUR_S
    change = books[books[at.HOURS] + books[row + at.FIRST_HOUR] + hour]
    end = books[row + at.CHANGE_END]
    while change + 1 < end and change_of(books, change + 1, at.SINCE_S) <= instant_s:
        change += 1
    return change


@apart
def class_end(books: Column, calendar: int, change: int, end_s: int) -> int:
    """Where a record that ends at `end_s` leaves the time class that a change made."""
    row = books[at.CALENDARS] + calendar * at.CALENDAR_WIDTH
    if change + 1 == books[row + at.CHANGE_END]:
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
def members(owned: Column, segment: int, use: int) -> tuple[int, int]:
    """The members [first, end) of the plans of a segment for a kind of use."""
    first = owned[at.SETS] + segment_of(owned, segment, at.SEGMENT_SET) * at.KINDS_OF_USE + use
    return owned[first], owned[first + 1]


@apart
def rate_at(books: Column, deck: int, instant_s: int, numbers: tuple[int, int]) -> int:
    """The position in its deck of the rate for (called, calling) number; NO_RATE if the deck has none."""
    row = books[at.DECKS] + deck * at.DECK
    called, calling = numbers
    if called <= 0:
        return NO_RATE
    table = books[row + at.FIRST_TABLE]
    callers = books[row + at.CALLER_COUNT]
    first, end = books[row + at.SINCE], books[row + at.SINCE_END]
    if end - first > 1:
        base = books[at.DECK_SINCE] + first
        table += (last_at_or_below(books, base, base + end - first, instant_s) - base) * callers
    if callers > 1:
        base = books[at.CALLER_LOW]
        place = last_at_or_below(
            books, base + books[row + at.CALLERS], base + books[row + at.CALLERS_END], calling
        )
        table += books[books[at.CALLER_CLASS] + place - base]
    row = books[at.DECK_TABLES] + table * at.DECK_TABLE
    jump = books[at.JUMPS] + books[row + at.T_JUMP] + (called >> books[row + at.T_SHIFT])
    low, end = books[jump], min(books[jump + 1] + 1, books[row + at.T_LOW_END])
    place = books[at.RANGES] + low * at.RANGE
    count = end - low
    while count > 1:  # without a branch that depends on what is read: the processor goes on meanwhile
        half = count >> 1
        middle = place + half * at.RANGE
        place = middle if books[middle + at.RANGE_LOW] <= called else place
        count -= half
    return books[place + at.RANGE_RATE]
