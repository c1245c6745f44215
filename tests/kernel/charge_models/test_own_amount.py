"""Records priced by the amount of money that they carry: percentage, cost-plus, pre-rated."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetbill.kernel.charge_models import MODELS, OWN_AMOUNT, cost_plus, percentage, pre_rated

D = Decimal
PAYMENT = percentage.Params(D("2.99"), D(2), minimum=D("1.75"), maximum=D(12))
amounts = st.fractions(0, 10**6)
prices = st.decimals(0, 100, places=4)
terms = st.one_of(
    st.builds(percentage.Params, prices, prices, prices, prices).map(percentage.terms),
    st.builds(cost_plus.Params, st.decimals(-100, 900, places=2), prices).map(cost_plus.terms),
    st.just(pre_rated.terms(pre_rated.Params())),
)


@pytest.mark.parametrize(
    "params, amount, price",
    [
        (PAYMENT, 10, "2.299"),  # 0.299 + 2
        (PAYMENT, 80, "4.392"),  # 2.392 + 2
        (PAYMENT, 10000, "12"),  # 299 + 2, at most 12
        (PAYMENT, 0, "2"),
        (percentage.Params(D(1), minimum=D("0.50")), 10, "0.50"),  # 0.10, at least 0.50
        (percentage.Params(D(1), D("0.10"), D(20)), 20, "0"),  # all of it is free
        (percentage.Params(D(1), D("0.10"), D(20)), 50, "0.40"),  # 30 x 1 % + 0.10
        (cost_plus.Params(D(20), D("0.005")), D("0.0123"), "0.01976"),  # 0.0123 x 1.2 + 0.005
        (cost_plus.Params(D(20)), D("0.0123"), "0.01476"),
        (cost_plus.Params(fixed=D("0.01")), D("0.0123"), "0.0223"),
        (cost_plus.Params(D(-10)), 10, "9"),
        (pre_rated.Params(), D("1.25"), "1.25"),
        (pre_rated.Params(), 0, "0"),
    ],
)
def test_a_record_is_priced_by_its_own_amount(params: Any, amount: Any, price: str) -> None:
    kind = type(params).__module__.rpartition(".")[2]
    assert MODELS[kind].price(Fraction(amount), params).amount == Fraction(price)
    assert OWN_AMOUNT[kind](params).price(Fraction(amount)).amount == Fraction(price)


@given(terms, amounts, amounts)
def test_more_never_costs_less(of: Any, some: Fraction, more: Fraction) -> None:
    assert 0 <= of.price(some).amount <= of.price(some + more).amount


@given(amounts, amounts)
def test_splitting_never_changes_what_is_proportional(some: Fraction, more: Fraction) -> None:
    for of in (pre_rated.terms(pre_rated.Params()), cost_plus.terms(cost_plus.Params(D("12.5")))):
        assert of.price(some).amount + of.price(more).amount == of.price(some + more).amount


@pytest.mark.parametrize(
    "kind, values, words",
    [
        (percentage, {"percent": D(-1)}, "the percentage is not negative: -1"),
        (percentage, {"percent": D(1), "fixed": D(-1)}, "the fixed part is not negative"),
        (percentage, {"percent": D(1), "free": D("0.0000001")}, "at most 6 decimals"),
        (percentage, {"percent": D(1), "minimum": D(2), "maximum": D(1)}, "below the minimum 2"),
        (cost_plus, {"percent": D(-101)}, "takes off at most 100 %, not 101"),
        (cost_plus, {"fixed": D(-1)}, "the fixed mark-up is not negative: -1"),
    ],
)
def test_what_makes_no_sense_is_refused(kind: Any, values: dict[str, Decimal], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        kind.Params(**values)
