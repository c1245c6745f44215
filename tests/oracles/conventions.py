"""What is only a peer's way of writing: cents, inclusive ends, nine decimals, names. No rule lives here."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from typing import Any

from jetbill.kernel.book import Alignment, Timing
from jetbill.kernel.charge_models import graduated, graduated_percentage, volume
from jetbill.kernel.money import rounded
from jetbill.kernel.periods import Period, anniversary, duration
from tests.oracles.reading import Given, instant_of

NOW = datetime(2000, 1, 1, tzinfo=UTC)  # any moment: the files write times from now
EUR = "EUR"  # any currency of two decimals: the files say cents without naming one
MODES = {"advance": Timing.ADVANCE, "arrears": Timing.ARREARS}
ALIGNMENTS = {"calendar": Alignment.CALENDAR, "anniversary": Alignment.ANNIVERSARY}


def from_cents(cents: Decimal) -> Decimal:
    return cents.scaleb(-2)


def to_cents(amount: Decimal) -> Decimal:
    return amount.scaleb(2)


def all_from_cents(cents: Any) -> tuple[Decimal, ...]:
    return tuple(from_cents(Decimal(one)) for one in cents)


def all_to_cents(amounts: Any) -> list[Decimal]:
    return [to_cents(amount) for amount in amounts]


def offset(text: str | None) -> datetime | None:
    """An instant written as the time from now, such as +P10D or -P1Y."""
    if text is None:
        return None
    sign, period = text[0], text[1:]
    day = anniversary(NOW.date(), duration(period)).boundary({"+": 1, "-": -1}[sign])
    return datetime.combine(day, NOW.timetz())


def exact_cents(amounts: tuple[Fraction, ...]) -> list[Fraction]:
    """Cents with fractions, where nothing is rounded."""
    return [amount * 100 for amount in amounts]


def nine_decimals(exact: Fraction) -> Decimal:
    return rounded(exact, 9)


def added_at_nine_decimals(parts: tuple[Fraction, ...]) -> Decimal:
    """The peer rounds each fraction before it adds them."""
    return sum(map(nine_decimals, parts), Decimal(0))


def day_after(last: date) -> date:
    """The exclusive end of a span that a file ends inclusively."""
    return last + timedelta(days=1)


def last_second(end: datetime) -> datetime:
    """The inclusive end, in seconds, of a half-open span of instants."""
    return end - timedelta(seconds=1)


def running_count(made: tuple[bool, ...]) -> list[int]:
    return list(accumulate(map(int, made)))


def period(given: Given, name: str) -> Period:
    first, end = given.pair(name)
    return Period(date.fromisoformat(first), date.fromisoformat(end))


def graduated_bands(rows: list[Given]) -> graduated.Params:
    """Tiers as the files write them: up_to, unit, flat, cap."""
    return graduated.Params(
        tuple(
            graduated.Band(
                row.number("up_to", None),
                row.number("unit", Decimal(0)),
                row.number("flat", Decimal(0)),
                row.number("cap", None),
            )
            for row in rows
        )
    )


def volume_bands(rows: list[Given]) -> volume.Params:
    """Tiers of volume pricing: up_to, unit, flat."""
    return volume.Params(
        tuple(
            volume.Band(
                row.number("up_to", None), row.number("unit", Decimal(0)), row.number("flat", Decimal(0))
            )
            for row in rows
        )
    )


def percentage_bands(rows: list[Given]) -> graduated_percentage.Params:
    """Tiers of graduated percentages: up_to, rate, flat."""
    return graduated_percentage.Params(
        tuple(
            graduated_percentage.Band(
                row.number("up_to", None), row.number("rate", Decimal(0)), row.number("flat", Decimal(0))
            )
            for row in rows
        )
    )


def instants(given: Given, name: str) -> tuple[datetime, datetime]:
    first, end = given.pair(name)
    return instant_of(first), instant_of(end)


def with_gigawords(octets: int, gigawords: int) -> int:
    """A counter that RADIUS tells in two numbers of 32 bits."""
    return gigawords * 2**32 + octets


def exact(number: Decimal) -> Fraction:
    return Fraction(number)
