"""Sound books have no errors; the broken ones are told in tests/doors, with their lines."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings

from jetbill.kernel.book import (
    Bundle,
    DeckRate,
    MeterKind,
    Plan,
    PlanOffer,
    PriceBook,
    RateDeck,
    TaxRate,
    Tempo,
    UsageCharge,
)
from jetbill.kernel.book_check import check
from jetbill.kernel.finding import Severity, unknown
from jetbill.kernel.units import UNITS
from tests.kernel.book_strategies import books
from tests.laws import examples


@given(books())
@settings(max_examples=examples(40), deadline=None)
def test_a_sound_book_has_no_error(book: PriceBook) -> None:
    assert [finding for finding in check(book) if finding.severity is Severity.ERROR] == []


@given(books())
@settings(max_examples=examples(40), deadline=None)
def test_errors_come_first(book: PriceBook) -> None:
    severities = [finding.severity for finding in check(replace(book, currency="XXY", bundles={}))]
    assert severities == sorted(severities) and severities[0] is Severity.ERROR


@given(books())
@settings(max_examples=examples(40), deadline=None)
def test_a_second_price_for_a_prefix_and_day_is_found_wherever_it_stands(book: PriceBook) -> None:
    rates = book.decks["world"].rates
    twice = RateDeck("world", "World", (*rates, replace(rates[0], per_minute=Decimal("9.99"))))
    [finding] = [
        each for each in check(replace(book, decks={"world": twice})) if "two prices" in each.sentence
    ]
    assert finding.path == f"decks.world.rates.{len(rates) + 1}.prefix"


def test_a_deck_of_200_000_rates_is_checked() -> None:
    rates = tuple(DeckRate(str(100_000 + n), "x", Decimal("0.01")) for n in range(200_000))
    book = PriceBook("b", "B", "EUR", {}, {}, decks={"d": RateDeck("d", "D", rates)})
    assert not [each for each in check(book) if each.path.startswith("decks.d.")]


def test_an_unknown_name_is_told_with_the_nearest_or_with_all() -> None:
    assert unknown("plan", "fibre", ["fiber", "voice"]) == 'unknown plan "fibre"; did you mean "fiber"?'
    assert unknown("plan", "x", ["fiber", "voice"]) == 'unknown plan "x"; known: fiber, voice'
    assert unknown("deck", "x", []) == 'unknown deck "x"; none is known here'


def deck_book(per_minute: str, other: str = "0.01") -> PriceBook:
    rates = (DeckRate("43", "A", Decimal(other)), DeckRate("44", "B", Decimal(per_minute)))
    calls = UsageCharge(
        code="calls",
        name="Calls",
        meter=MeterKind.SECONDS,
        unit=UNITS["min"],
        model="deck",
        params=None,
        tempo=Tempo.RECORD,
        product="V",
        tax_class="standard",
        deck="world",
    )
    plans = {"voice": Plan("voice", "Voice", (), (calls,))}
    bundles = {"voice": Bundle("voice", "Voice", (PlanOffer("voice"),))}
    taxes = (TaxRate("standard", "S", Decimal(20)),)
    return PriceBook("b", "B", "EUR", bundles, plans, taxes, decks={"world": RateDeck("world", "W", rates)})


@pytest.mark.parametrize(
    "per_minute, other, is_sound",
    [
        ("171798691.84", "0.01", True),
        ("171798691.85", "0.01", False),
        ("17179869.184", "0.001", True),
        ("17.18", "0.000000001", False),
        ("17.17", "0.000000001", True),
    ],
)
def test_a_price_of_a_minute_has_a_bound(per_minute: str, other: str, is_sound: bool) -> None:
    found = [each.path for each in check(deck_book(per_minute, other))]
    assert found == ([] if is_sound else ["decks.world.rates.2.per_minute"])
