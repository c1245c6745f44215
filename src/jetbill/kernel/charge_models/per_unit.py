"""Per unit: quantity x price, at most the cap. 10 units at 5.12345 are 51.2345; below 0 is 0."""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from jetbill.kernel.charge_models.form import Measure, Part, Priced, at_most, entry, priced

KIND = "per_unit"


@dataclass(frozen=True, slots=True)
class Params:
    """One price for every unit."""

    unit_price: Decimal = field(metadata=entry("Price per unit", Measure.PRICE))
    cap: Decimal | None = field(
        default=None, metadata=entry("At most", Measure.MONEY, "The charge of a period never exceeds this.")
    )


def price(quantity: Fraction, params: Params) -> Priced:
    """The exact amount for a quantity; one part."""
    units = max(Fraction(0), quantity)
    part = Part(1, units, units * Fraction(params.unit_price))
    return priced(at_most(part, None if params.cap is None else Fraction(params.cap)))
