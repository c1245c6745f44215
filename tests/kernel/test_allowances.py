"""Included use first, in a stated order."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetbill.kernel.allowances import Allowance, OveragePrice, Use, charged, taken
from jetbill.kernel.charge_models import graduated

F, D = Fraction, Decimal
sizes = st.fractions(0, 100)
allowances = st.lists(st.builds(Allowance, sizes, st.booleans(), st.booleans()), max_size=4)
uses = st.lists(st.builds(Use, sizes, st.sampled_from(["Ann", "Bob"])), max_size=6)


def price(interval: str, unit: str) -> OveragePrice:
    return OveragePrice(F(interval), graduated.Params((graduated.Band(None, D(unit)),)))


def test_the_overage_of_a_record_is_rounded_to_the_interval() -> None:
    got = taken([Use(F(240)), Use(F(475))], [Allowance(F(300))], price("30", "0.5"))
    assert [(each.covered, each.overage, each.charge) for each in got] == [(240, 0, 0), (60, 415, 7)]
    assert charged(got) == 7


@pytest.mark.parametrize("is_shared, covered", [(True, [8, 2]), (False, [8, 8])])
def test_a_balance_is_shared_or_ones_own(is_shared: bool, covered: list[int]) -> None:
    both = [Use(F(8), "Ann"), Use(F(8), "Bob")]
    got = taken(both, [Allowance(F(10), is_shared=is_shared)], price("1", "0.1"))
    assert [each.covered for each in got] == covered


def test_money_pays_at_the_price_of_the_record() -> None:
    (got,) = taken([Use(F(240))], [Allowance(F(10)), Allowance(F(2), True)], price("1", "0.1"))
    assert (got.covered, got.money, got.overage, got.charge) == (30, 2, 210, 21)
    (free,) = taken([Use(F(240))], [Allowance(F(2), True)], price("1", "0"))
    assert (free.covered, free.money) == (240, 0)


def test_every_record_starts_in_the_first_band() -> None:
    bands = graduated.Params((graduated.Band(D(20), D("0.1")), graduated.Band(None, D("0.2"))))
    got = taken([Use(F(42)), Use(F(42))], [], OveragePrice(F(1), bands))
    assert [each.charge for each in got] == [F("6.4"), F("6.4")]
    with pytest.raises(ValueError, match="more than one band"):
        taken([Use(F(1))], [Allowance(F(1), True)], OveragePrice(F(1), bands))


def test_an_interval_is_above_0() -> None:
    with pytest.raises(ValueError, match="above 0"):
        price("0", "1")


@given(uses, allowances)
def test_covered_and_overage_are_the_use_and_no_balance_is_overdrawn(
    of: list[Use], included: list[Allowance]
) -> None:
    got = taken(of, included, price("1", "0.5"))
    assert [each.covered + each.overage for each in got] == [use.quantity for use in of]
    holders = len({use.user for use in of})
    worth = sum((a.size if a.is_money else F(0)) * (1 if a.is_shared else holders) for a in included)
    units = sum((F(0) if a.is_money else a.size) * (1 if a.is_shared else holders) for a in included)
    money = sum((each.money for each in got), F(0))
    assert 0 <= money <= worth
    assert 0 <= sum((each.covered for each in got), F(0)) - money / F("0.5") <= units
