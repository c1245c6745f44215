"""One band prices all units."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetbill.kernel.charge_models.volume import Band, Params, price, price_picked

D = Decimal
OF = Params((Band(D(100), D(2), D(10)), Band(D(200), D(1)), Band(None, D("0.5"), D(50))))
units = st.fractions(0, 10**5)


@pytest.mark.parametrize(
    "quantity, amount, band",
    [
        ("0", "10", 1),
        ("-3", "10", 1),
        ("1", "12", 1),
        ("100", "210", 1),
        ("100.001", "100.001", 2),
        ("101", "101", 2),
        ("200", "200", 2),
        ("210", "155", 3),
        ("300", "200", 3),
    ],
)
def test_the_total_picks_the_band(quantity: str, amount: str, band: int) -> None:
    (part,) = price(Fraction(quantity), OF).parts
    assert (part.amount, part.band) == (Fraction(amount), band)


def test_without_usage_nothing_is_due_where_the_book_says_so() -> None:
    assert price(Fraction(0), Params(OF.bands, charge_zero=False)).amount == 0


def test_more_may_cost_less() -> None:
    assert price(Fraction(201), OF).amount < price(Fraction(100), OF).amount


def test_the_full_quantity_picks_and_the_share_is_priced() -> None:
    assert price_picked(Fraction(300), Fraction("198.6"), OF).amount == Fraction("149.3")


def test_a_quantity_above_the_last_band_is_refused() -> None:
    with pytest.raises(ValueError, match="no band holds quantity 11: the last one ends at 10"):
        price(Fraction(11), Params((Band(D(10)),)))


@pytest.mark.parametrize(
    "bands, says",
    [((), "at least one"), ((Band(None), Band(D(1))), "another band follows"), ((Band(D(0)),), "not above")],
)
def test_bands_that_cannot_be(bands: tuple[Band, ...], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Params(bands)


@given(units)
def test_every_unit_costs_the_same(quantity: Fraction) -> None:
    (part,) = price(quantity, OF).parts
    band = OF.bands[part.band - 1]
    assert part.quantity == quantity
    assert part.amount == quantity * Fraction(band.unit_price) + Fraction(band.flat)
    assert band.up_to is None or quantity <= band.up_to
    assert part.band == 1 or quantity > Fraction(OF.bands[part.band - 2].up_to or 0)


@given(units, units)
def test_parts_picked_by_the_whole_sum_to_it(one: Fraction, other: Fraction) -> None:
    flat_free = Params((Band(D(100), D(2)), Band(None, D("0.5"))))
    whole = one + other
    parts = [price_picked(whole, each, flat_free).amount for each in (one, other)]
    assert sum(parts) == price(whole, flat_free).amount
