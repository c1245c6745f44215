"""Grants burn in their order."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from jetbill.kernel.grants import Grant, burnt, due_after, gross, paid_from

F, D = Fraction, Decimal
NOW = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
amounts = st.fractions(0, 1000)
times = st.none() | st.integers(-5, 5).map(lambda n: NOW + n * DAY)
grants = st.lists(st.builds(Grant, amounts, st.integers(0, 2), times, times), max_size=6)


def test_priority_comes_before_expiry_and_expiry_before_order() -> None:
    of = [
        Grant(F(10)),
        Grant(F(10), 0, None, NOW + 2 * DAY),
        Grant(F(10), 0, None, NOW + DAY),
        Grant(F(10), -1),
    ]
    assert burnt(of, F(25), NOW).balances == (10, 5, 0, 0)
    assert burnt([Grant(F(5)), Grant(F(5))], F(6), NOW).balances == (0, 4)


def test_future_and_expired_grants_show_nothing() -> None:
    of = [Grant(F(100), 0, NOW + DAY), Grant(F(100), 0, None, NOW - DAY)]
    got = burnt(of, F(50), NOW)
    assert (got.balances, got.overage) == ((0, 0), 50)


def test_a_use_just_before_the_end_burns_the_grant_that_ends() -> None:
    got = burnt([Grant(F(100), 0, None, NOW), Grant(F(100), 0, NOW)], F(50), NOW)
    assert (got.balances, got.overage) == ((0, 100), 0)


def test_credits_pay_lines_in_order() -> None:
    assert due_after(F(120), [F(100), F(50)]) == (0, 30)


def test_a_wallet_pays_at_most_what_it_holds() -> None:
    bills = [gross(D(10), D(20), "EUR"), gross(D(10), D(0), "EUR")]
    assert [(each.used, each.left) for each in paid_from(D(15), bills)] == [(12, 3), (3, 0)]


@given(grants, amounts, amounts)
def test_burning_in_pieces_is_burning_at_once(of: list[Grant], one: Fraction, other: Fraction) -> None:
    still = [each for each in of if each.is_active(NOW) and each.is_active_before(NOW)]
    first = burnt(still, one, NOW)
    rest = [
        Grant(left, each.priority, each.effective, each.expires)
        for each, left in zip(still, first.balances, strict=True)
    ]
    second, whole = burnt(rest, other, NOW), burnt(still, one + other, NOW)
    assert second.balances == whole.balances
    assert first.overage + second.overage == whole.overage
    assert sum(each.amount for each in still) - sum(whole.balances) + whole.overage == one + other
    assert all(balance >= 0 for balance in whole.balances)


@given(amounts, st.lists(amounts))
def test_a_credit_pays_no_more_than_it_is(credit: Fraction, lines: list[Fraction]) -> None:
    due = due_after(credit, lines)
    assert sum(lines) - sum(due) == min(credit, sum(lines))
    assert all(0 <= left <= line for left, line in zip(due, lines, strict=True))
