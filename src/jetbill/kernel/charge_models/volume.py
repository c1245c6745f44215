"""Volume: the total picks one band, which prices all units. 210 units above 200 at 0.50 + 50 are 155.

A larger quantity can cost less than a smaller one: the law of the trade, and no mistake.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from jetbill.kernel.charge_models.bands import ascending, band_of
from jetbill.kernel.charge_models.form import Measure, Part, Priced, entry, priced

KIND = "volume"


@dataclass(frozen=True, slots=True)
class Band:
    """If the total is at most `up_to` (None: any), every unit costs `unit_price`, and `flat` once."""

    up_to: Decimal | None = field(metadata=entry("Up to", Measure.QUANTITY, "Empty in the last band."))
    unit_price: Decimal = field(default=Decimal(0), metadata=entry("Price per unit", Measure.PRICE))
    flat: Decimal = field(default=Decimal(0), metadata=entry("Flat fee", Measure.MONEY))


@dataclass(frozen=True, slots=True)
class Params:
    """Bands in ascending order; only the last may be without a maximum."""

    bands: tuple[Band, ...] = field(metadata=entry("Bands", Measure.ROWS))
    charge_zero: bool = field(
        default=True,
        metadata=entry("Charge without usage", Measure.CHOICE, "Without usage the first flat fee is due."),
    )

    def __post_init__(self) -> None:
        ascending([band.up_to for band in self.bands], "volume")


def price(quantity: Fraction, params: Params) -> Priced:
    """The exact amount; one part, of the band picked. Raises ValueError above the last maximum."""
    return price_picked(quantity, quantity, params)


def price_picked(picking: Fraction, quantity: Fraction, params: Params) -> Priced:
    """`quantity` at the price of the band that `picking` is in: the whole picks, a share is priced."""
    full, units = max(Fraction(0), picking), max(Fraction(0), quantity)
    if full == 0 and not params.charge_zero:
        return Priced(Fraction(0))
    position = band_of(full, [band.up_to for band in params.bands])
    band = params.bands[position]
    return priced(Part(position + 1, units, units * Fraction(band.unit_price) + Fraction(band.flat)))
