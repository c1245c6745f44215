"""Graduated: every band prices the units that fall in it. 11 units at 10 x 10 + 2, then 5 + 3, are 110.

A band covers (previous maximum, maximum]: 5.001 units are in the second band of 5 and 10.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from jetbill.kernel.charge_models.form import Measure, Part, Priced, at_most, entry, priced

KIND = "graduated"


@dataclass(frozen=True, slots=True)
class Band:
    """Units up to and including `up_to` (None: all above), each at `unit_price`, and `flat` once entered."""

    up_to: Decimal | None = field(metadata=entry("Up to", Measure.QUANTITY, "Empty in the last band."))
    unit_price: Decimal = field(default=Decimal(0), metadata=entry("Price per unit", Measure.PRICE))
    flat: Decimal = field(
        default=Decimal(0),
        metadata=entry("Flat fee", Measure.MONEY, "Charged in full once the band is entered."),
    )
    cap: Decimal | None = field(
        default=None, metadata=entry("At most", Measure.MONEY, "Units and flat fee of this band together.")
    )


@dataclass(frozen=True, slots=True)
class Params:
    """Bands in ascending order; only the last may be without a maximum."""

    bands: tuple[Band, ...] = field(metadata=entry("Bands", Measure.ROWS))
    charge_zero: bool = field(
        default=True,
        metadata=entry("Charge without usage", Measure.CHOICE, "Without usage the first flat fee is due."),
    )

    def __post_init__(self) -> None:
        if not self.bands:
            raise ValueError("a graduated price needs at least one band")
        last = Fraction(0)
        for number, band in enumerate(self.bands, 1):
            if band.up_to is None:
                if number < len(self.bands):
                    raise ValueError(f"band {number} has no maximum, but another band follows it")
            elif band.up_to <= last:
                raise ValueError(f"band {number} ends at {band.up_to}, not above the one before it")
            else:
                last = Fraction(band.up_to)


def price(quantity: Fraction, params: Params) -> Priced:
    """The exact amount, one part for each band entered; quantity 0 enters the first.

    Raises ValueError for a quantity above the last maximum.
    """
    units = max(Fraction(0), quantity)
    if units == 0 and not params.charge_zero:
        return Priced(Fraction(0))
    parts, below = [], Fraction(0)
    for number, band in enumerate(params.bands, 1):
        if number > 1 and units <= below:
            break
        up_to = units if band.up_to is None else min(units, Fraction(band.up_to))
        inside = up_to - below
        amount = inside * Fraction(band.unit_price) + Fraction(band.flat)
        parts.append(at_most(Part(number, inside, amount), None if band.cap is None else Fraction(band.cap)))
        below = up_to
    if below < units:
        raise ValueError(f"no band holds quantity {units}: the last one ends at {params.bands[-1].up_to}")
    return priced(*parts)
