"""A price book as a value: bundles of plans, plans of fees and usage charges, decks, calendars and taxes.

The same value is read from a YAML file and from the database; billing, rating, simulation see nothing else.
A published book never changes, so everything here is frozen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from enum import StrEnum

from jetbill.kernel.promotions import Promotion, Referral
from jetbill.kernel.units import Unit


class Timing(StrEnum):
    """When a recurring fee is billed: at the start of the period it covers, or after its end."""

    ADVANCE = "advance"
    ARREARS = "arrears"


class Alignment(StrEnum):
    """Where the periods of a fee begin."""

    BILL_DAY = "bill_day"
    ANNIVERSARY = "anniversary"
    CALENDAR = "calendar"


class Prorate(StrEnum):
    """How a part of a period is charged."""

    NONE = "none"
    DAYS = "days"
    FIXED_30 = "fixed_30"
    SECONDS = "seconds"


class Span(StrEnum):
    """The unit of a fee's period."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Every:
    """Every `count` spans: (1, MONTH) is monthly, (12, MONTH) yearly."""

    count: int
    span: Span


@dataclass(frozen=True, slots=True)
class Proration:
    """One rule per kind of change."""

    start: Prorate = Prorate.DAYS
    end: Prorate = Prorate.DAYS
    quantity: Prorate = Prorate.DAYS
    plan: Prorate = Prorate.DAYS
    pause: Prorate = Prorate.DAYS
    bill_day: Prorate = Prorate.DAYS


@dataclass(frozen=True, slots=True)
class Phase:
    """A price that holds at first, for as long as `lasts`: nothing for 13 days, 9.90 for 3 months."""

    price: Decimal
    lasts: Every


@dataclass(frozen=True, slots=True)
class Fee:
    """A recurring price; with `every` None a one-off one, charged when the subscriber's plan starts.

    `phases` come first, one after the other from the day on which the plan is taken; then `price` holds.
    """

    code: str
    name: str
    price: Decimal
    every: Every | None
    product: str
    tax_class: str
    timing: Timing = Timing.ADVANCE
    alignment: Alignment = Alignment.BILL_DAY
    proration: Proration = Proration()
    phases: tuple[Phase, ...] = ()


class MeterKind(StrEnum):
    """What is read off a usage record."""

    OCTETS_IN = "octets_in"
    OCTETS_OUT = "octets_out"
    OCTETS = "octets"
    SECONDS = "seconds"
    RECORDS = "records"
    QUANTITY = "quantity"


class ServiceClass(StrEnum):
    """The kind of usage a record is."""

    DATA = "data"
    VOICE = "voice"
    MESSAGE = "message"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which records a charge serves; an empty field does not narrow. `attributes`: name -> allowed values."""

    service_class: ServiceClass | None = None
    direction: str | None = None
    time_classes: tuple[str, ...] = ()
    attributes: tuple[tuple[str, tuple[str, ...]], ...] = ()


class Tempo(StrEnum):
    """Priced record by record, or on the total of a period."""

    RECORD = "record"
    PERIOD = "period"


class RoundingMode(StrEnum):
    """Named roundings; all are symmetric about zero."""

    HALF_UP = "half_up"
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class ChargeRounding:
    """Round each record's amount to `record_digits` decimals (None: only the invoice line is rounded)."""

    record_digits: int | None = None
    mode: RoundingMode = RoundingMode.HALF_UP


@dataclass(frozen=True, slots=True)
class Commitment:
    """The least and the most that a period costs; None: no such bound."""

    minimum: Decimal | None = None
    maximum: Decimal | None = None

    def __post_init__(self) -> None:
        for bound in (self.minimum, self.maximum):
            if bound is not None and bound < 0:
                raise ValueError(f"a commitment is not negative: {bound}")
        if self.minimum is not None and self.maximum is not None and self.maximum < self.minimum:
            raise ValueError(f"the maximum {self.maximum} is below the minimum {self.minimum}")

    def __bool__(self) -> bool:
        """Whether it bounds anything."""
        return self.minimum is not None or self.maximum is not None


