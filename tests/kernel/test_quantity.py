"""Metered quantities made ready for their price."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetbill.kernel.quantity import (
    Conversion,
    QuantityRounding,
    converted,
    free_in_order,
    in_turn,
    shared_out,
)

CEIL, FLOOR, ROUND = QuantityRounding.CEIL, QuantityRounding.FLOOR, QuantityRounding.ROUND


@pytest.mark.parametrize(
    "raw, by, units",
    [
        ("1400", Conversion(), "1400"),
        ("7400", Conversion(Decimal(1000), CEIL), "8"),
        ("7400", Conversion(Decimal(1000), CEIL, free=Decimal("7.5")), "0.5"),
        ("7400", Conversion(Decimal(1000), CEIL, free=Decimal(9)), "0"),
        ("123.456", Conversion(rounding=ROUND, precision=-2), "100"),
        ("123.455", Conversion(rounding=ROUND, precision=2), "123.46"),
        ("123.456", Conversion(rounding=FLOOR, precision=2), "123.45"),
        ("123.456", Conversion(rounding=CEIL, precision=-1), "130"),
    ],
)
def test_divide_round_then_subtract(raw: str, by: Conversion, units: str) -> None:
    assert converted(Decimal(raw), by) == Fraction(units)


def test_nothing_is_divided_by_nothing() -> None:
    with pytest.raises(ValueError, match="more than 0"):
        Conversion(Decimal(0))


@given(st.fractions(0, 100), st.lists(st.fractions(0, 60), max_size=8))
def test_free_units_are_used_in_order_and_nothing_is_lost(free: Fraction, used: list[Fraction]) -> None:
    parts = free_in_order(free, used)
    assert [part.free + part.charged for part in parts] == used
    assert sum(part.free for part in parts) == min(free, sum(used))
    # once something is charged, nothing is free any more
    first = next((n for n, part in enumerate(parts) if part.charged), len(parts))
    assert all(part.free == 0 for part in parts[first + 1 :])


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**6), min_size=2, max_size=6).map(sorted))
def test_what_is_shared_out_is_the_whole(total: int, edges: list[int]) -> None:
    parts = shared_out(total, edges)
    assert sum(parts) == total and min(parts) >= 0
    assert len(parts) == len(edges) - 1


def test_the_last_stretch_has_the_rest() -> None:
    assert shared_out(10, (0, 1, 3)) == (3, 7)
    assert shared_out(10, (5, 5)) == (10,)


@given(st.lists(st.fractions(0, 60), max_size=6), st.fractions(0, 100))
def test_prices_in_turn_are_the_price_of_all(used: list[Fraction], free: Fraction) -> None:
    def price(total: Fraction) -> Fraction:
        return max(Fraction(0), total - free) ** 2

    assert sum(in_turn(used, price)) == price(sum(used, Fraction(0)))
