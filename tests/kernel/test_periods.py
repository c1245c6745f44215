"""Cycles of local days, and the laws that they tile time."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetbill.kernel import periods
from jetbill.kernel.book import Alignment, Every, Span
from jetbill.kernel.periods import Cycle, Period, anniversary, bill_day, calendar, duration

MONTHLY, QUARTERLY, YEARLY = (Every(n, Span.MONTH) for n in (1, 3, 12))
days = st.dates(date(1950, 1, 1), date(2150, 12, 31))
everies = st.builds(Every, st.integers(1, 60), st.sampled_from(Span))
cycles = st.builds(Cycle, everies, days, st.integers(1, 31))


def day(text: str) -> date:
    return date.fromisoformat(text)


def test_the_intended_day_comes_back_after_a_short_month() -> None:
    of = anniversary(day("2024-01-31"), MONTHLY)
    assert [str(of.boundary(k)) for k in range(4)] == ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]


def test_a_leap_day_comes_back_after_four_years() -> None:
    of = anniversary(day("2024-02-29"), YEARLY)
    assert [str(of.boundary(k)) for k in (3, 4)] == ["2027-02-28", "2028-02-29"]


@pytest.mark.parametrize(
    "start, bill, every, first",
    [
        ("2012-02-16", 14, MONTHLY, "2012-03-14"),
        ("2012-02-16", 14, YEARLY, "2013-02-14"),
        ("2012-02-16", 30, YEARLY, "2012-02-29"),
        ("2012-01-31", 30, MONTHLY, "2012-02-29"),
        ("2012-02-16", 14, Every(30, Span.DAY), "2012-02-16"),
    ],
)
def test_the_first_boundary_is_not_before_the_start(start: str, bill: int, every: Every, first: str) -> None:
    assert bill_day(day(start), bill, every).at_or_after(day(start)) == day(first)


def test_a_month_that_ends_on_the_last_day_is_not_a_day_early() -> None:
    of = bill_day(day("2023-04-30"), 31, MONTHLY)
    assert of.containing(day("2023-04-30")) == Period(day("2023-04-30"), day("2023-05-31"))


@pytest.mark.parametrize(
    "on, every, start",
    [
        ("2026-03-22", QUARTERLY, "2026-01-01"),
        ("2026-03-22", Every(6, Span.MONTH), "2026-01-01"),
        ("2026-11-22", Every(24, Span.MONTH), "2026-01-01"),
        ("2026-11-22", Every(2, Span.MONTH), "2026-11-01"),
        ("2026-03-22", Every(2, Span.WEEK), "2026-03-16"),
        ("2026-03-22", Every(1, Span.DAY), "2026-03-22"),
    ],
)
def test_calendar_units_begin_where_the_calendar_says(on: str, every: Every, start: str) -> None:
    assert calendar(day(on), every).boundary(0) == day(start)


def test_quarters_may_be_aligned_to_a_month() -> None:
    of = periods.aligned(2, 15, QUARTERLY)
    assert of.containing(day("2025-05-14")) == Period(day("2025-02-15"), day("2025-05-15"))
    with pytest.raises(ValueError, match="1 to 12"):
        periods.aligned(13, 1, QUARTERLY)


def test_the_alignment_of_a_fee_names_its_cycle() -> None:
    start = day("2026-03-22")
    assert periods.cycle(Alignment.CALENDAR, start, 5, MONTHLY).boundary(0) == day("2026-03-01")
    assert periods.cycle(Alignment.BILL_DAY, start, 5, MONTHLY).boundary(0) == day("2026-03-05")
    assert periods.cycle(Alignment.BILL_DAY, start, 0, MONTHLY).boundary(0) == start
    assert periods.cycle(Alignment.ANNIVERSARY, start, 5, MONTHLY).boundary(0) == start


def test_durations_are_read_as_iso_writes_them() -> None:
    assert duration("P1Y") == YEARLY
    assert duration("P3M") == QUARTERLY
    assert duration("P2W") == Every(2, Span.WEEK)
    assert duration("P30D") == Every(30, Span.DAY)
    for text in ("P0M", "1M", "P1M1D", "PT1H", ""):
        with pytest.raises(ValueError, match="is not a period"):
            duration(text)


def test_what_no_cycle_can_be() -> None:
    with pytest.raises(ValueError, match="cannot be"):
        Cycle(Every(0, Span.MONTH), day("2026-01-01"), 1)
    with pytest.raises(ValueError, match="1 to 31"):
        Cycle(MONTHLY, day("2026-01-01"), 0)
    with pytest.raises(ValueError, match="before its start"):
        Period(day("2026-01-02"), day("2026-01-01"))


def test_a_cut_outside_is_empty() -> None:
    january = Period(day("2026-01-01"), day("2026-02-01"))
    assert not january.cut(Period(day("2026-03-01"), day("2026-04-01")))
    assert january.cut(Period(day("2026-01-10"), day("2026-04-01"))).days() == 22
    assert day("2026-01-31") in january
    assert day("2026-02-01") not in january


def test_months_of_a_cycle() -> None:
    assert anniversary(day("2026-01-01"), YEARLY).months() == 12
    assert anniversary(day("2026-01-01"), Every(30, Span.DAY)).months() is None


@given(cycles, st.integers(-40, 40))
def test_periods_tile_time(of: Cycle, k: int) -> None:
    assert of.whole(k).days() > 0
    assert of.whole(k).end == of.whole(k + 1).start


@given(cycles, days)
def test_the_containing_period_contains(of: Cycle, on: date) -> None:
    whole = of.containing(on)
    assert on in whole
    assert of.at_or_before(on) == whole.start
    assert of.after(on) == whole.end
    assert of.at_or_after(on) == (on if whole.start == on else whole.end)
    assert of.index(whole.end) == of.index(on) + 1
    assert of.index(whole.end - timedelta(days=1)) == of.index(on)


@given(days, st.integers(1, 31), st.integers(1, 24), st.integers(-30, 30))
def test_boundaries_never_drift(anchor: date, bill: int, months: int, k: int) -> None:
    boundary = bill_day(anchor, bill, Every(months, Span.MONTH)).boundary(k)
    tomorrow = boundary + timedelta(days=1)
    assert boundary.day == bill or (boundary.day < bill and tomorrow.day == 1)
