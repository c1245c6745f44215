"""Bands counted in blocks."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetbill.kernel.charge_models.blocks import Band, Mode, Params, price

D = Decimal
BANDS = (Band(D(100), 10, D(1)), Band(D(1000), None, D(1)))
units = st.fractions(0, 10**5)


@pytest.mark.parametrize(
    "quantity, mode, amounts",
    [
        ("5325", Mode.ALL_BANDS, [10, 5]),
        ("1000", Mode.ALL_BANDS, [10]),
        ("1000.5", Mode.ALL_BANDS, [10, 1]),
        ("1000", Mode.TOP_BAND, [10]),
        ("1001", Mode.TOP_BAND, [2]),
        ("0", Mode.ALL_BANDS, []),
        ("0", Mode.TOP_BAND, []),
    ],
)
def test_a_started_block_counts_whole(quantity: str, mode: Mode, amounts: list[int]) -> None:
    got = price(Fraction(quantity), Params(BANDS, mode))
    assert [part.amount for part in got.parts] == amounts
    assert got.amount == sum(amounts)


def test_a_quantity_above_the_last_band_is_refused() -> None:
    with pytest.raises(ValueError, match="no band of blocks holds quantity 1001"):
        price(Fraction(1001), Params(BANDS[:1]))


@pytest.mark.parametrize(
    "bands, says",
    [
        ((), "at least one"),
        ((Band(D(0), 1, D(1)),), "above 0"),
        ((Band(D(1), 0, D(1)),), "above 0"),
        ((Band(D(1), None, D(1)), Band(D(1), 1, D(1))), "another band follows"),
    ],
)
def test_blocks_that_cannot_be(bands: tuple[Band, ...], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Params(bands)


@given(units, units)
def test_more_usage_never_costs_less(first: Fraction, more: Fraction) -> None:
    assert price(first, Params(BANDS)).amount <= price(first + more, Params(BANDS)).amount


def test_the_top_band_may_be_cheaper_for_more() -> None:
    of = Params(BANDS, Mode.TOP_BAND)
    assert price(Fraction(1001), of).amount < price(Fraction(1000), of).amount
