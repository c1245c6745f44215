"""Whole packages."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetbill.kernel.charge_models.package import Params, Started, packages, price

units = st.fractions(0, 10**4)
HUNDREDS = Params(Decimal(100), Decimal(1))


@pytest.mark.parametrize(
    "quantity, free, started, count",
    [
        ("0", "0", Started.UP, 0),
        ("121", "0", Started.UP, 2),
        ("300", "0", Started.UP, 3),
        ("121", "200", Started.UP, 0),
        ("121", "20", Started.UP, 2),
        ("50", "0", Started.DOWN, 0),
        ("250", "0", Started.DOWN, 2),
    ],
)
def test_a_started_package_is_charged_in_full_or_not_at_all(
    quantity: str, free: str, started: Started, count: int
) -> None:
    params = Params(Decimal(100), Decimal("1.50"), Decimal(free), started)
    assert packages(Fraction(quantity), params) == count
    assert price(Fraction(quantity), params).amount == count * Fraction("1.50")


def test_packages_are_not_additive() -> None:
    fifty = price(Fraction(50), HUNDREDS).amount
    assert (fifty + fifty, price(Fraction(100), HUNDREDS).amount) == (2, 1)


@pytest.mark.parametrize("size, free", [("0", "0"), ("-1", "0"), ("1", "-1")])
def test_packages_that_cannot_be(size: str, free: str) -> None:
    with pytest.raises(ValueError, match="units"):
        Params(Decimal(size), Decimal(1), Decimal(free))


@given(units, units)
def test_more_usage_never_costs_less_and_splitting_never_helps(first: Fraction, more: Fraction) -> None:
    whole = price(first + more, HUNDREDS).amount
    assert price(first, HUNDREDS).amount <= whole
    assert whole <= price(first, HUNDREDS).amount + price(more, HUNDREDS).amount
