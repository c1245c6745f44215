"""Commitments: a minimum that is topped up and a maximum that is given back, of a charge, plan or customer.

A minimum is settled by the last line of a period, a maximum by the line that crosses it. 90 billed and 75
more under a maximum of 100 give 65 back; 8.00 used of 10.00 for 25 of 28 days are topped up by 0.93.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from jetbill.kernel.book import Commitment
from jetbill.kernel.money import HALF_UP, Exact, Rounding


@dataclass(frozen=True, slots=True)
class Spent:
    """The amount of a line, what earlier lines of the period came to, and whether no other will follow."""

    amount: Fraction
    before: Fraction = Fraction(0)
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """What a commitment makes of an amount, exact."""

    amount: Fraction
    true_up: Fraction
    discount: Fraction

    @property
    def total(self) -> Fraction:
        """To pay for the line."""
        return self.amount - self.discount + self.true_up


def settled(spent: Spent, commitment: Commitment) -> Settled:
    """The true-up and the discount of one line. A discount is never more than the amount of the line."""
    zero = Fraction(0)
    discount = true_up = zero
    if commitment.maximum is not None:
        over = spent.before + spent.amount - Fraction(commitment.maximum)
        discount = max(zero, min(over, spent.amount))
    if commitment.minimum is not None and spent.is_last:
        true_up = max(zero, Fraction(commitment.minimum) - spent.before - spent.amount)
    return Settled(spent.amount, true_up, discount)


@dataclass(frozen=True, slots=True)
class Prorated:
    """Amounts of a whole period of which `share` is due, each rounded by itself."""

    currency: str
    share: Fraction = Fraction(1)
    rounding: Rounding = HALF_UP

    def of(self, price: Exact) -> Decimal:
        """The rounded share of `price`."""
        return self.rounding.amount(Fraction(price) * self.share, self.currency)


def true_up(minimum: Decimal, counted: Sequence[Decimal]) -> Decimal:
    """What tops `counted` (usage, and the fee under a plan's commitment) up to `minimum`; never below 0."""
    return max(Decimal(0), minimum - sum(counted, Decimal(0)))


@dataclass(frozen=True, slots=True)
class Window:
    """The cost of a window (an hour, a day) and its commitment. What is above costs `overage_factor` times
    as much; what is below is raised to the commitment if it is topped up."""

    cost: Fraction
    commitment: Fraction
    overage_factor: Fraction = Fraction(1)
    is_topped_up: bool = True

    def charged(self) -> Fraction:
        """The exact amount: commitment 10, factor 2: 16 costs 22, and 4 costs 10, or 4 if not topped up."""
        if self.cost > self.commitment:
            return self.commitment + (self.cost - self.commitment) * self.overage_factor
        return self.commitment if self.is_topped_up else self.cost


def charged(windows: Sequence[Window]) -> Fraction:
    """What all windows of a period cost, exact."""
    return sum((window.charged() for window in windows), Fraction(0))
