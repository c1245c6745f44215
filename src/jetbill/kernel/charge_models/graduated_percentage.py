"""Graduated percentage: the quantity is money, and every band takes its percent of what falls in it.

12 at 1 % + 200 up to 10, then 2 % + 300, are 0.10 + 200 + 0.04 + 300 = 500.14.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from jetbill.kernel.charge_models.bands import ascending, filled
from jetbill.kernel.charge_models.form import Measure, Part, Priced, entry, priced

KIND = "graduated_percentage"


@dataclass(frozen=True, slots=True)
class Band:
    """`percent` of the money up to and with `up_to` (None: all above), and `flat` once entered."""

    up_to: Decimal | None = field(metadata=entry("Up to", Measure.MONEY, "Empty in the last band."))
    percent: Decimal = field(default=Decimal(0), metadata=entry("Percent", Measure.PERCENT))
    flat: Decimal = field(
        default=Decimal(0),
        metadata=entry("Flat fee", Measure.MONEY, "Charged in full once the band is entered."),
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
        ascending([band.up_to for band in self.bands], "graduated percentage")


def price(quantity: Fraction, params: Params) -> Priced:
    """The exact amount, one part for each band entered. Raises ValueError above the last maximum."""
    money = max(Fraction(0), quantity)
    if money == 0 and not params.charge_zero:
        return Priced(Fraction(0))
    inside = filled(money, [band.up_to for band in params.bands])
    parts = []
    for number, (band, part) in enumerate(zip(params.bands, inside, strict=False), 1):
        parts.append(Part(number, part, part * Fraction(band.percent) / 100 + Fraction(band.flat)))
    return priced(*parts)
