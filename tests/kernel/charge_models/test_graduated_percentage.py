"""Percentages of money, band by band."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetbill.kernel.charge_models import graduated
from jetbill.kernel.charge_models.graduated_percentage import Band, Params, price

D = Decimal
BANDS = (Band(D(10), D(1), D(200)), Band(D(20), D(2), D(300)), Band(None, D(3), D(400)))
OF = Params(BANDS)
money = st.fractions(0, 10**4)


@pytest.mark.parametrize(
    "quantity, amount",
    [("0", "200"), ("10", "200.1"), ("10.5", "500.11"), ("12", "500.14"), ("21", "900.33")],
)
def test_each_band_takes_its_percent(quantity: str, amount: str) -> None:
    assert price(Fraction(quantity), OF).amount == Fraction(amount)


def test_without_usage_nothing_is_due_where_the_book_says_so() -> None:
    assert price(Fraction(0), Params(BANDS, charge_zero=False)).amount == 0


@pytest.mark.parametrize("bands, says", [((), "at least one"), ((Band(None), Band(None)), "another band")])
def test_bands_that_cannot_be(bands: tuple[Band, ...], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Params(bands)


def test_money_above_the_last_band_is_refused() -> None:
    with pytest.raises(ValueError, match="no band holds quantity 11"):
        price(Fraction(11), Params(BANDS[:1]))


@given(money)
def test_nothing_is_lost_between_bands(quantity: Fraction) -> None:
    assert sum(part.quantity for part in price(quantity, OF).parts) == quantity


@given(money)
def test_it_is_graduated_at_a_hundredth(quantity: Fraction) -> None:
    rows = tuple(graduated.Band(band.up_to, band.percent / 100, band.flat) for band in BANDS)
    assert price(quantity, OF) == graduated.price(quantity, graduated.Params(rows))
