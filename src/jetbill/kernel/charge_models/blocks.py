"""Blocks: bands counted in blocks, each with its own size. 5325 units by 100 (ten blocks), then by 1000, at 1
each, are 10 + 5 = 15.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import ceil

from jetbill.kernel.charge_models.form import Measure, Part, Priced, entry, priced

KIND = "blocks"


class Mode(StrEnum):
    """All bands are filled in turn, or the band where the total ends prices everything."""

    ALL_BANDS = "all_bands"
    TOP_BAND = "top_band"


@dataclass(frozen=True, slots=True)
class Band:
    """At most `count` blocks (None: no end) of `size` units at `block_price` each; a started block counts."""

    size: Decimal = field(metadata=entry("Units in a block", Measure.QUANTITY))
    count: int | None = field(metadata=entry("Blocks", Measure.COUNT, "Empty in the last band."))
    block_price: Decimal = field(metadata=entry("Price of a block", Measure.MONEY))

    def holds(self) -> Fraction | None:
        """Units in the whole band; None without end."""
        return None if self.count is None else Fraction(self.size) * self.count


@dataclass(frozen=True, slots=True)
class Params:
    """Bands in order; only the last may be without end."""

    bands: tuple[Band, ...] = field(metadata=entry("Bands", Measure.ROWS))
    mode: Mode = field(
        default=Mode.ALL_BANDS,
        metadata=entry("Charged by", Measure.CHOICE, "All bands in turn, or the one where the total ends."),
    )

    def __post_init__(self) -> None:
        if not self.bands:
            raise ValueError("a price by blocks needs at least one band")
        for number, band in enumerate(self.bands, 1):
            if band.size <= 0 or (band.count is not None and band.count < 1):
                raise ValueError(f"band {number} needs a size and a number of blocks above 0")
            if band.count is None and number < len(self.bands):
                raise ValueError(f"band {number} has no end, but another band follows it")


def price(quantity: Fraction, params: Params) -> Priced:
    """The exact amount, one part (counted in blocks) for each band entered.

    Raises ValueError for a quantity above the last band.
    """
    left = units = max(Fraction(0), quantity)
    parts = []
    for number, band in enumerate(params.bands, 1):
        holds = band.holds()
        inside = left if holds is None else min(left, holds)
        if inside:
            parts.append(_part(number, band, inside))
        left -= inside
        if not left:
            break
    if left:
        raise ValueError(f"no band of blocks holds quantity {units}")
    if params.mode is Mode.TOP_BAND and parts:
        number = parts[-1].band
        parts = [_part(number, params.bands[number - 1], units)]
    return priced(*parts)


def _part(number: int, band: Band, units: Fraction) -> Part:
    count = ceil(units / Fraction(band.size))
    return Part(number, Fraction(count), count * Fraction(band.block_price))
