"""What prices a record by the amount of money that it carries itself, whole and once, has this form.

max(amount - free, 0) x factor + fixed, within a minimum and a maximum: a payment of 80.00 at 2.99 % + 2.00 is
4.392. A record whose amount is all free costs nothing at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from jetbill.kernel.charge_models.form import Part, Priced, priced

AMOUNT_DIGITS = 6
"""Decimals of the amount that a record carries."""


@dataclass(frozen=True, slots=True)
class OwnAmount:
    """Exact terms; `free` is taken off the amount of each record."""

    factor: Fraction
    fixed: Fraction = Fraction(0)
    free: Fraction = Fraction(0)
    minimum: Fraction = Fraction(0)
    maximum: Fraction | None = None

    def price(self, amount: Fraction) -> Priced:
        """What a record of `amount` costs; one part, none if its amount is free."""
        if self.free and amount <= self.free:
            return Priced(Fraction(0))
        charged = amount - self.free
        exact = max(charged * self.factor + self.fixed, self.minimum)
        bounded = exact if self.maximum is None else min(exact, self.maximum)
        return priced(Part(1, charged, bounded))


def refuse_below_zero(amounts: Mapping[str, Decimal | None]) -> None:
    """Raises ValueError that names the first amount below zero."""
    for name, amount in amounts.items():
        if amount is not None and amount < 0:
            raise ValueError(f"the {name} is not negative: {amount}")
