"""Roundings, minor units and spreading."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetbill.kernel.book import RoundingMode
from jetbill.kernel.money import HALF_UP, Rounding, decimal_of, exponent, rounded, spread

cents = st.integers(-(10**12), 10**12).map(lambda n: Decimal(n).scaleb(-2))
fractions = st.fractions(-(10**9), 10**9)
modes = st.sampled_from(RoundingMode)


@pytest.mark.parametrize(
    "exact, currency, amount",
    [
        ("0.005", "EUR", "0.01"),
        ("-0.005", "EUR", "-0.01"),
        ("0.004", "USD", "0.00"),
        ("1000.5", "JPY", "1001"),
        ("1.0005", "KWD", "1.001"),
        ("7", "CLF", "7.0000"),
    ],
)
def test_half_goes_away_from_zero_at_the_minor_unit(exact: str, currency: str, amount: str) -> None:
    got = HALF_UP.amount(Decimal(exact), currency)
    assert str(got) == amount


@pytest.mark.parametrize(
    "mode, amounts",
    [
        (RoundingMode.HALF_UP, ["0.01", "0.02", "-0.01"]),
        (RoundingMode.UP, ["0.02", "0.02", "-0.02"]),
        (RoundingMode.DOWN, ["0.01", "0.01", "-0.01"]),
    ],
)
def test_each_named_rounding(mode: RoundingMode, amounts: list[str]) -> None:
    exact = [Decimal("0.011"), Decimal("0.015"), Decimal("-0.011")]
    assert [str(rounded(one, 2, mode)) for one in exact] == amounts


def test_swiss_francs_may_be_rounded_to_five_centimes() -> None:
    assert Rounding(step=5).amount(Decimal("1.025"), "CHF") == Decimal("1.05")
    assert Rounding(step=5).amount(Decimal("1.024"), "CHF") == Decimal("1.00")


def test_negative_digits_round_to_hundreds() -> None:
    assert str(rounded(Decimal("123.456"), -2)) == "100"


def test_a_currency_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="XXQ"):
        exponent("XXQ")


def test_a_fraction_without_end_has_no_decimal() -> None:
    assert decimal_of(Fraction(1, 8)) == Decimal("0.125")
    with pytest.raises(ValueError, match="no end"):
        decimal_of(Fraction(1, 3))


def test_a_discount_is_spread_by_largest_remainder() -> None:
    lines = [Decimal("3.33"), Decimal("3.33"), Decimal("3.34")]
    shares = spread(Decimal("1.00"), lines, 2)
    assert [line - share for line, share in zip(lines, shares, strict=True)] == [Decimal("3.00")] * 3


@pytest.mark.parametrize(
    "total, weights, says",
    [
        ("1.00", [], "no line"),
        ("1.00", [0, 0], "no line"),
        ("1.00", [1, -1], "negative"),
        ("0.001", [1], "decimals"),
    ],
)
def test_what_cannot_be_spread(total: str, weights: list[int], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        spread(Decimal(total), weights, 2)


def test_nothing_spreads_over_nothing() -> None:
    assert spread(Decimal(0), [0, 0], 2) == (Decimal(0), Decimal(0))


@given(fractions, st.integers(-3, 9), modes)
def test_rounding_is_symmetric_and_near(exact: Fraction, digits: int, mode: RoundingMode) -> None:
    got = rounded(exact, digits, mode)
    assert rounded(-exact, digits, mode) == -got
    assert abs(Fraction(got) - exact) < Fraction(10) ** -digits
    assert rounded(got, digits, mode) == got


@given(cents, st.lists(st.fractions(0, 10**6), min_size=1, max_size=12))
def test_shares_sum_to_the_total(total: Decimal, weights: list[Fraction]) -> None:
    if not sum(weights):
        weights = [Fraction(1), *weights]
    shares = spread(total, weights, 2)
    assert sum(shares) == total
    assert all(share == 0 or (share < 0) == (total < 0) for share in shares)


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=12), st.data())
def test_a_discount_stays_inside_its_line(lines: list[int], data: st.DataObject) -> None:
    total = data.draw(st.integers(0, sum(lines)))
    amounts = [Decimal(line).scaleb(-2) for line in lines]
    shares = spread(Decimal(total).scaleb(-2), amounts, 2)
    assert all(0 <= share <= line for share, line in zip(shares, amounts, strict=True))
