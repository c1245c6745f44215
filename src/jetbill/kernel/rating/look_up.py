"""What the scan looks up on the tape: owner of an identifier, his plans, time class, rate of a number.

Each is a search in a sorted column, begun from an index that leaves it a few steps.
"""

from jetbill.kernel.rating import layout as at
from jetbill.kernel.rating.layout import Column
from jetbill.kernel.rating.machine_code import apart, inlined
from jetbill.kernel.rating.prefixes import NO_RATE


@apart
def family_of(tape: Column, family: int, column: int) -> int:
    """A column of a family of charges."""
    return tape[tape[at.FAMILIES] + family * at.FAMILY + column]


@apart
def charge_of(tape: Column, charge: int, column: int) -> int:
    """A column of a charge."""
    return tape[tape[at.CHARGES] + charge * at.CHARGE + column]


@apart
def segment_of(tape: Column, segment: int, column: int) -> int:
    """A column of a segment."""
    return tape[tape[at.SEGMENTS] + segment * at.SEGMENT + column]


@apart
def change_of(tape: Column, change: int, column: int) -> int:
    """A column of a change of time class."""
    return tape[tape[at.CHANGES] + change * at.CHANGE_WIDTH + column]


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
def span_at(tape: Column, identifier: int, instant_s: int) -> int:
    """Where on the tape the span of an identifier at an instant stands; -1 if nobody has it then."""
    count = tape[at.IDENTIFIER_COUNT]
    if count == 0:
        place = identifier - tape[at.FIRST_IDENTIFIER]
        if place < 0 or place + 2 >= tape[at.IDENTIFIERS] - tape[at.FIRST_SPAN]:
            return -1
    else:
        first = tape[at.IDENTIFIERS]
        found = last_at_or_below(tape, first, first + count, identifier)
        if found < first or tape[found] != identifier:
            return -1
        place = found - first
    spans = tape[at.FIRST_SPAN] + place
    for span in range(tape[spans], tape[spans + 1]):
        row = tape[at.SPANS] + span * at.SPAN
        if tape[row + at.SPAN_START_S] <= instant_s < tape[row + at.SPAN_END_S]:
            return row
    return -1


@apart
def segment_at(tape: Column, segments: tuple[int, int], instant_s: int) -> int:
    """The one of the segments [first, end) that holds an instant; -1 before the first."""
    first, segment = segments[0], segments[1] - 1
    while segment >= first and segment_of(tape, segment, at.SEGMENT_S) > instant_s:
        segment -= 1
    return segment if segment >= first else -1


@apart
def segment_end(tape: Column, segment: int, last: int, end_s: int) -> int:
    """Where a record that ends at `end_s` leaves a segment, `last` being the last of its subscription.

    What began under a plan ends under one: it does not leave for a segment without any.
    """
    following = segment + 1
    if following > last or segment_of(tape, following, at.SEGMENT_SET) < 0:
        return end_s
    return min(end_s, segment_of(tape, following, at.SEGMENT_S))


@apart
def tenure_of(tape: Column, segment: int, slot: int) -> int:
    """The tenure of a slot's plan in a segment."""
    return tape[tape[at.TENURES] + segment_of(tape, segment, at.SEGMENT_TENURE) + slot]


@apart
def change_at(tape: Column, calendar: int, instant_s: int) -> int:
    """The number of the change that made the time class of an instant of the horizon."""
    row = tape[at.CALENDARS] + calendar * at.CALENDAR_WIDTH
    hour = (instant_s - tape[at.HORIZON_START]) // at.HOUR_S
    change = tape[tape[at.HOURS] + tape[row + at.FIRST_HOUR] + hour]
    end = tape[row + at.CHANGE_END]
    while change + 1 < end and change_of(tape, change + 1, at.SINCE_S) <= instant_s:
        change += 1
    return change


@apart
def class_end(tape: Column, calendar: int, change: int, end_s: int) -> int:
    """Where a record that ends at `end_s` leaves the time class that a change made."""
    row = tape[at.CALENDARS] + calendar * at.CALENDAR_WIDTH
    if change + 1 == tape[row + at.CHANGE_END]:
        return end_s
    return min(end_s, change_of(tape, change + 1, at.SINCE_S))


@apart
def charge_in(tape: Column, family: int, time_class: int) -> int:
    """The charge of a family for a time class; -1 if it has none."""
    for charge in range(family_of(tape, family, at.FIRST_CHARGE), family_of(tape, family, at.END_CHARGE)):
        if (charge_of(tape, charge, at.TIME_CLASSES) >> time_class) & 1:
            return charge
    return -1


@apart
def members(tape: Column, segment: int, use: int) -> tuple[int, int]:
    """The members [first, end) of the plans of a segment for a kind of use."""
    first = tape[at.SETS] + segment_of(tape, segment, at.SEGMENT_SET) * at.KINDS_OF_USE + use
    return tape[first], tape[first + 1]


@apart
def rate_at(tape: Column, deck: int, instant_s: int, numbers: tuple[int, int]) -> int:
    """The position in its deck of the rate for (called, calling) number; NO_RATE if the deck has none."""
    row = tape[at.DECKS] + deck * at.DECK
    called, calling = numbers
    if called <= 0:
        return NO_RATE
    table = tape[row + at.FIRST_TABLE]
    callers = tape[row + at.CALLER_COUNT]
    first, end = tape[row + at.SINCE], tape[row + at.SINCE_END]
    if end - first > 1:
        base = tape[at.DECK_SINCE] + first
        table += (last_at_or_below(tape, base, base + end - first, instant_s) - base) * callers
    if callers > 1:
        base = tape[at.CALLER_LOW]
        place = last_at_or_below(
            tape, base + tape[row + at.CALLERS], base + tape[row + at.CALLERS_END], calling
        )
        table += tape[tape[at.CALLER_CLASS] + place - base]
    row = tape[at.DECK_TABLES] + table * at.DECK_TABLE
    jump = tape[at.JUMPS] + tape[row + at.T_JUMP] + (called >> tape[row + at.T_SHIFT])
    low, end = tape[jump], min(tape[jump + 1] + 1, tape[row + at.T_LOW_END])
    place = tape[at.RANGES] + low * at.RANGE
    count = end - low
    while count > 1:  # without a branch that depends on what is read: the processor goes on meanwhile
        half = count >> 1
        middle = place + half * at.RANGE
        place = middle if tape[middle + at.RANGE_LOW] <= called else place
        count -= half
    return tape[place + at.RANGE_RATE]
