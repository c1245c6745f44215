"""What a charge model returns, and how its params describe themselves to pages, YAML and the JSON Schema."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Measure(StrEnum):
    """What a number in a params dataclass is: a page picks the input and the suffix by it."""

    MONEY = "money"
    QUANTITY = "quantity"
    PRICE = "price"  # money per unit of the charge
    PERCENT = "percent"
    COUNT = "count"
    SECONDS = "seconds"
    CHOICE = "choice"
    ROWS = "rows"
    TEXT = "text"


def entry(label: str, measure: Measure, text: str = "") -> Mapping[str, str]:
    """Metadata of a params field: `field(metadata=entry("Price", Measure.PRICE, "Of one unit."))`."""
    return {"label": label, "unit": measure.value, "help": text}


@dataclass(frozen=True, slots=True)
class Part:
    """What one band (numbered from 1) was charged: `quantity` units, packages or blocks; `amount` exact."""

    band: int
    quantity: Fraction
    amount: Fraction


@dataclass(frozen=True, slots=True)
class Priced:
    """An exact amount and the bands it is made of, in order; the parts sum to the amount."""

    amount: Fraction
    parts: tuple[Part, ...] = ()


def priced(*parts: Part) -> Priced:
    """The sum of parts."""
    return Priced(sum((part.amount for part in parts), Fraction(0)), parts)


def at_most(part: Part, cap: Fraction | None) -> Part:
    """`part` with an amount of at most `cap`."""
    if cap is None or part.amount <= cap:
        return part
    return Part(part.band, part.quantity, cap)
