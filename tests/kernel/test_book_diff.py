"""What changed between two books: nothing for equal ones, and the mirror image when turned round."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given, settings

from jetbill.kernel.book import (
    Bundle,
    DeckRate,
    Every,
    Fee,
    MeterKind,
    Plan,
    PlanOffer,
    PriceBook,
    RateDeck,
    Span,
    Tempo,
    UsageCharge,
)
from jetbill.kernel.book_diff import Change, differences
from jetbill.kernel.charge_models.graduated import Band, Params
from jetbill.kernel.units import UNITS
from tests.kernel.book_strategies import books
from tests.laws import examples

TURNED = {
    Change.NEW: Change.GONE,
    Change.GONE: Change.NEW,
    Change.UP: Change.DOWN,
    Change.DOWN: Change.UP,
    Change.CHANGED: Change.CHANGED,
}


def small(price: str, top: str, *rates: tuple[str, str]) -> PriceBook:
    fee = Fee("monthly", "Fiber", Decimal(price), Every(1, Span.MONTH), "INT", "standard")
    bands = (Band(Decimal(top)), Band(None, Decimal("0.10")))
    charge = UsageCharge(
        code="data",
        name="Data",
        meter=MeterKind.OCTETS,
        unit=UNITS["GB"],
        model="graduated",
        params=Params(bands),
        tempo=Tempo.PERIOD,
        product="INT",
        tax_class="standard",
    )
    plans = {"fiber": Plan("fiber", "Fiber", (fee,), (charge,))}
    deck = tuple(DeckRate(prefix, "A", Decimal(per_minute)) for prefix, per_minute in rates)
    return PriceBook(
        "b", "B", "EUR", {"fiber": Bundle("fiber", "Fiber", (PlanOffer("fiber"),))}, plans,
        decks={"world": RateDeck("world", "World", deck)},
    )  # fmt: skip


def test_up_down_new_gone() -> None:
    old = small("31.00", "100", ("43", "0.05"), ("49", "0.05"), ("41", "0.05"))
    new = small("33.00", "80", ("43", "0.06"), ("49", "0.04"), ("44", "0.07"))
    told = [
        (each.change.value, each.path, each.field, each.before, each.after) for each in differences(old, new)
    ]
    assert told == [
        ("up", "plans.fiber.fees.monthly", "price", "31.00", "33.00"),
        ("down", "plans.fiber.charges.data.bands.1", "up_to", "100", "80"),
        ("up", "decks.world.43", "per_minute", "0.05", "0.06"),
        ("down", "decks.world.49", "per_minute", "0.05", "0.04"),
        ("new", "decks.world.44", "per_minute", "", "0.07"),
        ("gone", "decks.world.41", "per_minute", "0.05", ""),
    ]


def test_a_later_price_of_a_prefix_is_a_row_of_its_own() -> None:
    old = small("31.00", "100", ("43", "0.05"))
    later = DeckRate("43", "A", Decimal("0.06"), effective=date(2026, 3, 1))
    rates = (*old.decks["world"].rates, later)
    new = replace(old, decks={"world": RateDeck("world", "World", rates)})
    assert [each.path for each in differences(old, new)] == ["decks.world.43@2026-03-01"]


@given(books())
@settings(max_examples=examples(30), deadline=None)
def test_a_book_does_not_differ_from_itself(book: PriceBook) -> None:
    assert differences(book, book) == ()


@given(books(), books())
@settings(max_examples=examples(30), deadline=None)
def test_turned_round_it_is_the_mirror_image(old: PriceBook, new: PriceBook) -> None:
    there = {(each.change, each.path, each.field, each.before, each.after) for each in differences(old, new)}
    back = {(TURNED[e.change], e.path, e.field, e.after, e.before) for e in differences(new, old)}
    assert there == back
