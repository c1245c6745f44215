"""What a customer agreed to, as values: the terms of a customer and the dated life of his subscriptions.

Stages read them from tables, stories from YAML; proposal and rating know nothing else about customers.
All days are local days of the customer's zone and half open: a change on day D holds from the start of D.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class CustomerTerms:
    """`bill_day` 1..31 is the intended day, 0 means anniversary: each subscription keeps its own start day.

    `tax_exempt` names tax classes ("*" all) with the reason printed on the invoice. Nothing before
    `billed_through` (exclusive end of what an earlier system billed) is ever proposed.
    """

    id: int
    number: str
    zone: str
    currency: str
    bill_day: int
    country: str = ""
    payment_days: int = 14
    tax_exempt: tuple[tuple[str, str], ...] = ()
    billed_through: date | None = None


class HappeningKind(StrEnum):
    """Dated changes that billing must know."""

    START = "start"
    PLAN = "plan"
    FEE = "fee"
    QUANTITY = "quantity"
    PAUSE = "pause"
    RESUME = "resume"
    END = "end"


@dataclass(frozen=True, slots=True)
class PlanChoice:
    """A chosen plan of a bundle with the one recurring fee taken ("" if the plan has none)."""

    plan: str
    fee: str = ""
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Happening:
    """From day `on`. START carries all `choices`; PLAN replaces choice `slot` (or adds one); FEE and QUANTITY
    change one choice; PAUSE, RESUME, END carry none. QUANTITY 0 gives a choice up.
    Several on one day: the last of `sequence` holds."""

    on: date
    kind: HappeningKind
    choices: tuple[PlanChoice, ...] = ()
    slot: int = 0
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class SubscriptionTerms:
    """One subscription: `bundle` of price book `book`, and its happenings in (on, sequence) order."""

    id: int
    customer: int
    book: str
    bundle: str
    happenings: tuple[Happening, ...]
    label: str = ""
    billed_through: date | None = None


@dataclass(frozen=True, slots=True)
class BillDayChange:
    """From day `on` the customer's intended bill day is `bill_day`."""

    on: date
    bill_day: int


class OneOffKind(StrEnum):
    """A single line that is not in the book."""

    CHARGE = "charge"
    DISCOUNT = "discount"
    GOODWILL = "goodwill"


@dataclass(frozen=True, slots=True)
class OneOff:
    """One line on day `on`: `amount` per piece (net, or gross if the book's prices include tax), signed.

    A DISCOUNT is given off the next bills until it is used up, never below nothing. GOODWILL of a
    subscription belongs to its fee of that day: what was given is not given back a second time.
    """

    id: int
    customer: int
    on: date
    text: str
    amount: Decimal
    quantity: Decimal = Decimal(1)
    kind: OneOffKind = OneOffKind.CHARGE
    product: str = ""
    tax_class: str = "standard"
    subscription: int | None = None


@dataclass(frozen=True, slots=True)
class Discount:
    """`percent` off every line whose period begins in [start, end), or `amount` off every fee of it.

    Of one subscription (None: of all), one product ("": of all) and some `plans` (none: of all). An amount is
    for a whole period, a line for a part of one has its share of it, and none goes below 0. Several are taken
    one after the other, each off what the ones before left: by `rank`, then in the order of their ids.
    """

    id: int
    customer: int
    start: date
    end: date | None
    percent: Decimal
    text: str
    subscription: int | None = None
    product: str = ""
    amount: Decimal = Decimal(0)
    plans: tuple[str, ...] = ()
    rank: int = 0
