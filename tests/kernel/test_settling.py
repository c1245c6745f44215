"""Money settles debts in order; nothing is made or lost."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from jetbill.kernel.settling import Settlement, settle

amounts = st.lists(st.decimals(0, 1000, places=2), max_size=8)


def test_the_oldest_money_goes_to_the_oldest_debt() -> None:
    found = settle([Decimal(100), Decimal(50)], [Decimal(30), Decimal(90), Decimal(60)])
    assert found == (
        Settlement(0, 0, Decimal(30)),
        Settlement(0, 1, Decimal(70)),
        Settlement(1, 1, Decimal(20)),
        Settlement(1, 2, Decimal(30)),
    )


def test_what_is_nothing_or_less_is_passed_over() -> None:
    found = settle([Decimal(-5), Decimal(0), Decimal(7)], [Decimal(0), Decimal(-3), Decimal(5)])
    assert found == (Settlement(2, 2, Decimal(5)),)


@given(amounts, amounts)
def test_as_much_as_possible_is_settled_and_nothing_twice(
    credits: list[Decimal], debts: list[Decimal]
) -> None:
    found = settle(credits, debts)
    assert sum((each.amount for each in found), Decimal(0)) == min(sum(credits), sum(debts))
    for place, amount in enumerate(credits):
        assert sum(each.amount for each in found if each.credit == place) <= amount
    for place, amount in enumerate(debts):
        assert sum(each.amount for each in found if each.debt == place) <= amount
    assert all(each.amount > 0 for each in found)


@given(amounts, amounts)
def test_a_later_debt_gets_nothing_while_an_earlier_one_is_open(
    credits: list[Decimal], debts: list[Decimal]
) -> None:
    settled = settle(credits, debts)
    last = max((each.debt for each in settled), default=0)
    for place, amount in enumerate(debts[:last]):
        assert sum(each.amount for each in settled if each.debt == place) == amount
