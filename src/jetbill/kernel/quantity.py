"""Metered quantity made ready for its price: divide, round, subtract the free units. 7400 by 1000 up is 8."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import accumulate, pairwise
from math import ceil, floor

from jetbill.kernel.money import rounded


class QuantityRounding(StrEnum):
    """How a quantity is rounded before it is priced; NONE leaves it exact."""

    NONE = "none"
    CEIL = "ceil"
    FLOOR = "floor"
    ROUND = "round"


@dataclass(frozen=True, slots=True)
class Conversion:
    """`precision` decimals, negative for tens and hundreds; `free` counts in converted units."""

    divide_by: Decimal = Decimal(1)
    rounding: QuantityRounding = QuantityRounding.NONE
    precision: int = 0
    free: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        if self.divide_by <= 0:
            raise ValueError(f"a quantity is divided by more than 0, not {self.divide_by}")


def converted(raw: Decimal | Fraction, by: Conversion) -> Fraction:
    """The quantity that is priced, not below 0: divided, rounded, less the free units, in this order."""
    exact = _rounded(Fraction(raw) / Fraction(by.divide_by), by)
    return max(Fraction(0), exact - Fraction(by.free))


@dataclass(frozen=True, slots=True)
class FreePart:
    """How much of a quantity was free and how much is charged."""

    free: Fraction
    charged: Fraction


def free_in_order(free: Fraction, quantities: Sequence[Fraction]) -> tuple[FreePart, ...]:
    """Free units used up by quantities one after the other: 10 free over 6 and 7 are 6 + 0, then 4 + 3."""
    left, parts = free, []
    for quantity in quantities:
        taken = min(left, quantity)
        left -= taken
        parts.append(FreePart(taken, quantity - taken))
    return tuple(parts)


def shared_out(total: int, edges: Sequence[int]) -> tuple[int, ...]:
    """A total over the stretches between instants, by their length: nothing is lost, the last has the rest.

    Up to each edge floor(total x time so far / time) has fallen: 10 over 0, 1, 3 are 3 and 7.
    """
    start, end = edges[0], edges[-1]
    fallen = [total * (edge - start) // (end - start) if edge < end else total for edge in edges[1:]]
    return tuple(until - since for since, until in pairwise([0, *fallen]))


def in_turn(quantities: Sequence[Fraction], price: Callable[[Fraction], Fraction]) -> tuple[Fraction, ...]:
    """What each adds to the price of those before it: the sum is the price of all, in whatever order."""
    prices = [price(total) for total in accumulate(quantities, initial=Fraction(0))]
    return tuple(after - before for before, after in pairwise(prices))


def _rounded(exact: Fraction, by: Conversion) -> Fraction:
    if by.rounding is QuantityRounding.NONE:
        return exact
    if by.rounding is QuantityRounding.ROUND:
        return Fraction(rounded(exact, by.precision))
    scale = Fraction(10) ** by.precision
    return (ceil if by.rounding is QuantityRounding.CEIL else floor)(exact * scale) / scale
