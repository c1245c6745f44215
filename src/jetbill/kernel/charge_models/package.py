"""Package: units are sold in whole packages. 121 units by 10 at 100 are 13 packages, 1300."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor

from jetbill.kernel.charge_models.form import Measure, Part, Priced, entry, priced

KIND = "package"


class Started(StrEnum):
    """Whether a started package counts: up = in full, down = not at all."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Params:
    """Packages of `size` units at `package_price` each, after `free` units."""

    size: Decimal = field(metadata=entry("Units in a package", Measure.QUANTITY))
    package_price: Decimal = field(metadata=entry("Price of a package", Measure.MONEY))
    free: Decimal = field(default=Decimal(0), metadata=entry("Free units", Measure.QUANTITY))
    started: Started = field(
        default=Started.UP,
        metadata=entry("A started package", Measure.CHOICE, "Up: in full. Down: not at all."),
    )

    def __post_init__(self) -> None:
        if self.size <= 0:
            raise ValueError(f"a package holds more than {self.size} units")
        if self.free < 0:
            raise ValueError(f"free units are not negative: {self.free}")


def packages(quantity: Fraction, params: Params) -> int:
    """How many packages a quantity takes."""
    exact = max(Fraction(0), quantity - Fraction(params.free)) / Fraction(params.size)
    return ceil(exact) if params.started is Started.UP else floor(exact)


def price(quantity: Fraction, params: Params) -> Priced:
    """The exact amount; one part, counted in packages."""
    count = packages(quantity, params)
    return priced(Part(1, Fraction(count), count * Fraction(params.package_price)))
