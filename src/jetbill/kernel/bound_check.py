"""Does what is priced per record fit into 64 bits? Rating counts in integers over one denominator per plan.

A price of 25.00 beside one of 10 decimals is 250,000,000,000 units; times the seconds of the longest record
that is too much. So a book that rating could not compile is told here, with the price that is to blame.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from math import lcm
from operator import attrgetter
from typing import Any

from jetbill.kernel.book import MeterKind, Plan, PriceBook, RateDeck, Tempo, UsageCharge
from jetbill.kernel.charge_models import OWN_AMOUNT, matrix
from jetbill.kernel.charge_models.call import Params as CallParams
from jetbill.kernel.charge_models.per_unit import Params as PerUnitParams
from jetbill.kernel.finding import Finding, error

MOST_SECONDS = 2**25
"""The longest record: 388 days."""
MOST_STEP_S = 2**20
"""The longest step in a rate deck: 12 days."""
MOST_PER_MINUTE = 2**61 // (4 * MOST_SECONDS)
"""The largest price of a minute, in units of the denominator of a second."""
MOST_ONCE = 2**60
LEAST_QUANTITY = {
    MeterKind.OCTETS_IN: 2**40,
    MeterKind.OCTETS_OUT: 2**40,
    MeterKind.OCTETS: 2**41,
    MeterKind.SECONDS: MOST_SECONDS,
    MeterKind.RECORDS: 1,
    MeterKind.QUANTITY: 10**14,
}
"""For how much in one record a price must fit at the least, in base units."""
_MEND = "write fewer decimals"


def bound_findings(book: PriceBook) -> Iterator[Finding]:
    """The prices per record that do not fit; a deck is told once, however many plans use it."""
    told: set[str] = set()
    deck_digits = {code: _deck_digits(deck) for code, deck in book.decks.items()}
    for plan in book.plans.values():
        digits = _digits_of(plan, deck_digits)
        for charge in plan.charges:
            deck = book.decks.get(charge.deck or "")
            if deck is not None and deck.code not in told:
                found = list(_deck(deck, digits))
                told.update({deck.code} if found else ())
                yield from found
            if charge.tempo is Tempo.RECORD:
                yield from _charge(charge, f"plans.{plan.code}.charges.{charge.code}.params", digits)


def _digits_of(plan: Plan, deck_digits: dict[str, int]) -> int:
    """The decimals that all prices per record of a plan are brought to."""
    digits = [0]
    for charge in plan.charges:
        if charge.tempo is Tempo.RECORD:
            digits += [_digits(price) for price in _prices(charge).values()]
            digits += [charge.rounding.record_digits or 0, deck_digits.get(charge.deck or "", 0)]
    return max(digits)


def _charge(charge: UsageCharge, path: str, digits: int) -> Iterator[Finding]:
    prices = _prices(charge)
    if charge.model in OWN_AMOUNT:
        yield from _by_amount(charge, path)
        return
    if isinstance(charge.params, matrix.Params):
        yield from _matrix(charge, charge.params, path)
        return
    if isinstance(charge.params, PerUnitParams):
        unit_price = Fraction(charge.params.unit_price) / charge.unit.size
        scale = lcm(unit_price.denominator, 10 ** (charge.rounding.record_digits or 0))
        if abs(unit_price) * scale * LEAST_QUANTITY[charge.meter] > 2**62:
            yield error(f"{path}.unit_price", _too_fine(charge.params.unit_price, digits), _MEND)
        return
    for name, price in prices.items():
        scaled = abs(Fraction(price)) * 10**digits
        if (scaled > MOST_PER_MINUTE) if name == "per_minute" else (scaled * 60 > MOST_ONCE):
            yield error(f"{path}.{name}", _too_fine(price, digits), _MEND)
    if isinstance(charge.params, CallParams):
        for name in ("minimum_s", "first_s", "next_s"):
            if getattr(charge.params, name) > MOST_SECONDS:
                yield error(f"{path}.{name}", _too_long(getattr(charge.params, name)))


def _matrix(charge: UsageCharge, params: matrix.Params, path: str) -> Iterator[Finding]:
    """All prices of a matrix over one denominator."""
    prices = [Fraction(row.unit_price) / charge.unit.size for row in params.rows]
    once = [Fraction(row.fixed) for row in params.rows]
    digits = 10 ** (charge.rounding.record_digits or 0)
    scale = lcm(digits, *(each.denominator for each in (*prices, *once)))
    for number, (price, fixed) in enumerate(zip(prices, once, strict=True), 1):
        if abs(price) * scale * LEAST_QUANTITY[charge.meter] > 2**62 or abs(fixed) * scale > MOST_ONCE:
            told = "beside the finest price of the matrix this does not fit into 64 bits"
            yield error(f"{path}.rows.{number}", told, _MEND)
            return


def _by_amount(charge: UsageCharge, path: str) -> Iterator[Finding]:
    """The percentage on the largest amount, and what is charged once, over one denominator."""
    terms = OWN_AMOUNT[charge.model](charge.params)
    per_unit, once = (
        terms.factor / charge.unit.size,
        (terms.fixed, terms.minimum, terms.maximum or Fraction(0)),
    )
    scale = lcm(per_unit.denominator, *(each.denominator for each in once))
    scale = lcm(scale, 10 ** (charge.rounding.record_digits or 0))
    if per_unit * scale * LEAST_QUANTITY[charge.meter] > 2**62 or max(once) * scale > MOST_ONCE:
        largest = LEAST_QUANTITY[charge.meter] // charge.unit.size
        told = f"records that carry up to {largest:,} at these prices do not fit into 64 bits"
        yield error(path, told, _MEND)


def _deck(deck: RateDeck, digits: int) -> Iterator[Finding]:
    """The first rate of each kind that does not fit. Most of 200,000 rates are equal, so sets come first."""
    path = f"decks.{deck.code}.rates"
    for name, whole in (("per_minute", MOST_PER_MINUTE), ("connect_fee", MOST_ONCE // 60)):
        price_of, most = attrgetter(name), Decimal(whole).scaleb(-digits)
        too_large = {price for price in set(map(price_of, deck.rates)) if abs(price) > most}
        number = _first(map(price_of, deck.rates), too_large)
        if number is not None:
            price = price_of(deck.rates[number - 1])
            yield error(f"{path}.{number}.{name}", _too_fine(price, digits), _MEND)
    for name in ("minimum_s", "first_s", "next_s"):
        seconds_of = attrgetter(name)
        too_long = {seconds for seconds in set(map(seconds_of, deck.rates)) if seconds > MOST_STEP_S}
        number = _first(map(seconds_of, deck.rates), too_long)
        if number is not None:
            seconds = seconds_of(deck.rates[number - 1])
            yield error(f"{path}.{number}.{name}", f"{seconds} s is more than a deck holds, {MOST_STEP_S} s")


def _first(values: Iterable[object], wanted: set[Any]) -> int | None:
    """The number, from 1, of the first value that is wanted."""
    if not wanted:
        return None
    return next(number for number, value in enumerate(values, 1) if value in wanted)


def _prices(charge: UsageCharge) -> dict[str, Decimal]:
    params = charge.params
    if isinstance(params, PerUnitParams):
        return {"unit_price": params.unit_price}
    if not isinstance(params, CallParams):
        return {}
    prices = {"per_minute": params.per_minute, "connect_fee": params.connect_fee, "minimum": params.minimum}
    return prices | ({} if params.maximum is None else {"maximum": params.maximum})


def _deck_digits(deck: RateDeck) -> int:
    prices = {rate.per_minute for rate in deck.rates} | {rate.connect_fee for rate in deck.rates}
    return max(map(_digits, prices), default=0)


def _digits(price: Decimal) -> int:
    exponent = price.as_tuple().exponent
    assert isinstance(exponent, int), "a price is a finite number"
    return max(0, -exponent)


def _too_fine(price: Decimal, digits: int) -> str:
    return f"{price:f} beside prices of {digits} decimals does not fit into 64 bits"


def _too_long(seconds: int) -> str:
    return f"{seconds} s is longer than the longest record, {MOST_SECONDS} s"
