"""Dynamic: the usage brings its own price, and the quantity is that money, marked up by a factor.

10 brought in by the records, times 1.33333, are 13.3333.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from jetbill.kernel.charge_models.form import Measure, Part, Priced, entry, priced

KIND = "dynamic"


@dataclass(frozen=True, slots=True)
class Params:
    """What is charged for each unit of money that came with the usage."""

    factor: Decimal = field(
        default=Decimal(1), metadata=entry("Factor", Measure.QUANTITY, "1.2 is a mark-up of 20 %.")
    )

    def __post_init__(self) -> None:
        if self.factor < 0:
            raise ValueError(f"a factor is not negative: {self.factor}")


def price(quantity: Fraction, params: Params) -> Priced:
    """The exact amount for money that came with the usage; one part."""
    money = max(Fraction(0), quantity)
    return priced(Part(1, money, money * Fraction(params.factor)))


def unit_amount(amount: Fraction, units: Fraction) -> Fraction | None:
    """What one of `units` came to; None without units."""
    return amount / units if units else None