@dataclass(frozen=True, slots=True)
class UsageCharge:
    """Meter + selection + charge model: how measured use becomes money.

    `params` is the params dataclass of the charge model `model` (see `kernel.charge_models`); `deck` names
    the rate deck of a deck charge. With `split` a record that crosses a time class is cut there, otherwise
    its start decides; billing-period boundaries always cut. `commitment` is the least and the most that it
    costs a subscription in a period.
    """

    code: str
    name: str
    meter: MeterKind
    unit: Unit
    model: str
    params: object
    tempo: Tempo
    product: str
    tax_class: str
    selection: Selection = Selection()
    deck: str | None = None
    calendar: str | None = None
    split: bool = True
    per_service: bool = False
    rounding: ChargeRounding = ChargeRounding()
    itemised: bool = False
    commitment: Commitment = Commitment()


@dataclass(frozen=True, slots=True)
class Plan:
    """What a subscriber takes: he pays exactly one of the recurring `fees` plus every one-off one."""

    code: str
    name: str
    fees: tuple[Fee, ...] = ()
    charges: tuple[UsageCharge, ...] = ()
    is_active: bool = True


class Offer(StrEnum):
    """How a bundle offers a plan."""

    LOCKED = "locked"
    RADIO = "radio"
    CHECKBOX = "checkbox"


@dataclass(frozen=True, slots=True)
class PlanOffer:
    """A plan inside a bundle; plans of one `group` with offer RADIO exclude each other."""

    plan: str
    offer: Offer = Offer.LOCKED
    group: str = ""
    is_selected: bool = True
    max_instances: int = 1


@dataclass(frozen=True, slots=True)
class Bundle:
    """What is sold together."""

    code: str
    name: str
    offers: tuple[PlanOffer, ...]
    is_staff_only: bool = False
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """Local wall time [start, end) on the given weekdays (0 = Monday) or, with `on_holidays`, on holidays."""

    weekdays: frozenset[int]
    start: time
    end: time | None
    on_holidays: bool = False


@dataclass(frozen=True, slots=True)
class TimeClass:
    """A named class of time, such as peak; the first class of a calendar with a fitting window holds."""

    code: str
    name: str
    windows: tuple[TimeWindow, ...]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Time classes in order of precedence; whatever fits none is `rest`. `zone` None: the realm's."""

    code: str
    classes: tuple[TimeClass, ...]
    rest: str = "rest"
    zone: str | None = None
    holidays: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class DeckRate:
    """One row of a rate deck. Prices in the book's currency; `per_minute` per 60 s.

    `prefix` digits of the called number, longest wins; `from_prefix` of the calling number narrows.
    `effective` first local day of validity (a later row of the same prefix ends this one). `destination`
    is the rate class printed on the invoice; a blocked destination is never rated.
    """

    prefix: str
    destination: str
    per_minute: Decimal
    connect_fee: Decimal = Decimal(0)
    minimum_s: int = 0
    first_s: int = 1
    next_s: int = 1
    effective: date = date.min
    from_prefix: str = ""
    is_blocked: bool = False


@dataclass(frozen=True, slots=True)
class RateDeck:
    """A table prefix -> rate, loaded from CSV beside the book."""

    code: str
    name: str
    rates: tuple[DeckRate, ...]


@dataclass(frozen=True, slots=True)
class TaxRate:
    """A tax class from a day on. `category` is the EN 16931 code (S, Z, E, AE, O); `percent` per hundred."""

    tax_class: str
    category: str
    percent: Decimal
    effective: date = date.min
    name: str = "VAT"
    country: str = ""


class Applies(StrEnum):
    """Whom a published version reaches."""

    NEW = "new"
    EVERYBODY = "everybody"
    NEXT_PERIOD = "next_period"


@dataclass(frozen=True, slots=True)
class PriceBook:
    """One version of a realm's price book; it holds from local day `effective` for whom `applies` says."""

    code: str
    name: str
    currency: str
    bundles: Mapping[str, Bundle]
    plans: Mapping[str, Plan]
    taxes: tuple[TaxRate, ...] = ()
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    decks: Mapping[str, RateDeck] = field(default_factory=dict)
    promotions: Mapping[str, Promotion] = field(default_factory=dict)
    referral: Referral | None = None
    prices_include_tax: bool = False
    version: int = 0
    effective: date = date.min
    applies: Applies = Applies.EVERYBODY
