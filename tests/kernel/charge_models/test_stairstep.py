"""One price for the step where the total ends."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetbill.kernel.charge_models import stairstep, volume
from jetbill.kernel.charge_models.stairstep import Band, Params, price

D = Decimal
OF = Params((Band(D(5), D(100)), Band(D(10), D(150)), Band(None, D(180))))
units = st.fractions(0, 1000)


@pytest.mark.parametrize(
    "quantity, amount",
    [("0", 100), ("0.001", 100), ("5", 100), ("5.001", 150), ("10", 150), ("11", 180), ("999", 180)],
)
def test_the_step_is_the_whole_price(quantity: str, amount: int) -> None:
    assert price(Fraction(quantity), OF).amount == amount


def test_without_usage_nothing_is_due_where_the_book_says_so() -> None:
    assert price(Fraction(0), Params(OF.bands, charge_zero=False)).amount == 0


@pytest.mark.parametrize("bands, says", [((), "at least one"), ((Band(D(-1), D(1)),), "not above")])
def test_steps_that_cannot_be(bands: tuple[Band, ...], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Params(bands)


def test_a_quantity_above_the_last_step_is_refused() -> None:
    with pytest.raises(ValueError, match="no band holds quantity 6"):
        price(Fraction(6), Params(OF.bands[:1]))


@given(units, units)
def test_more_usage_never_costs_less_where_steps_rise(first: Fraction, more: Fraction) -> None:
    assert price(first, OF).amount <= price(first + more, OF).amount


@given(units)
def test_it_is_volume_with_flat_fees_only(quantity: Fraction) -> None:
    as_volume = volume.Params(tuple(volume.Band(band.up_to, D(0), band.step_price) for band in OF.bands))
    assert stairstep.price(quantity, OF) == volume.price(quantity, as_volume)
