"""Every band prices the units that fall in it."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetbill.kernel.charge_models.graduated import Band, Params, price
from jetbill.kernel.split_period import delta

D = Decimal
units = st.fractions(0, 1000)
amounts = st.integers(0, 10**4).map(lambda n: Decimal(n).scaleb(-2))
FLAT = Params((Band(D(5), flat=D(100)), Band(D(10), flat=D(50)), Band(D(15), D(10)), Band(None, D(5))))


@st.composite
def params(draw: st.DrawFn) -> Params:
    ends = sorted(draw(st.sets(st.integers(1, 900), max_size=4)))
    cap = st.none() | amounts
    bands = [Band(D(end), draw(amounts), draw(amounts), draw(cap)) for end in ends]
    return Params((*bands, Band(None, draw(amounts), draw(amounts), draw(cap))))


@pytest.mark.parametrize(
    "quantity, amount, bands",
    [
        ("0", "100", [1]),
        ("5", "100", [1]),
        ("5.001", "150", [1, 2]),
        ("22", "235", [1, 2, 3, 4]),
    ],
)
def test_a_flat_fee_is_due_once_its_band_is_entered(quantity: str, amount: str, bands: list[int]) -> None:
    got = price(Fraction(quantity), FLAT)
    assert got.amount == Fraction(amount)
    assert [part.band for part in got.parts] == bands


def test_without_usage_nothing_is_due_if_the_plan_says_so() -> None:
    assert price(Fraction(0), Params(FLAT.bands, charge_zero=False)).amount == 0


def test_a_band_may_be_capped() -> None:
    assert price(Fraction(5), Params((Band(None, D(1), cap=D(3)),))).amount == 3


def test_a_quantity_above_the_last_band_is_refused() -> None:
    with pytest.raises(ValueError, match="no band holds quantity 11"):
        price(Fraction(11), Params((Band(D(10), D(1)),)))


@pytest.mark.parametrize(
    "bands, says",
    [
        ((), "at least one"),
        ((Band(None, D(1)), Band(D(5), D(1))), "another band follows"),
        ((Band(D(5), D(1)), Band(D(5), D(1))), "not above"),
        ((Band(D(0), D(1)),), "not above"),
    ],
)
def test_bands_that_cannot_be(bands: tuple[Band, ...], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Params(bands)


@given(params(), units, units)
def test_more_usage_never_costs_less(of: Params, first: Fraction, more: Fraction) -> None:
    assert price(first, of).amount <= price(first + more, of).amount


@given(params(), st.lists(units, min_size=1, max_size=5))
def test_invoices_of_one_period_telescope(of: Params, quantities: list[Fraction]) -> None:
    billed, before = Fraction(0), Fraction(0)
    for quantity in quantities:
        line = delta(lambda total: price(total, of), before, quantity)
        assert sum(part.amount for part in line.parts) == line.amount
        if before + quantity:  # nothing used yet: the next line bears the first flat fee
            billed += line.amount
        before += quantity
    if before:
        assert billed == price(before, of).amount


@given(params(), units)
def test_parts_sum_to_the_amount_and_the_units(of: Params, quantity: Fraction) -> None:
    got = price(quantity, of)
    assert sum(part.amount for part in got.parts) == got.amount
    assert sum(part.quantity for part in got.parts) == quantity
