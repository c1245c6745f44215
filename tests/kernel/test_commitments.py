"""Minimum and maximum of a period."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetbill.kernel.commitments import Commitment, Prorated, Spent, Window, charged, settled, true_up

D, F = Decimal, Fraction
money = st.fractions(0, 1000)
cents = st.decimals(0, 1000, places=2)


@pytest.mark.parametrize(
    "amount, before, maximum, discount",
    [(75, 90, 100, 65), (100, 0, 100, 0), (101, 0, 100, 1), (5, 120, 100, 5), (5, 20, 100, 0)],
)
def test_the_line_that_crosses_a_maximum_gives_back(
    amount: int, before: int, maximum: int, discount: int
) -> None:
    line = settled(Spent(F(amount), F(before)), Commitment(maximum=D(maximum)))
    assert (line.discount, line.total) == (discount, amount - discount)


@pytest.mark.parametrize(
    "amount, before, is_last, topped", [(0, 100, True, 900), (0, 100, False, 0), (950, 100, True, 0)]
)
def test_the_last_line_tops_up_to_a_minimum(amount: int, before: int, is_last: bool, topped: int) -> None:
    line = settled(Spent(F(amount), F(before), is_last), Commitment(D(1000)))
    assert (line.true_up, line.total) == (topped, amount + topped)


def test_a_maximum_is_not_below_the_minimum() -> None:
    with pytest.raises(ValueError, match="the maximum 1 is below the minimum 2"):
        Commitment(D(2), D(1))


def test_a_plan_commitment_counts_fee_and_usage() -> None:
    assert true_up(D(100000), [D(20000), D(10)]) == 79990
    assert true_up(Prorated("EUR", F(25, 28)).of(D(10)), [D(8)]) == D("0.93")
    assert true_up(D(5), [D(8)]) == 0


def test_windows_have_commitments_of_their_own() -> None:
    windows = [Window(F(4), F(10), F(2)), Window(F(16), F(10), F(2)), Window(F(4), F(10), F(2), False)]
    assert [window.charged() for window in windows] == [10, 22, 4]
    assert charged(windows) == 36
    assert charged([]) == 0


@given(st.lists(money, min_size=1, max_size=6), cents, cents)
def test_lines_of_a_period_end_between_minimum_and_maximum(
    amounts: list[Fraction], one: Decimal, other: Decimal
) -> None:
    commitment = Commitment(min(one, other), max(one, other))
    billed = F(0)
    for number, amount in enumerate(amounts, 1):
        line = settled(Spent(amount, billed, number == len(amounts)), commitment)
        assert 0 <= line.discount <= amount
        billed += line.total
    assert billed == min(max(sum(amounts), F(min(one, other))), F(max(one, other)))


@given(money, money, st.fractions(1, 5))
def test_a_window_never_costs_less_than_its_commitment_if_topped_up(
    cost: Fraction, commitment: Fraction, factor: Fraction
) -> None:
    assert Window(cost, commitment, factor).charged() >= max(cost, commitment)
    assert Window(cost, commitment, factor, False).charged() >= cost
