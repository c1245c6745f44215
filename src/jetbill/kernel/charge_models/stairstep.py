"""Stairstep: the total picks a step, whose price is the whole charge. 100 for up to 5, 150 for up to 10."""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from jetbill.kernel.charge_models.bands import ascending, band_of
from jetbill.kernel.charge_models.form import Measure, Part, Priced, entry, priced

KIND = "stairstep"


@dataclass(frozen=True, slots=True)
class Band:
    """Any total up to and with `up_to` (None: any) costs `step_price`."""

    up_to: Decimal | None = field(metadata=entry("Up to", Measure.QUANTITY, "Empty in the last band."))
    step_price: Decimal = field(metadata=entry("Price of the step", Measure.MONEY))


@dataclass(frozen=True, slots=True)
class Params:
    """Steps in ascending order; only the last may be without a maximum."""

    bands: tuple[Band, ...] = field(metadata=entry("Steps", Measure.ROWS))
    charge_zero: bool = field(
        default=True,
        metadata=entry("Charge without usage", Measure.CHOICE, "Without usage the first step is due."),
    )

    def __post_init__(self) -> None:
        ascending([band.up_to for band in self.bands], "stairstep")


def price(quantity: Fraction, params: Params) -> Priced:
    """The exact amount; one part, of the step reached. Raises ValueError above the last maximum."""
    units = max(Fraction(0), quantity)
    if units == 0 and not params.charge_zero:
        return Priced(Fraction(0))
    position = band_of(units, [band.up_to for band in params.bands])
    return priced(Part(position + 1, units, Fraction(params.bands[position].step_price)))
