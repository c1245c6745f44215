"""What `jet bench rating` rates: 50,000 nested prefixes, 50,000 accounts in 64 shares, a month of usage."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, time
from decimal import Decimal

import numpy as np

from jetbill.kernel.book import (
    Bundle,
    Calendar,
    ChargeRounding,
    DeckRate,
    MeterKind,
    Plan,
    PlanOffer,
    PriceBook,
    RateDeck,
    Selection,
    ServiceClass,
    TaxRate,
    Tempo,
    TimeClass,
    TimeWindow,
    UsageCharge,
)
from jetbill.kernel.charge_models import per_unit
from jetbill.kernel.decks import encode_number
from jetbill.kernel.rating.batch import Batch, batch
from jetbill.kernel.rating.charges import SERVICE_CLASSES
from jetbill.kernel.rating.compiled import CompiledBooks
from jetbill.kernel.rating.segments import Customer
from jetbill.kernel.rating.timeline import Owners, ServiceSpan, Timeline, lay_out
from jetbill.kernel.terms import CustomerTerms, Happening, HappeningKind, PlanChoice, SubscriptionTerms
from jetbill.kernel.units import unit

PREFIXES = 50_000
ACCOUNTS = 50_000
SHARES = 64
FIRST = 1_772_323_200
"""1 March 2026, UTC: a month in which the clocks change."""
DAY = 86_400
HORIZON = (FIRST - DAY, FIRST + 40 * DAY)
ZONES = ("Europe/Vienna", "Europe/London", "America/New_York")
STEPS = ((60, 1), (1, 1), (60, 60), (30, 6))


def deck(count: int = PREFIXES) -> RateDeck:
    """Prefixes of one to nine digits, many inside each other, every one with a price of its own."""
    chance = np.random.default_rng(8)
    found: dict[str, None] = {}
    while len(found) < count:
        length = int(chance.integers(1, 10))
        found[str(int(chance.integers(10 ** (length - 1), 10**length)))] = None
    rates = []
    for number, prefix in enumerate(sorted(found)):
        first_s, next_s = STEPS[number % 4]
        rates.append(
            DeckRate(
                prefix,
                f"zone {number % 300}",
                Decimal(int(chance.integers(10_000, 900_000))).scaleb(-6),
                Decimal("0.05") if number % 3 == 0 else Decimal(0),
                first_s=first_s,
                next_s=next_s,
            )
        )
    return RateDeck("world", "World", tuple(rates))


def book(rates: RateDeck) -> PriceBook:
    """One plan: calls by deck rounded to four decimals each, data per GB by time class."""
    peak = TimeWindow(frozenset(range(5)), time(8), time(20))
    holidays = frozenset({date(2026, 3, 19), date(2026, 4, 3), date(2026, 4, 6)})
    times = Calendar("times", (TimeClass("peak", "Peak", (peak,)),), holidays=holidays)
    data = UsageCharge(
        code="data",
        name="Data",
        meter=MeterKind.OCTETS,
        unit=unit("GB"),
        model="per_unit",
        params=per_unit.Params(Decimal("0.10")),
        tempo=Tempo.RECORD,
        product="data",
        tax_class="standard",
        selection=Selection(ServiceClass.DATA),
        calendar="times",
    )
    voice = UsageCharge(
        code="calls",
        name="Calls",
        meter=MeterKind.SECONDS,
        unit=unit("min"),
        model="deck",
        params=None,
        tempo=Tempo.RECORD,
        product="voice",
        tax_class="standard",
        selection=Selection(ServiceClass.VOICE),
        deck="world",
        rounding=ChargeRounding(4),
    )
    plan = Plan("all", "All", charges=(data, voice))
    return PriceBook(
        "book", "Book", "EUR", {}, {"all": plan}, calendars={"times": times}, decks={"world": rates}
    )


def sold(priced: PriceBook) -> PriceBook:
    """The book with what a catalogue needs to sell it: a bundle and a tax."""
    bundle = Bundle("all", "All", (PlanOffer("all"),))
    return replace(priced, bundles={"all": bundle}, taxes=(TaxRate("standard", "S", Decimal(20)),))


def called_numbers(rates: RateDeck, count: int = 20_000) -> list[int]:
    """Encoded numbers that the deck knows, spread over its prefixes."""
    chosen = np.random.default_rng(10).integers(0, len(rates.rates), count)
    return [encode_number(rates.rates[place].prefix + "123456") for place in chosen.tolist()]


def timelines(books: CompiledBooks) -> list[Timeline]:
    """The accounts, share by share; account n has identifier n."""
    start = (Happening(date(2025, 1, 11), HappeningKind.START, (PlanChoice("all"),)),)
    found = []
    for share in range(SHARES):
        accounts = range(share, ACCOUNTS, SHARES)
        customers = [
            Customer(
                CustomerTerms(n, str(n), ZONES[n % 3], "EUR", 1 + n % 28),
                [SubscriptionTerms(n, n, "book", "", start)],
            )
            for n in accounts
        ]
        found.append(lay_out(Owners([ServiceSpan(n, 0, None, n, n) for n in accounts], customers), books))
    return found


@dataclass(frozen=True, slots=True)
class Traffic:
    """Batches of a kind of usage, one for each share, records in the order of time."""

    batches: tuple[Batch, ...]

    @property
    def n(self) -> int:
        """All records."""
        return sum(each.shape[1] for each in self.batches)


def traffic(kind: ServiceClass, n: int, rates: RateDeck) -> Traffic:
    """`n` calls of two minutes on average, or data records of 5 to 30 minutes."""
    return Traffic(tuple(_batches(kind, n // SHARES, rates)))


def _batches(kind: ServiceClass, size: int, rates: RateDeck) -> Iterator[Batch]:
    chance = np.random.default_rng(9)
    none = np.zeros(size, np.int64)
    prefixes = np.array([int(rate.prefix) for rate in rates.rates])
    lengths = np.array([len(rate.prefix) for rate in rates.rates])
    for share in range(SHARES):
        is_call = kind is ServiceClass.VOICE
        chosen = chance.integers(0, len(rates.rates), size)
        number = prefixes[chosen] * 10**6 + chance.integers(0, 10**6, size)
        length = lengths[chosen] + 6
        called = number * 10 ** (15 - length) * 16 + length
        yield batch(
            {
                "identifier": share + SHARES * chance.integers(0, ACCOUNTS // SHARES, size),
                "started_s": np.sort(FIRST + chance.integers(0, 31 * DAY, size)),
                "duration_s": (
                    chance.exponential(120, size) if is_call else chance.integers(300, 1800, size)
                ),
                "octets_in": none if is_call else chance.integers(0, 10**8, size),
                "octets_out": none if is_call else chance.integers(0, 10**9, size),
                "quantity": none,
                "party": none,
                "counterparty": called if is_call else none,
                "service_class": SERVICE_CLASSES.index(kind),
                "direction": 0,
                "source_row": 1,
            }
        )
