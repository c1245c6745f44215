"""Usage that brings its own price."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetbill.kernel.charge_models.dynamic import Params, price, unit_amount

money = st.fractions(0, 10**4)


@pytest.mark.parametrize("factor, amount", [("1", "10"), ("1.33333", "13.3333"), ("0", "0"), ("0.5", "5")])
def test_what_came_is_marked_up(factor: str, amount: str) -> None:
    assert price(Fraction(10), Params(Decimal(factor))).amount == Fraction(amount)


def test_a_unit_costs_its_share() -> None:
    assert unit_amount(Fraction("0.402"), Fraction(20)) == Fraction("0.0201")
    assert unit_amount(Fraction(1), Fraction(0)) is None


def test_a_factor_is_not_negative() -> None:
    with pytest.raises(ValueError, match="not negative: -1"):
        Params(Decimal(-1))


@given(money, money)
def test_splitting_never_changes_the_price(one: Fraction, other: Fraction) -> None:
    of = Params(Decimal("1.2"))
    assert price(one, of).amount + price(other, of).amount == price(one + other, of).amount
