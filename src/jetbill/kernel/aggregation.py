"""Meters: the records of a period become one quantity.

A level is weighted by the time it stood: 3 from 01:00 of 1 August on is 3 x 743/744 = 2.99597 of August.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from math import ceil

from jetbill.kernel.periods import Period
from jetbill.kernel.zones import elapsed_s


def largest(values: Sequence[Fraction]) -> Fraction:
    """The largest value; 0 of none."""
    return max(values, default=Fraction(0))


def last(readings: Sequence[tuple[datetime, Fraction]]) -> Fraction:
    """The value read latest (of one instant, the one given last); 0 of none."""
    at = max((when for when, _ in readings), default=None)
    return next((value for when, value in reversed(readings) if when == at), Fraction(0))


def distinct(values: Sequence[Hashable]) -> int:
    """How many different values there are."""
    return len(set(values))


def percentile(samples: Sequence[Fraction], percent: Fraction) -> Fraction:
    """The smallest sample that at least `percent` of the samples do not exceed (nearest rank); 0 of none.

    The 95th of 20 samples is the 19th in order. Raises ValueError unless 0 < percent <= 100.
    """
    if not 0 < percent <= 100:
        raise ValueError(f"a percentile is above 0 and at most 100, not {percent}")
    if not samples:
        return Fraction(0)
    return sorted(samples)[ceil(len(samples) * percent / 100) - 1]


@dataclass(frozen=True, slots=True)
class Change:
    """A level rises (or falls) by `value`."""

    at: datetime
    value: Fraction


def weighted(initial: Fraction, changes: Sequence[Change], within: tuple[datetime, datetime]) -> Fraction:
    """The level's average over the elapsed seconds between two instants, `initial` carried in.

    Raises ValueError for a change outside, or for instants that are not in order.
    """
    start, end = within
    length = elapsed_s(start, end)
    if length <= 0:
        raise ValueError(f"the period from {start} to {end} has no time")
    total = initial
    for change in changes:
        if not start <= change.at < end:
            raise ValueError(f"{change.at} is not between {start} and {end}")
        total += change.value * elapsed_s(change.at, end) / length
    return total


@dataclass(frozen=True, slots=True)
class Addition:
    """So many more from the day `on`, which counts."""

    on: date
    value: Fraction


def prorated(initial: Fraction, additions: Sequence[Addition], covered: Period, whole: Period) -> Fraction:
    """Additions by their days left until the end of `covered`, of those of `whole`; `initial` has them all.

    5, and 24 from 26 May and 4.5 on 31 May, are 5 + 24 x 6/31 + 4.5/31 = 9.7903 of May.
    """
    if not covered.within(whole) or not whole:
        raise ValueError(f"{covered} is not within {whole}")
    total = Fraction(0)
    for addition in (Addition(covered.start, initial), *additions):
        left = (covered.end - max(addition.on, covered.start)).days
        total += addition.value * Fraction(max(0, left), whole.days())
    return total


def full(initial: Fraction, additions: Sequence[Addition]) -> Fraction:
    """All units, not weighted."""
    return initial + sum((addition.value for addition in additions), Fraction(0))
