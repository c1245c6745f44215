"""What a story is made of: a provider, its price books, people, and what is told of them on which day.

Each telling has two days: the one it is dated, inside the value, and the one on which the provider learns of
it (`known`); a bill run knows only what was told by its day.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from jetbill.kernel.book import PriceBook, ServiceClass
from jetbill.kernel.proposal import Policy
from jetbill.kernel.terms import BillDayChange, CustomerTerms, Discount, Happening, OneOff


@dataclass(frozen=True, slots=True)
class Provider:
    """The realm of a story."""

    name: str = "North"
    zone: str = "Europe/Vienna"
    policy: Policy = field(default_factory=Policy)


@dataclass(frozen=True, slots=True)
class Person:
    """A customer; `name` is how the story calls him."""

    name: str
    terms: CustomerTerms


@dataclass(frozen=True, slots=True)
class Happens:
    """A happening of subscription `subscription` of price book `book`."""

    subscription: int
    book: str
    bundle: str
    label: str
    happening: Happening


@dataclass(frozen=True, slots=True)
class Uses:
    """One usage record: it starts at instant `start_s` (UTC seconds) and local day `on` of the customer.

    `subscription` None: the first one with a charge for it. `called` and `calling` are numbers, digits only.
    """

    on: date
    start_s: int
    service_class: ServiceClass
    octets: int = 0
    duration_s: int = 0
    quantity: int = 0
    called: str = ""
    calling: str = ""
    direction: str = "out"
    subscription: int | None = None
    service: int = 0


@dataclass(frozen=True, slots=True)
class Pays:
    """A payment, or with a negative amount one that was taken back."""

    on: date
    amount: Decimal


Gives = OneOff | Discount | BillDayChange
"""Terms that belong to the customer rather than to a subscription."""


@dataclass(frozen=True, slots=True)
class Told:
    """`what` of customer `person`, known to the provider on day `known`."""

    known: date
    person: str
    what: Happens | Uses | Pays | OneOff | Discount | BillDayChange


@dataclass(frozen=True, slots=True)
class Story:
    """A whole timeline; bills are run on `runs`, for every person."""

    provider: Provider
    books: tuple[PriceBook, ...]
    people: tuple[Person, ...]
    told: tuple[Told, ...]
    runs: tuple[date, ...]
    published: tuple[date, ...] = ()
    """The day on which each of `books` is published; empty: all from the beginning."""
