"""What a run on a target date may bill."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetbill.kernel import due as of_due
from jetbill.kernel.book import Alignment, Every, Span, Timing
from jetbill.kernel.due import BillDays, Coverage, Piece, billed_until, due
from jetbill.kernel.periods import Cycle, Period, anniversary, bill_day

MONTHLY, YEARLY = Every(1, Span.MONTH), Every(12, Span.MONTH)
ADVANCE, ARREARS = Timing.ADVANCE, Timing.ARREARS
days = st.dates(date(1990, 1, 1), date(2060, 12, 31))
everies = st.builds(Every, st.integers(1, 24), st.sampled_from(Span))
cycles = st.builds(Cycle, everies, days, st.integers(1, 31))


@st.composite
def coverages(draw: st.DrawFn) -> Coverage:
    start = draw(days)
    length = draw(st.none() | st.integers(1, 900))
    return Coverage(draw(cycles), start, None if length is None else start + timedelta(days=length))


def day(text: str) -> date:
    return date.fromisoformat(text)


def monthly(start: str, bill: int, end: str | None = None) -> Coverage:
    return Coverage(bill_day(day(start), bill, MONTHLY), day(start), day(end) if end else None)


@pytest.mark.parametrize(
    "of, timing, target, until",
    [
        (monthly("2012-07-16", 16), ADVANCE, "2012-08-16", "2012-09-16"),
        (monthly("2012-01-16", 18, "2012-01-20"), ARREARS, "2012-01-25", "2012-01-20"),
        (monthly("2012-01-16", 13), ARREARS, "2012-01-16", None),
        (monthly("2012-01-16", 13), ADVANCE, "2011-01-16", "2012-02-13"),
        (monthly("2012-01-16", 18, "2012-01-28"), ADVANCE, "2012-01-25", "2012-01-28"),
    ],
)
def test_how_far_a_run_bills(of: Coverage, timing: Timing, target: str, until: str | None) -> None:
    assert billed_until(of, timing, day(target)) == (day(until) if until else None)


def test_greedy_arrears_go_to_the_next_boundary() -> None:
    of = monthly("2022-11-07", 7)
    assert billed_until(of, ARREARS, day("2022-12-01"), greedy=True) == day("2022-12-07")
    of = monthly("2022-09-01", 1)
    assert billed_until(of, ARREARS, day("2022-11-01"), greedy=True) == day("2022-11-01")


def test_last_and_next_bill_date() -> None:
    of = monthly("2012-01-16", 18, "2012-01-20")
    assert of_due.last_bill_date(of, ARREARS, day("2012-01-25")) == day("2012-01-18")
    assert of_due.next_bill_date(of, ARREARS, day("2012-01-25")) == day("2012-02-18")
    of = monthly("2012-01-16", 13)
    assert of_due.last_bill_date(of, ARREARS, day("2012-01-16")) is None
    assert of_due.next_bill_date(of, ARREARS, day("2012-01-16")) == day("2012-02-13")


def test_the_first_period_is_short_and_its_whole_period_is_aligned_again() -> None:
    of = Coverage(bill_day(day("2011-02-14"), 31, MONTHLY), day("2011-02-14"))
    (piece,) = due(of, ADVANCE, day("2011-02-14"))
    assert (piece.covered.days(), piece.whole.days()) == (14, 28)


def test_a_run_before_the_start_bills_nothing() -> None:
    assert due(monthly("2026-03-05", 1), ADVANCE, day("2026-03-04")) == ()
    assert due(monthly("2026-03-05", 1), ARREARS, day("2026-03-31")) == ()


def test_only_periods_that_end_after_since_are_due() -> None:
    of = monthly("2026-01-05", 1)
    assert [
        str(piece.covered.start) for piece in due(of, ADVANCE, day("2026-04-01"), since=day("2026-03-01"))
    ] == [
        "2026-03-01",
        "2026-04-01",
    ]


def test_the_period_containing_a_day() -> None:
    of = monthly("2024-01-01", 10)
    assert of.containing(day("2024-02-10")) == Period(day("2024-02-10"), day("2024-03-10"))
    assert of.containing(day("2023-02-10")) == Period(day("2024-01-01"), day("2024-01-10"))
    assert of.elapsed_cycles(day("2024-02-10")) == 2
    assert of.elapsed_cycles(day("2023-02-10")) == 0


def test_the_range_of_an_invoice() -> None:
    of = monthly("2021-01-10", 1)
    assert of_due.invoice_range(of, ARREARS, day("2021-02-01")) == Period(
        day("2021-01-10"), day("2021-02-01")
    )
    assert of_due.invoice_range(of, ADVANCE, day("2021-02-01")) == Period(
        day("2021-02-01"), day("2021-03-01")
    )


def test_the_period_of_a_run() -> None:
    of = Coverage(anniversary(day("2021-03-31"), MONTHLY), day("2021-03-31"), day("2022-03-10"))
    run = day("2022-03-29")
    assert of_due.run_period(of, ARREARS, run) == Period(day("2022-02-28"), day("2022-03-10"))
    of = Coverage(of.cycle, of.start)
    assert of_due.run_period(of, ARREARS, run) == Period(day("2022-01-31"), day("2022-02-28"))
    assert of_due.run_period(of, ADVANCE, run) == Period(day("2022-02-28"), day("2022-03-31"))


def test_a_second_run_on_a_day_makes_no_second_invoice() -> None:
    of = Coverage(anniversary(day("2023-02-04"), Every(3, Span.MONTH)), day("2023-02-04"))
    runs = [day(text) for text in ("2023-02-04", "2023-03-04", "2023-05-04", "2023-05-04", "2023-05-05")]
    assert of_due.invoiced_by(of, runs) == (False, False, True, False, False)


def test_after_a_new_bill_day_a_short_period_runs_to_it() -> None:
    days = BillDays(1, ((day("2016-05-05"), 10),))
    old, new = of_due.service(day("2016-01-01"), None, days, (Alignment.BILL_DAY, MONTHLY))
    assert old.end == day("2016-05-05")
    assert due(new, ADVANCE, day("2016-05-05")) == (
        Piece(Period(day("2016-05-05"), day("2016-05-10")), Period(day("2016-04-10"), day("2016-05-10"))),
    )


def test_a_bill_day_changes_only_what_it_aligns() -> None:
    start, end = day("2016-01-15"), day("2016-06-01")
    days = BillDays(1, ((day("2015-05-05"), 10), (day("2016-05-05"), 0), (day("2017-01-01"), 3)))
    calendar = of_due.service(start, end, days, (Alignment.CALENDAR, MONTHLY))
    weekly = of_due.service(start, end, days, (Alignment.BILL_DAY, Every(1, Span.WEEK)))
    assert (len(calendar), len(weekly)) == (1, 1)
    first, second = of_due.service(start, end, days, (Alignment.BILL_DAY, MONTHLY))
    assert (first.start, first.cycle.day, first.end) == (start, 10, day("2016-05-05"))
    assert (second.cycle.day, second.end) == (15, end)


@given(coverages(), days)
def test_containing_and_elapsed_agree(of: Coverage, on: date) -> None:
    period = of.containing(on)
    if on >= of.start:
        assert on in period
        assert of.elapsed_cycles(period.end) == of.elapsed_cycles(on) + 1
        assert of.elapsed_cycles(period.end - timedelta(days=1)) == of.elapsed_cycles(on)


@given(coverages(), st.sampled_from(Timing), st.integers(-50, 900), st.integers(0, 400))
def test_what_is_due_tiles_the_service_and_only_grows(
    of: Coverage, timing: Timing, wait: int, more: int
) -> None:
    target = of.start + timedelta(days=wait)
    pieces = due(of, timing, target)
    later = due(of, timing, target + timedelta(days=more))
    assert later[: len(pieces)] == pieces or of.end is not None
    until = of.start
    for piece in pieces:
        assert piece.covered.start == until
        assert piece.covered
        assert piece.covered.within(piece.whole)
        until = piece.covered.end
    if pieces:
        assert until == billed_until(of, timing, target)
    if timing is ADVANCE and wait >= 0:
        assert until == of.end or until > target


@given(coverages(), st.integers(0, 900), st.integers(0, 900))
def test_since_leaves_out_only_what_ended(of: Coverage, wait: int, closed: int) -> None:
    target, since = of.start + timedelta(days=wait), of.start + timedelta(days=closed)
    every = due(of, ADVANCE, target)
    assert due(of, ADVANCE, target, since=since) == tuple(one for one in every if one.whole.end > since)


def test_an_end_on_a_boundary_bills_nothing_of_the_next_period() -> None:
    of = monthly("2026-01-01", 1, "2026-03-01")
    for target in ("2026-03-01", "2026-06-30"):
        assert due(of, ADVANCE, day(target))[-1].covered.end == day("2026-03-01")
        assert len(due(of, ADVANCE, day(target))) == len(due(of, ARREARS, day(target))) == 2


def test_a_bill_day_of_31_is_billed_in_every_month() -> None:
    of = monthly("2026-01-31", 31)
    assert len(due(of, ADVANCE, day("2026-12-31"))) == 12


def test_a_run_that_missed_its_day_catches_up() -> None:
    of = monthly("2026-01-01", 1)
    assert due(of, ADVANCE, day("2026-03-09")) == due(of, ADVANCE, day("2026-03-01"))


def test_the_first_piece() -> None:
    piece = of_due.first_piece(monthly("2026-03-11", 1, "2026-03-20"))
    assert (piece.covered.days(), piece.whole.days()) == (9, 31)
