"""Percentage of the money each transaction moves, plus a fixed part, within a minimum and a maximum.

10, 80 and 10000 at 2.99 % + 2.00, from 1.75 to 12.00 each, are 2.299 + 4.392 + 12 = 18.691. That the first
transactions of a period are free is for allowances; what they come to is worked out by `price_in_order`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, takewhile

from jetbill.kernel.charge_models.form import Measure, Part, Priced, entry, priced
from jetbill.kernel.charge_models.own_amount import AMOUNT_DIGITS, OwnAmount, refuse_below_zero

KIND = "percentage"


@dataclass(frozen=True, slots=True)
class Params:
    """A percentage of each transaction, and what bounds it."""

    percent: Decimal = field(metadata=entry("Percent", Measure.PERCENT))
    fixed: Decimal = field(
        default=Decimal(0), metadata=entry("Fixed part", Measure.MONEY, "Of each charged transaction.")
    )
    free: Decimal = field(
        default=Decimal(0),
        metadata=entry("Free", Measure.MONEY, "Taken off each transaction; one within it costs nothing."),
    )
    minimum: Decimal = field(
        default=Decimal(0), metadata=entry("Minimum", Measure.MONEY, "Of a charged transaction.")
    )
    maximum: Decimal | None = field(
        default=None, metadata=entry("Maximum", Measure.MONEY, "Of a transaction.")
    )

    def __post_init__(self) -> None:
        parts = {"percentage": self.percent, "fixed part": self.fixed, "free part": self.free}
        refuse_below_zero({**parts, "minimum": self.minimum})
        if Fraction(self.free) * 10**AMOUNT_DIGITS % 1:
            raise ValueError(f"the free part has at most {AMOUNT_DIGITS} decimals: {self.free}")
        if self.maximum is not None and self.maximum < self.minimum:
            raise ValueError(f"the maximum {self.maximum} is below the minimum {self.minimum}")


def terms(params: Params) -> OwnAmount:
    """The percentage and its bounds."""
    return OwnAmount(
        Fraction(params.percent) / 100,
        Fraction(params.fixed),
        Fraction(params.free),
        Fraction(params.minimum),
        None if params.maximum is None else Fraction(params.maximum),
    )


def price(quantity: Fraction, params: Params) -> Priced:
    """The price of one transaction that moves the money `quantity`."""
    return terms(params).price(quantity)


@dataclass(frozen=True, slots=True)
class FirstOnes:
    """The first transactions of a period are free, until the first of two limits (None: no such) is reached.

    `transactions` counts them, whatever they move; `volume` is what they move together.
    """

    transactions: int | None = None
    volume: Decimal | None = None

    def __post_init__(self) -> None:
        refuse_below_zero({"free volume": self.volume})
        if self.transactions is not None and self.transactions < 0:
            raise ValueError(f"the number of free transactions is not negative: {self.transactions}")


NONE_FREE = FirstOnes()


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


def free_part(of: Totals, first: FirstOnes) -> Free:
    """How much is free. Raises ValueError if `running` does not tell what the free transactions moved."""
    limit = of.transactions if first.transactions is None else first.transactions
    most = None if first.volume is None else Fraction(first.volume)
    if first.transactions is None and most is None:
        return Free(0, Fraction(0))
    if limit >= of.transactions and (most is None or of.volume <= most):
        return Free(of.transactions, of.volume)
    inside = [*takewhile(lambda volume: most is None or volume <= most, of.running[:limit])]
    if len(inside) == limit:
        return Free(limit, inside[-1] if inside else Fraction(0))
    if most is None:
        raise ValueError(f"the volume of the first {limit} transactions is not known")
    return Free(len(inside), most)


def price_of_totals(of: Totals, params: Params, first: FirstOnes = NONE_FREE) -> Priced:
    """The exact amount; one part. Raises ValueError for what has to be known of each transaction."""
    if params.free or params.minimum or params.maximum is not None:
        raise ValueError("the free part, minimum and maximum of a transaction need every transaction")
    free = free_part(of, first)
    charged = of.volume - free.volume
    fixed = (of.transactions - free.transactions) * Fraction(params.fixed)
    return priced(Part(1, charged, charged * Fraction(params.percent) / 100 + fixed))


def price_in_order(volumes: Sequence[Fraction], params: Params, first: FirstOnes = NONE_FREE) -> Priced:
    """The exact amount; one part for each charged transaction, numbered from 1 by its place."""
    running = tuple(accumulate(volumes))
    free = free_part(Totals(sum(volumes, Fraction(0)), len(volumes), running), first)
    parts = []
    for number, volume in enumerate(volumes, 1):
        if number <= free.transactions:
            continue
        begins = running[number - 1] - volume
        charged = volume - max(Fraction(0), free.volume - begins)
        parts.append(Part(number, charged, price(charged, params).amount))
    return priced(*parts)
