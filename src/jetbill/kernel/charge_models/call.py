"""Call: connect fee once, then time in started steps, exact over the whole call and never rounded per step.

Per record. The compiled rating is proved equal to this. 90 s at 0.60 a minute in steps of 60/1 with a connect
fee of 0.05 are 0.05 + 0.90 = 0.95.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import ceil

from jetbill.kernel.charge_models.form import Measure, Part, Priced, entry, priced

KIND = "call"


@dataclass(frozen=True, slots=True)
class Params:
    """A price per minute, charged in a first and then in further steps."""

    per_minute: Decimal = field(metadata=entry("Price per minute", Measure.MONEY))
    connect_fee: Decimal = field(default=Decimal(0), metadata=entry("Connect fee", Measure.MONEY))
    minimum_s: int = field(
        default=0, metadata=entry("At least", Measure.SECONDS, "A shorter call counts as long as this.")
    )
    first_s: int = field(default=1, metadata=entry("First step", Measure.SECONDS))
    next_s: int = field(default=1, metadata=entry("Further steps", Measure.SECONDS))
    free_s: int = field(
        default=0,
        metadata=entry(
            "Free", Measure.SECONDS, "Taken off the charged time; a call within it costs nothing."
        ),
    )
    minimum: Decimal = field(
        default=Decimal(0), metadata=entry("Minimum", Measure.MONEY, "Of a charged call.")
    )
    maximum: Decimal | None = field(default=None, metadata=entry("Maximum", Measure.MONEY, "Of a call."))

    def __post_init__(self) -> None:
        if self.first_s < 1 or self.next_s < 1:
            raise ValueError("the steps of a call are at least 1 second")
        if self.minimum_s < 0 or self.free_s < 0:
            raise ValueError("seconds of a call are not negative")
        if self.maximum is not None and self.maximum < self.minimum:
            raise ValueError(f"the maximum {self.maximum} is below the minimum {self.minimum}")


@dataclass(frozen=True, slots=True)
class Rate:
    """From position `start` of the call on: `price` per `unit`, in started steps of `step`."""

    start: Fraction
    step: Fraction
    unit: Fraction
    price: Fraction

    def __post_init__(self) -> None:
        if self.step <= 0 or self.unit <= 0:
            raise ValueError("the step and the unit of a rate are above 0")


@dataclass(frozen=True, slots=True)
class Tariff:
    """Connect fee and rates, of which one starts at 0 and no two at the same position."""

    connect_fee: Fraction
    rates: tuple[Rate, ...]

    def __post_init__(self) -> None:
        starts = {rate.start for rate in self.rates}
        if 0 not in starts or len(starts) < len(self.rates):
            raise ValueError("one rate of a tariff starts at 0, and no two at the same position")


@dataclass(frozen=True, slots=True)
class Span:
    """So many seconds (or pieces) of a call under one tariff; a class of time, say."""

    quantity: Fraction
    tariff: Tariff


@dataclass(frozen=True, slots=True)
class Limits:
    """Free units at the beginning, and the least and the most that a charged call costs."""

    free: Fraction = Fraction(0)
    minimum: Fraction = Fraction(0)
    maximum: Fraction | None = None


def tariff(params: Params) -> Tariff:
    """The params of a call as a tariff in seconds."""
    price_of = Fraction(params.per_minute)
    first = Rate(Fraction(0), Fraction(params.first_s), Fraction(60), price_of)
    further = Rate(Fraction(params.first_s), Fraction(params.next_s), Fraction(60), price_of)
    return Tariff(Fraction(params.connect_fee), (first, further))


def billed(spans: Sequence[Span]) -> tuple[Part, ...]:
    """The charged time of each span and rate, in order: a part is (number of the span from 1, time, amount).

    The position runs through the whole call. A started step is charged in full and moves the position, so
    it may run into the next span, which is then charged so much less.
    """
    parts = []
    position = end = Fraction(0)
    for number, span in enumerate(spans, 1):
        end += span.quantity
        while position < end:
            rate, until = _rate_at(span.tariff, position, end)
            time = ceil((until - position) / rate.step) * rate.step
            parts.append(Part(number, time, time * rate.price / rate.unit))
            position += time
    return tuple(parts)


def cost(spans: Sequence[Span], limits: Limits = Limits()) -> Priced:
    """The exact cost of one record. The connect fee is that of the first span, once.

    Free units come off the charged time from its beginning. If they take all of it the call costs nothing,
    and no connect fee either. Part 0 is the connect fee; a last part 0 is what minimum or maximum add.
    """
    if not spans:
        return Priced(Fraction(0))
    time = billed(spans)
    charged = _after_free(time, limits.free)
    if time and not charged:
        return Priced(Fraction(0))
    fee = Part(0, Fraction(1), spans[0].tariff.connect_fee)
    exact = priced(fee, *charged) if fee.amount else priced(*charged)
    bounded = max(exact.amount, limits.minimum)
    if limits.maximum is not None:
        bounded = min(bounded, limits.maximum)
    if bounded == exact.amount:
        return exact
    return priced(*exact.parts, Part(0, Fraction(0), bounded - exact.amount))


def price(quantity: Fraction, params: Params) -> Priced:
    """The exact cost of `quantity` seconds; a call of 0 seconds was not answered and costs nothing."""
    if quantity <= 0:
        return Priced(Fraction(0))
    maximum = None if params.maximum is None else Fraction(params.maximum)
    limits = Limits(Fraction(params.free_s), Fraction(params.minimum), maximum)
    return cost((Span(max(quantity, Fraction(params.minimum_s)), tariff(params)),), limits)


def charged_time(quantity: Fraction, params: Params) -> Fraction:
    """The seconds that are charged of a call before any are free; a call of 0 seconds has none."""
    if quantity <= 0:
        return Fraction(0)
    span = Span(max(quantity, Fraction(params.minimum_s)), tariff(params))
    return sum((part.quantity for part in billed((span,))), Fraction(0))


def _rate_at(of: Tariff, position: Fraction, end: Fraction) -> tuple[Rate, Fraction]:
    """The rate that holds at `position`, and until where."""
    rate = max((rate for rate in of.rates if rate.start <= position), key=lambda rate: rate.start)
    return rate, min([end, *(later.start for later in of.rates if later.start > position)])


def _after_free(time: Sequence[Part], free: Fraction) -> tuple[Part, ...]:
    """The parts that remain to be charged once the first `free` units are taken off."""
    left, parts = free, []
    for part in time:
        taken = min(left, part.quantity)
        left -= taken
        if taken < part.quantity:
            rest = part.quantity - taken
            parts.append(Part(part.band, rest, part.amount * rest / part.quantity))
    return tuple(parts)
