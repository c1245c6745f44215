"""Percentage of the money each transaction moves, plus a fixed part, within a minimum and a maximum.

Per record, and not yet in books: the compiled scan cannot price it. 10, 80 and 10000 at 2.99 % + 2.00, from
1.75 to 12.00 each, are 2.299 + 4.392 + 12 = 18.691.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, takewhile

from jetbill.kernel.charge_models.form import Measure, Part, Priced, entry, priced


@dataclass(frozen=True, slots=True)
class Params:
    """A percentage and what bounds it. The free part ends at the first of its two limits that is reached."""

    percent: Decimal = field(metadata=entry("Percent", Measure.PERCENT))
    fixed: Decimal = field(
        default=Decimal(0), metadata=entry("Fixed part", Measure.MONEY, "Of each charged transaction.")
    )
    free_transactions: int | None = field(
        default=None,
        metadata=entry("Free transactions", Measure.COUNT, "The first ones, whatever they move."),
    )
    free_volume: Decimal | None = field(
        default=None, metadata=entry("Free volume", Measure.MONEY, "Of the first transactions together.")
    )
    minimum: Decimal = field(default=Decimal(0), metadata=entry("Minimum", Measure.MONEY))
    maximum: Decimal | None = field(default=None, metadata=entry("Maximum", Measure.MONEY))

    def __post_init__(self) -> None:
        if min(self.free_transactions or 0, self.free_volume or 0) < 0:
            raise ValueError("the free part of a percentage is not negative")
        if self.maximum is not None and self.maximum < self.minimum:
            raise ValueError(f"the maximum {self.maximum} is below the minimum {self.minimum}")


@dataclass(frozen=True, slots=True)
class Totals:
    """Transactions known by their number and volume; `running` is the volume after each of the first ones."""

    volume: Fraction
    transactions: int
    running: tuple[Fraction, ...] = ()


@dataclass(frozen=True, slots=True)
class Free:
    """How many transactions pay nothing, and how much volume is free, part of the next one included."""

    transactions: int
    volume: Fraction


def free_part(of: Totals, params: Params) -> Free:
    """The free part. Raises ValueError if `running` does not tell what the free transactions moved."""
    limit = of.transactions if params.free_transactions is None else params.free_transactions
    most = None if params.free_volume is None else Fraction(params.free_volume)
    if params.free_transactions is None and most is None:
        return Free(0, Fraction(0))
    if limit >= of.transactions and (most is None or of.volume <= most):
        return Free(of.transactions, of.volume)
    inside = [*takewhile(lambda volume: most is None or volume <= most, of.running[:limit])]
    if len(inside) == limit:
        return Free(limit, inside[-1] if inside else Fraction(0))
    if most is None:
        raise ValueError(f"the volume of the first {limit} transactions is not known")
    return Free(len(inside), most)


def price_of_totals(of: Totals, params: Params) -> Priced:
    """The exact amount; one part. Raises ValueError for a minimum or maximum: they need each transaction."""
    if params.minimum or params.maximum is not None:
        raise ValueError("the minimum and maximum of a transaction need every transaction")
    free = free_part(of, params)
    charged = of.volume - free.volume
    fixed = (of.transactions - free.transactions) * Fraction(params.fixed)
    return priced(Part(1, charged, charged * Fraction(params.percent) / 100 + fixed))


def price_in_order(volumes: Sequence[Fraction], params: Params) -> Priced:
    """The exact amount; one part for each charged transaction, numbered from 1 by its place."""
    running = tuple(accumulate(volumes))
    free = free_part(Totals(sum(volumes, Fraction(0)), len(volumes), running), params)
    parts = []
    for number, volume in enumerate(volumes, 1):
        if number <= free.transactions:
            continue
        begins = running[number - 1] - volume
        charged = volume - max(Fraction(0), free.volume - begins)
        parts.append(Part(number, charged, _bounded(charged, params)))
    return priced(*parts)


def _bounded(charged: Fraction, params: Params) -> Fraction:
    exact = charged * Fraction(params.percent) / 100 + Fraction(params.fixed)
    least = max(exact, Fraction(params.minimum))
    return least if params.maximum is None else min(least, Fraction(params.maximum))
