"""Changes within a period."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetbill.kernel import plan_change
from jetbill.kernel.periods import Period
from jetbill.kernel.plan_change import Change, ComponentChanges, Split

D = Decimal
MARCH = Period(date(2024, 3, 1), date(2024, 4, 1))
YEAR = Period(date(2024, 2, 18), date(2025, 2, 18))
THIRTY = Period(date(2025, 1, 1), date(2025, 1, 31))
prices = st.integers(0, 10**6).map(lambda n: Decimal(n).scaleb(-2))


def split(period: Period, on: str) -> Split:
    return Split(period, date.fromisoformat(on), "EUR")


def test_the_day_of_the_change_belongs_to_the_new_plan() -> None:
    change = plan_change.changed(split(YEAR, "2024-09-05"), D("1000.00"), D("3000.00"))
    assert change == Change(D("453.55"), D("1360.66"))
    assert change.net == D("907.11")


def test_a_change_on_the_period_end_has_no_lines() -> None:
    parts = ComponentChanges(matched=[(D(100), D(200))])
    assert plan_change.lines(split(THIRTY, "2025-01-31"), parts) == ()


def test_another_length_of_period_begins_a_cycle_of_its_own() -> None:
    june = Period(date(2025, 6, 1), date(2025, 7, 1))
    change = plan_change.restarted(split(june, "2025-06-11"), D("100.00"), D("1000.00"))
    assert change == Change(D("66.67"), D("1000.00"))


def test_seats_are_credited_and_charged() -> None:
    change = plan_change.repriced(split(THIRTY, "2025-01-16"), (D(5), D(10)), (D(10), D(10)))
    assert change == Change(D(25), D(50))


def test_components_that_change_come_and_go() -> None:
    parts = ComponentChanges([(D(100), D(200))], added=[D(30)], removed=[D(60)], one_time=[D("9.99")])
    lines = plan_change.lines(split(THIRTY, "2025-01-16"), parts)
    assert lines == (D(-50), D(100), D(15), D("9.99"), D(-30))
    assert plan_change.totals(lines) == Change(D(80), D("124.99"))


@pytest.mark.parametrize(
    "potential, paid, before, credit", [(100, 200, 180, 20), (0, 200, 50, 0), (-5, 200, 0, 0), (5, 10, 20, 0)]
)
def test_a_credit_is_never_above_what_was_paid(potential: int, paid: int, before: int, credit: int) -> None:
    assert plan_change.capped_credit(D(potential), D(paid), D(before)) == credit


def test_the_last_day_is_still_paid() -> None:
    february = Period(date(2024, 2, 1), date(2024, 3, 1))
    end = plan_change.ended_after(february, date(2024, 2, 12), "EUR")
    settled = plan_change.settled(end, plan_change.changed(end, D("29.00"), D(0)), D("29.00"), D("5.00"))
    assert (settled.change.credit, settled.usage) == (D("17.00"), D("2.07"))
    assert settled.ended == D("12.00") + D("2.07")


def test_a_change_is_settled_in_advance_or_in_arrears() -> None:
    at = split(Period(date(2024, 2, 1), date(2024, 3, 1)), "2024-02-12")
    settled = plan_change.settled(at, plan_change.changed(at, D(29), D(290)), D(29), D(5))
    assert settled.in_advance == D("163.90")
    assert settled.ended == D("11.00") + D("1.90")
    assert settled.begun == D("180.00") + D("3.10")


def test_several_changes_in_one_period() -> None:
    first, second = split(THIRTY, "2025-01-11"), split(THIRTY, "2025-01-21")
    steps = plan_change.chain([first, second], [D(30), D(60), D(15)], D(20))
    assert [step.change for step in steps] == [Change(D(20), D(40)), Change(D(20), D(5))]
    assert [step.credit_with_tax for step in steps] == [D(24), D(24)]
    with pytest.raises(ValueError, match="need 2 prices"):
        plan_change.chain([first], [D(1)])


def test_a_change_outside_its_period_cannot_be() -> None:
    with pytest.raises(ValueError, match="is not in the period"):
        split(MARCH, "2024-04-02")


@given(st.dates(MARCH.start, MARCH.end), prices)
def test_a_change_to_the_same_price_costs_nothing(on: date, price: Decimal) -> None:
    at = Split(MARCH, on, "EUR")
    assert plan_change.changed(at, price, price).net == 0
    assert at.before() + at.remaining() == 1


@given(st.lists(st.dates(MARCH.start, MARCH.end), min_size=1, max_size=4), prices, prices)
def test_a_change_undone_on_the_same_day_nets_nothing(days: list[date], old: Decimal, new: Decimal) -> None:
    for on in days:
        at = Split(MARCH, on, "EUR")
        there, back = plan_change.changed(at, old, new), plan_change.changed(at, new, old)
        assert there.net + back.net == 0
