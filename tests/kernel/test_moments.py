"""Periods that begin at a time of day."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetbill.kernel.book import Every, Span
from jetbill.kernel.moments import Moments, next_start
from jetbill.kernel.zones import zone

MONTHLY = Every(1, Span.MONTH)
instants = st.datetimes(datetime(1995, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))
everies = st.builds(Every, st.integers(1, 24), st.sampled_from(Span))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_a_month_keeps_the_day_and_the_hour_of_its_anchor() -> None:
    of = Moments(at("2025-01-31T15:00+00:00"), MONTHLY)
    assert of.containing(at("2025-02-28T14:59+00:00"))[1] == at("2025-02-28T15:00+00:00")
    assert of.containing(at("2025-02-28T15:00+00:00"))[1] == at("2025-03-31T15:00+00:00")
    assert of.containing(at("2024-12-31T14:00+00:00"))[0] == at("2024-11-30T15:00+00:00")


@pytest.mark.parametrize(
    "current, anchor, unit, count, start",
    [
        ("2024-02-29T23:59:59", "2024-01-31T23:59:59", MONTHLY, 1, "2024-03-31T23:59:59"),
        ("2024-12-30T10:37", None, MONTHLY, 2, "2025-02-01T00:00"),
        ("2026-03-22T00:00", None, Every(3, Span.MONTH), 1, "2026-04-01T00:00"),
        ("2024-02-27T00:00", "2024-02-27T00:00", Every(1, Span.DAY), 3, "2024-03-01T00:00"),
        ("2024-02-28T09:00", None, Every(1, Span.WEEK), 1, "2024-03-04T00:00"),
        ("2024-02-10T02:30", "2024-02-10T02:30", MONTHLY, 1, "2024-03-10T03:30"),
    ],
)
def test_the_next_start(current: str, anchor: str | None, unit: Every, count: int, start: str) -> None:
    got = next_start(at(current), (unit, count), at(anchor) if anchor else None, zone("America/New_York"))
    assert got == at(start)


@given(
    instants, everies, instants, st.sampled_from(["UTC", "America/New_York", "Asia/Kolkata", "Pacific/Apia"])
)
def test_moments_tile_time(anchor: datetime, every: Every, instant: datetime, name: str) -> None:
    of = Moments(anchor, every, zone(name))
    start, end = of.containing(instant)
    assert start <= instant < end
    assert of.containing(start)[0] == start
    assert of.containing(end)[0] == end
