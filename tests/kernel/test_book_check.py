"""Sound books have no errors; the broken ones are told in tests/doors, with their lines."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings

from jetbill.kernel.book import DeckRate, PriceBook, RateDeck
from jetbill.kernel.book_check import check
from jetbill.kernel.finding import Severity, unknown
from tests.kernel.book_strategies import books


@given(books())
@settings(max_examples=40, deadline=None)
def test_a_sound_book_has_no_error(book: PriceBook) -> None:
    assert [finding for finding in check(book) if finding.severity is Severity.ERROR] == []


@given(books())
@settings(max_examples=40, deadline=None)
def test_errors_come_first(book: PriceBook) -> None:
    severities = [finding.severity for finding in check(replace(book, currency="XXY", bundles={}))]
    assert severities == sorted(severities) and severities[0] is Severity.ERROR


@given(books())
@settings(max_examples=40, deadline=None)
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
