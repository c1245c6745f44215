"""Graduated: every band prices the units that fall in it. 11 units at 10 x 10 + 2, then 5 + 3, are 110.

A band covers (previous maximum, maximum]: 5.001 units are in the second band of 5 and 10.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from jetbill.kernel.charge_models.bands import ascending
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
        ascending([band.up_to for band in self.bands], "graduated")


def price(quantity: Fraction, params: Params) -> Priced:
    """The exact amount, one part for each band entered; quantity 0 enters the first.

    Raises ValueError for a quantity above the last maximum.
    """
    units = max(Fraction(0), quantity)
    if units == 0 and not params.charge_zero:
        return Priced(Fraction(0))
    parts: list[Part] = []
    below, total = (0, 1), units.as_integer_ratio()
    for number, band in enumerate(params.bands, 1):
        if number > 1 and not _is_above(total, below):
            break
        up_to = total
        if band.up_to is not None and _is_above(total, band.up_to.as_integer_ratio()):
            up_to = band.up_to.as_integer_ratio()
        part = _part(number, band, below, up_to)
        parts.append(part if band.cap is None else at_most(part, Fraction(band.cap)))
        below = up_to
    if _is_above(total, below):
        raise ValueError(f"no band holds quantity {units}: the last one ends at {params.bands[-1].up_to}")
    return priced(*parts)


_Ratio = tuple[int, int]
"""A fraction as plain integers: bills price millions of totals, and Fraction takes its time."""


def _is_above(one: _Ratio, other: _Ratio) -> bool:
    return one[0] * other[1] > other[0] * one[1]


def _part(number: int, band: Band, below: _Ratio, up_to: _Ratio) -> Part:
    """The units from `below` to `up_to` at the prices of a band."""
    above, under = up_to[0] * below[1] - below[0] * up_to[1], up_to[1] * below[1]
    price, of_price = band.unit_price.as_integer_ratio()
    flat, of_flat = band.flat.as_integer_ratio()
    amount = above * price * of_flat + flat * under * of_price
    return Part(number, Fraction(above, under), Fraction(amount, under * of_price * of_flat))
