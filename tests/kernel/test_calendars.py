"""Time classes in local time: windows, holidays, precedence, and the days on which clocks change."""

from bisect import bisect_right
from datetime import UTC, date, datetime, time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jetbill.kernel.book import Calendar, TimeClass, TimeWindow
from jetbill.kernel.calendars import changes, class_codes, class_on, day_starts
from jetbill.kernel.zones import epoch_s, zone
from tests.laws import examples

WEEK = frozenset(range(5))
CALENDAR = Calendar(
    "c",
    (
        TimeClass("holiday", "Holiday", (TimeWindow(frozenset(), time(0), None, on_holidays=True),)),
        TimeClass("peak", "Peak", (TimeWindow(WEEK, time(8), time(20)),)),
        TimeClass("night", "Night", (TimeWindow(frozenset(range(7)), time(2, 30), time(3, 15)),)),
        TimeClass("late", "Late", (TimeWindow(WEEK, time(19), None),)),
    ),
    holidays=frozenset({date(2026, 4, 6)}),
)
ZONES = ("Europe/Vienna", "Australia/Adelaide", "America/New_York", "Africa/Casablanca", "Asia/Kathmandu")


def at(text: str) -> int:
    return epoch_s(datetime.fromisoformat(text).replace(tzinfo=UTC))


@pytest.mark.parametrize(
    "instant, code",
    [
        ("2026-03-02T06:59:59", "rest"),
        ("2026-03-02T07:00:00", "peak"),
        ("2026-03-02T18:59:59", "peak"),
        ("2026-03-02T19:00:00", "late"),
        ("2026-03-29T00:59:59", "rest"),
        ("2026-03-29T01:00:00", "night"),  # 02:30 does not exist: the clock shows 03:00
        ("2026-04-06T10:00:00", "holiday"),
    ],
)
def test_the_first_class_with_a_fitting_window_holds(instant: str, code: str) -> None:
    assert class_on(CALENDAR, at(instant), zone("Europe/Vienna")) == code


@settings(deadline=None, max_examples=examples(60))
@given(st.sampled_from(ZONES), st.integers(at("2025-12-20T00:00:00"), at("2027-01-10T00:00:00")), st.data())
def test_compiled_changes_say_what_the_clock_says(where: str, start: int, data: st.DataObject) -> None:
    horizon = (start, start + 10 * 86400)
    found = changes(CALENDAR, zone(where), horizon)
    instants = [instant for instant, _ in found]
    near = st.sampled_from(instants).map(lambda instant: instant + data.draw(st.integers(-1, 1)))
    for _ in range(20):
        t = min(max(data.draw(near | st.integers(*horizon)), start), horizon[1] - 1)
        number = found[bisect_right(instants, t) - 1][1]
        assert class_codes(CALENDAR)[number] == class_on(CALENDAR, t, zone(where))


def test_the_night_window_is_twice_there_when_the_clock_goes_back() -> None:
    day = (at("2026-10-24T22:00:00"), at("2026-10-25T23:00:00"))
    night = [instant for instant, number in changes(CALENDAR, zone("Europe/Vienna"), day) if number == 2]
    assert night == [at("2026-10-25T00:30:00"), at("2026-10-25T01:30:00")]


def test_days_start_at_local_midnight() -> None:
    starts = day_starts(zone("Europe/Vienna"), (at("2026-03-28T12:00:00"), at("2026-03-30T12:00:00")))
    assert [(b - a, day.day) for (a, day), (b, _) in pairwise(starts)] == [
        (86400, 28),
        (82800, 29),
    ]
