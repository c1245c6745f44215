"""Lines on their way to a bill: proposed, invoiced before, and new; told apart by what they charge.

Two lines charge the same thing if subscription, component, start of the period and rate class agree; the end
may move, and then one repairs the other.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from jetbill.kernel.charge_models.form import Part


class Key(NamedTuple):
    """What a line charges. `component` is "<slot>:<fee or charge code>", or "one_off:<id>"."""

    subscription: int
    component: str
    period_start: date
    period_end: date
    rate_class: str = ""


class Group(NamedTuple):
    """A key without its end: lines of one group are set off against each other."""

    subscription: int
    component: str
    period_start: date
    rate_class: str


def group(key: Key) -> Group:
    """The group that a key belongs to."""
    return Group(key[0], key[1], key[2], key[4])


def code_of(component: str) -> str:
    """The code of the fee or charge, or the id of the one-off line, that a component is of."""
    return component.partition(":")[2].partition("/")[0]


def is_minimum(key: Key) -> bool:
    """Whether the line of a commitment tops up, and does not give back."""
    return key.component.endswith(MINIMUM)


class LineKind(StrEnum):
    """Where a line comes from."""

    FEE = "fee"
    SETUP = "setup"
    USAGE = "usage"
    COMMITMENT = "commitment"
    ONE_OFF = "one_off"
    DISCOUNT = "discount"
    GOODWILL = "goodwill"
    CREDIT = "credit"


MINIMUM, MAXIMUM = "/minimum", "/maximum"
"""Behind the component of a charge: what tops it up to the minimum, or gives back above the maximum."""
CREDITED = "/credit"
"""What a person gave back of a line has the key of that line, with this behind the component. It is set off
against nothing; the line counts as that much less when a repair would give back of it once more."""


@dataclass(frozen=True, slots=True)
class Item:
    """What is sold, as the line remembers it: product, tax, and where the price comes from.

    `category` and `percent` are those of EN 16931; `reason` is printed for an exemption. `unit` is empty for
    pieces; `unit_price` is None where there is no single one.
    """

    kind: LineKind
    name: str
    product: str
    tax_class: str
    category: str
    percent: Decimal
    reason: str = ""
    plan: str = ""
    book: str = ""
    version: int = 0
    unit_price: Decimal | None = None
    unit: str = ""


class Share(NamedTuple):
    """Charged days of the days of the whole period: 21 of 31."""

    days: int
    whole: int


@dataclass(frozen=True, slots=True)
class Measured:
    """How a usage line was measured: records, priced parts (bands) in order, and `used` base units."""

    records: int = 0
    parts: tuple[Part, ...] = ()
    generation: int = 0
    used: Fraction | None = None


class ProposedLine(NamedTuple):
    """What ought to be charged for `key` in all; `quantity` counts pieces or units of the item."""

    key: Key
    item: Item
    amount: Decimal
    quantity: Decimal | Fraction = Decimal(1)
    share: Share | None = None
    measured: Measured | None = None


class InvoicedSum(NamedTuple):
    """What was issued for `key` so far, credit notes and adjustments included, in `lines` lines.

    `item` is that of the line issued first. `used` is the measured use of the newest line, if it was priced
    on the total: while it stays the same, so does the price. None has it priced again.
    """

    key: Key
    item: Item
    amount: Decimal
    lines: int = 1
    used: Fraction | None = None


class NewLine(NamedTuple):
    """A line of the new bill. (key, revision) is unique: revision counts the earlier lines of the key.

    `repairs` is the key of the issued line that this one adjusts, None for a line of its own. `start` to
    `end` are the days to print: of an adjustment those that changed.
    """

    key: Key
    revision: int
    item: Item
    amount: Decimal
    quantity: Decimal | Fraction
    start: date
    end: date
    share: Share | None = None
    measured: Measured | None = None
    repairs: Key | None = None
