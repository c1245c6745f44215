"""Numbers as sortable integers, and the longest prefix that wins."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetbill.kernel.book import DeckRate, RateDeck
from jetbill.kernel.decks import encode_number, index, number_of, prefix_range

digits = st.text("0123456789", min_size=1, max_size=15)


@given(digits)
def test_a_number_comes_back_as_it_was(number: str) -> None:
    assert number_of(encode_number(number)) == number


@given(digits, digits)
def test_a_number_lies_in_the_range_of_its_prefixes_only(number: str, prefix: str) -> None:
    low, end = prefix_range(prefix)
    assert (low <= encode_number(number) < end) == number.startswith(prefix)


@pytest.mark.parametrize(
    "text, number", [("+4312", "4312"), ("", ""), ("0044", "0044"), ("1" * 20, "1" * 15)]
)
def test_what_a_number_may_look_like(text: str, number: str) -> None:
    assert number_of(encode_number(text)) == number


@pytest.mark.parametrize("text", ["43 1", "anonymous", "43-1", "٤٣"])
def test_anything_but_digits_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="digits only"):
        encode_number(text)


def rate(prefix: str, price: str, effective: date = date.min, caller: str = "") -> DeckRate:
    return DeckRate(prefix, f"to {prefix}", Decimal(price), effective=effective, from_prefix=caller)


@pytest.mark.parametrize(
    "number, caller, day, price",
    [
        ("43660", "", date(2026, 1, 1), "0.10"),
        ("43660", "", date(2026, 2, 1), "0.20"),
        ("43660", "4312", date(2026, 2, 1), "0.05"),
        ("4366", "999", date(2026, 2, 1), "0.20"),
        ("431", "", date(2026, 2, 1), "0.01"),
        ("4", "", date(2026, 2, 1), None),
    ],
)
def test_the_longest_prefix_then_the_caller_then_the_day(
    number: str, caller: str, day: date, price: str | None
) -> None:
    deck = RateDeck(
        "d",
        "D",
        (
            rate("43", "0.01"),
            rate("4366", "0.10"),
            rate("4366", "0.20", date(2026, 2, 1)),
            rate("4366", "0.05", caller="431"),
        ),
    )
    found = index(deck).rate(number, caller, day)
    assert (found and found.per_minute) == (price and Decimal(price))
