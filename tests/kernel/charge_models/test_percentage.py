"""A percentage of each transaction."""

from decimal import Decimal
from fractions import Fraction
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetbill.kernel.charge_models.percentage import (
    FirstOnes,
    Params,
    Totals,
    free_part,
    price_in_order,
    price_of_totals,
)

D = Decimal
FOUR = [Fraction(each) for each in (50, 100, 250, 400)]
volumes = st.lists(st.fractions(0, 1000), max_size=8)
free_counts = st.none() | st.integers(0, 9)
free_volumes = st.none() | st.decimals(0, 2000, places=2)


@pytest.mark.parametrize(
    "free_transactions, free_volume, amount",
    [
        (None, None, "18.4"),  # 800 x 1.3 % + 4 x 2
        (3, D(250), "11.15"),  # the third crosses 250: 550 x 1.3 % + 2 x 2
        (3, None, "7.2"),  # 400 x 1.3 % + 2
        (None, D(250), "11.15"),
        (1, D(250), "15.75"),  # the count ends first: 750 x 1.3 % + 3 x 2
        (2, D(150), "12.45"),  # both at once: 650 x 1.3 % + 2 x 2
        (4, None, "0"),
        (9, D(800), "0"),
        (0, D(800), "18.4"),
        (9, D(0), "18.4"),
    ],
)
def test_the_free_part_ends_at_the_first_limit(
    free_transactions: int | None, free_volume: Decimal | None, amount: str
) -> None:
    params, first = Params(D("1.3"), D(2)), FirstOnes(free_transactions, free_volume)
    assert price_in_order(FOUR, params, first).amount == Fraction(amount)
    totals = Totals(Fraction(800), 4, (*accumulate(FOUR),))
    assert price_of_totals(totals, params, first).amount == Fraction(amount)


def test_minimum_and_maximum_hold_for_each_charged_transaction() -> None:
    events = [Fraction(10), Fraction(80), Fraction(10000)]
    params = Params(D("2.99"), D(2), minimum=D("1.75"), maximum=D(12))
    assert price_in_order(events, params).amount == Fraction("18.691")
    assert price_in_order(events, Params(D("2.99"), maximum=D(12)), FirstOnes(2)).amount == 12


def test_what_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match="first 3 transactions is not known"):
        free_part(Totals(Fraction(800), 4, (Fraction(50),)), FirstOnes(3))
    with pytest.raises(ValueError, match="need every transaction"):
        price_of_totals(Totals(Fraction(1), 1), Params(D(1), maximum=D(1)))


@pytest.mark.parametrize("values", [{"transactions": -1}, {"volume": D(-1)}])
def test_a_free_part_is_not_negative(values: dict[str, Decimal]) -> None:
    with pytest.raises(ValueError, match="not negative"):
        FirstOnes(**values)


def test_a_maximum_is_not_below_the_minimum() -> None:
    with pytest.raises(ValueError, match="below the minimum 2"):
        Params(D(1), minimum=D(2), maximum=D(1))


@given(volumes, free_counts, free_volumes)
def test_by_transaction_is_by_totals(each: list[Fraction], count: int | None, most: Decimal | None) -> None:
    params, first = Params(D("2.9"), D("0.3")), FirstOnes(count, most)
    totals = Totals(sum(each, Fraction(0)), len(each), (*accumulate(each),))
    assert price_in_order(each, params, first).amount == price_of_totals(totals, params, first).amount


@given(volumes, free_counts, free_volumes)
def test_free_and_charged_are_the_whole(
    each: list[Fraction], count: int | None, most: Decimal | None
) -> None:
    params, first = Params(D("2.9"), D("0.3"), D(0), D(1), D(9)), FirstOnes(count, most)
    whole = sum(each, Fraction(0))
    free = free_part(Totals(whole, len(each), (*accumulate(each),)), first)
    got = price_in_order(each, params, first)
    assert free.volume + sum(part.quantity for part in got.parts) == whole
    assert all(1 <= part.amount <= 9 for part in got.parts)
