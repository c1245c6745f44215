"""Units x price, at most the cap."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetbill.kernel.charge_models.per_unit import Params, price

units = st.fractions(0, 10**6)


@pytest.mark.parametrize(
    "quantity, unit_price, cap, amount",
    [
        ("10", "5.12345", None, "51.2345"),
        ("1000", "1.00", "50.00", "50"),
        ("-3", "1.00", None, "0"),
        ("0", "1.00", "50.00", "0"),
    ],
)
def test_units_times_price(quantity: str, unit_price: str, cap: str | None, amount: str) -> None:
    params = Params(Decimal(unit_price), None if cap is None else Decimal(cap))
    assert price(Fraction(quantity), params).amount == Fraction(amount)


@given(units, units)
def test_splitting_usage_never_changes_the_price(first: Fraction, second: Fraction) -> None:
    params = Params(Decimal("0.07"))
    assert price(first, params).amount + price(second, params).amount == price(first + second, params).amount
