"""Bands by quantity: each covers (previous maximum, maximum], the last may have none.

5.001 units are in the second band of 5 and 10; quantity 0 is in the first.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction


def ascending(tops: Sequence[Decimal | None], what: str) -> None:
    """Raises ValueError unless there are maximums that ascend, and only the last is open."""
    if not tops:
        raise ValueError(f"a {what} price needs at least one band")
    last = Decimal(0)
    for number, top in enumerate(tops, 1):
        if top is None:
            if number < len(tops):
                raise ValueError(f"band {number} has no maximum, but another band follows it")
        elif top <= last:
            raise ValueError(f"band {number} ends at {top}, not above the one before it")
        else:
            last = top


def band_of(units: Fraction, tops: Sequence[Decimal | None]) -> int:
    """The position (from 0) of the band that holds `units`; raises ValueError above the last maximum."""
    for position, top in enumerate(tops):
        if top is None or units <= Fraction(top):
            return position
    raise ValueError(f"no band holds quantity {units}: the last one ends at {tops[-1]}")


def filled(units: Fraction, tops: Sequence[Decimal | None]) -> Iterator[Fraction]:
    """The units in each band entered, in order; quantity 0 enters the first. ValueError as in `band_of`."""
    below = Fraction(0)
    for top in tops[: band_of(units, tops) + 1]:
        inside = units if top is None else min(units, Fraction(top))
        yield inside - below
        below = inside
