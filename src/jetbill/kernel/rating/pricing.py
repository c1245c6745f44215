"""Integer arithmetic of one piece of a record: what was measured, what a call charges, named roundings."""

from jetbill.kernel.book import MeterKind
from jetbill.kernel.rating import layout as at
from jetbill.kernel.rating.batch import Batch
from jetbill.kernel.rating.charges import METERS
from jetbill.kernel.rating.layout import Column
from jetbill.kernel.rating.look_up import charge_of
from jetbill.kernel.rating.machine_code import apart, inlined, quotient

OCTETS_IN = METERS.index(MeterKind.OCTETS_IN)
OCTETS_OUT = METERS.index(MeterKind.OCTETS_OUT)
OCTETS = METERS.index(MeterKind.OCTETS)
SECONDS = METERS.index(MeterKind.SECONDS)
RECORD = METERS.index(MeterKind.RECORDS)


@apart
def share(total: int, t: int, duration: int) -> int:
    """floor(total * t / duration) without leaving 64 bits; all of it at the end."""
    if t >= duration:
        return total
    whole = quotient(total, duration)
    rest = total - whole * duration
    return whole * t + quotient(rest * t, duration)


@inlined
def measured(records: Batch, i: int, meter: int, span: tuple[int, int]) -> int:
    """What the meter reads in the seconds [a, b) of record i; one of no seconds has all of it in [0, 0)."""
    a, b = span
    if meter == RECORD:
        return records[at.SOURCE_ROW, i] if a == 0 else 0
    if meter == SECONDS:
        return b - a
    if meter == OCTETS_IN:
        total = records[at.OCTETS_IN, i]
    elif meter == OCTETS_OUT:
        total = records[at.OCTETS_OUT, i]
    elif meter == OCTETS:
        total = records[at.OCTETS_IN, i] + records[at.OCTETS_OUT, i]
    else:
        total = records[at.QUANTITY, i]
    duration = records[at.DURATION_S, i]
    if a == 0 and b >= duration:
        return total
    return share(total, b, duration) - share(total, a, duration)


@apart
def rounded_to(numerator: int, unit: int, rounded_from: int) -> int:
    """A numerator rounded to a multiple of `unit`, away from zero from this rest on (`at.FAMILY`)."""
    if unit == 1:
        return numerator
    size = abs(numerator)
    whole = quotient(size, unit)
    whole += size - whole * unit >= rounded_from
    return -whole * unit if numerator < 0 else whole * unit


@apart
def rounded_under(books: Column, charge: int, numerator: int) -> int:
    """A numerator rounded as a charge says."""
    unit, rest = charge_of(books, charge, at.ROUND_UNIT), charge_of(books, charge, at.ROUND_FROM)
    return rounded_to(numerator, unit, rest)


@apart
def stepped(position: int, end: int, first_s: int, next_s: int) -> tuple[int, int]:
    """(charged seconds, new position): from `position` to `end` in started steps, each charged in full."""
    begun = position
    if position < end and position < first_s:
        position += first_s
    position += quotient(max(0, end - position) + next_s - 1, next_s) * next_s
    return position - begun, position
