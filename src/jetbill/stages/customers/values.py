"""What is handed in to make customers and subscriptions, in batches: values without ids of the database."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from jetbill.kernel.terms import OneOffKind, PlanChoice


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """`lines` hold what stands above the city; `country` is ISO 3166 alpha-2."""

    lines: tuple[str, ...] = ()
    city: str = ""
    postcode: str = ""
    region: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """A customer to create; `parent` is the number of the customer who pays for it."""

    number: str
    name: str
    currency: str
    email: str = ""
    contact: str = ""
    phone: str = ""
    address: PostalAddress = PostalAddress()
    is_company: bool = False
    language: str = "en"
    zone: str = ""
    bill_day: int = 1
    payment_days: int = 14
    delivery: str = "email"
    tax_id: str = ""
    tax_exempt: tuple[tuple[str, str], ...] = ()
    parent: str = ""
    billed_through: date | None = None


@dataclass(frozen=True, slots=True)
class NewService:
    """A service with the logins, numbers or SIMs that name it in usage from the subscription's start on."""

    name: str
    service_class: str
    identifiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewSubscription:
    """`customer` takes `bundle` of `book` from day `start` with the chosen plans and fees."""

    customer: str
    book: str
    bundle: str
    start: date
    choices: tuple[PlanChoice, ...]
    services: tuple[NewService, ...] = ()
    label: str = ""
    billed_through: date | None = None


@dataclass(frozen=True, slots=True)
class NewOneOff:
    """A single line for `customer`; the same (`source`, `source_id`) is taken in once."""

    customer: str
    on: date
    text: str
    amount: Decimal
    quantity: Decimal = Decimal(1)
    kind: OneOffKind = OneOffKind.CHARGE
    product: str = ""
    tax_class: str = "standard"
    source: str = ""
    source_id: str = ""
    subscription: str = ""


@dataclass(frozen=True, slots=True)
class NewDiscount:
    """`percent` off for `customer` on what begins in [start, end), or `amount` off every recurring fee of it.

    `months` instead of `end`: so many from bill day to bill day, from the first period that has it on.
    `subscription` is a label or a bundle. Empty subscription, product and plans mean all of them. The same
    (`source`, `source_id`) is taken in once.
    """

    customer: str
    percent: Decimal
    text: str
    start: date
    end: date | None = None
    subscription: str = ""
    product: str = ""
    amount: Decimal = Decimal(0)
    plans: tuple[str, ...] = ()
    months: int | None = None
    rank: int = 0
    source: str = ""
    source_id: str = ""


@dataclass(frozen=True, slots=True)
class NewBillCredit:
    """`amount` off the bills of `customer` from day `on` until it is used up, in each of so many `months`."""

    customer: str
    amount: Decimal
    text: str
    on: date
    months: int = 1
    source: str = ""
    source_id: str = ""


@dataclass(frozen=True, slots=True)
class NewRedemption:
    """`customer` redeems the coupon `code` on day `on`, for one subscription (label or bundle) or for all.

    `book` "": one of the books of his subscriptions.
    """

    customer: str
    code: str
    on: date
    book: str = ""
    subscription: str = ""


@dataclass(frozen=True, slots=True)
class NewNumber:
    """`identifier` belongs to the service called `service` of `customer` from `start` until `end`."""

    customer: str
    service: str
    identifier: str
    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class OpeningBalance:
    """What `customer` owes (positive) or has in credit (negative) on day `on`, from before Jet."""

    customer: str
    on: date
    amount: Decimal
    text: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What a batch did: how many were made, and which were there already."""

    made: int
    known: Sequence[str] = field(default_factory=tuple)
