"""Discounts in their order."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetbill.kernel.discounts import Rated, Stack, couponed, exact_shares, lines_after, taken_off

D = Decimal
cents = st.decimals(0, 1000, places=2)
percents = st.lists(st.decimals(0, 100, places=1), max_size=4)


@pytest.mark.parametrize(
    "percents, fixed, off",
    [((), (15, 25), "40"), ((10,), (50,), "60"), ((10, 10), (), "19"), ((50,), (70,), "100"), ((), (), "0")],
)
def test_percentages_come_before_fixed_amounts(
    percents: tuple[int, ...], fixed: tuple[int, ...], off: str
) -> None:
    assert taken_off(D(100), Stack(tuple(map(D, percents)), tuple(map(D, fixed))), "EUR") == D(off)


@pytest.mark.parametrize("stack", [((D(101),), ()), ((D(-1),), ()), ((), (D(-1),))])
def test_discounts_that_cannot_be(stack: tuple[tuple[Decimal, ...], tuple[Decimal, ...]]) -> None:
    with pytest.raises(ValueError, match="a discount is"):
        Stack(*stack)


def test_a_discount_spreads_by_largest_remainder() -> None:
    assert lines_after([D("3.33"), D("3.33"), D("3.34")], D(1), "EUR") == (D(3), D(3), D(3))
    assert lines_after([D(0)], D(1), "EUR") == (D(0),)


def test_coupons_leave_the_rest_to_be_taxed() -> None:
    lines = [Rated(D(100), D(10)), Rated(D(50)), Rated(D(30), D(20)), Rated(D(20), D(20))]
    got = couponed(lines, [D(10)], "EUR")
    assert got.shares == (5, Fraction(5, 2), Fraction(3, 2), 1)
    assert (got.taxes, got.net, got.total) == ((D("9.50"), 0, D("5.70"), D("3.80")), 190, 209)
    assert couponed([Rated(D(0), D(20))], [D(5)], "EUR").total == 0


@given(cents, percents, st.lists(cents, max_size=3))
def test_never_more_than_there_is(amount: Decimal, parts: list[Decimal], fixed: list[Decimal]) -> None:
    assert 0 <= taken_off(amount, Stack(tuple(parts), tuple(fixed)), "EUR") <= amount


@given(cents, st.lists(cents, max_size=3))
def test_fixed_amounts_commute(amount: Decimal, fixed: list[Decimal]) -> None:
    other_way = Stack((), tuple(reversed(fixed)))
    assert taken_off(amount, Stack((), tuple(fixed)), "EUR") == taken_off(amount, other_way, "EUR")


@given(st.lists(cents, min_size=1, max_size=5), cents)
def test_shares_sum_exactly_and_stay_in_their_line(lines: list[Decimal], discount: Decimal) -> None:
    after = lines_after(lines, discount, "EUR")
    assert sum(lines) - sum(after) == min(discount, sum(lines))
    assert all(0 <= one <= line for one, line in zip(after, lines, strict=True))
    assert sum(exact_shares(lines, [discount])) == min(discount, sum(lines))
