"""Local dates, gaps and folds of the clock."""

import os
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from fractions import Fraction
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetbill.kernel import zones
from jetbill.kernel.periods import Period

NEW_YORK = zones.zone("America/New_York")
names = st.sampled_from(
    [
        "UTC",
        "America/New_York",
        "Europe/Vienna",
        "Asia/Kolkata",
        "Pacific/Apia",
        "America/Juneau",
        "Asia/Beirut",
    ]
)
days = st.dates(date(1995, 1, 1), date(2037, 1, 1))
instants = st.datetimes(datetime(1995, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_one_instant_is_two_days() -> None:
    at = utc("2023-06-16T05:00")
    assert zones.local_date(at, zones.zone("America/Denver")) == date(2023, 6, 15)
    assert zones.local_date(at, zones.zone("America/Halifax")) == date(2023, 6, 16)


@pytest.mark.parametrize(
    "start, end, zone, count",
    [
        ("2024-03-09T00:00", "2024-03-11T00:00", "America/New_York", 2),
        ("2024-11-02T00:00", "2024-11-04T00:00", "America/New_York", 2),
        ("2024-07-30T00:00", "2024-08-02T00:00", "Europe/London", 3),
    ],
)
def test_a_day_of_23_or_25_hours_is_one(start: str, end: str, zone: str, count: int) -> None:
    assert zones.local_days(utc(start), utc(end), zones.zone(zone)) == count


def test_a_computed_time_moves_out_of_the_gap_and_is_the_first_in_the_fold() -> None:
    assert zones.settled(datetime(2024, 3, 10, 2, 30), NEW_YORK) == datetime(2024, 3, 10, 3, 30)
    assert zones.instant_of(datetime(2024, 11, 3, 1, 30), NEW_YORK) == utc("2024-11-03T05:30")


def test_a_claimed_time_in_the_gap_never_was() -> None:
    assert zones.claimed_instant(datetime(2024, 3, 10, 2, 30), NEW_YORK) is None
    assert zones.claimed_instant(datetime(2024, 11, 3, 1, 30), NEW_YORK) == utc("2024-11-03T05:30")
    assert zones.claimed_instant(datetime(2024, 11, 3, 1, 30), NEW_YORK, fold=1) == utc("2024-11-03T06:30")
    assert zones.claimed_instant(datetime(2024, 7, 3, 1, 30), NEW_YORK) == utc("2024-07-03T05:30")


def test_a_midnight_that_the_clock_jumps_over_begins_the_day_an_hour_later() -> None:
    beirut = zones.zone("Asia/Beirut")
    assert zones.local_wall(zones.midnight(date(2022, 3, 27), beirut), beirut) == datetime(2022, 3, 27, 1)


def test_a_day_that_an_island_skipped_is_empty() -> None:
    skipped = Period(date(2011, 12, 30), date(2011, 12, 31))
    first, end = zones.window(skipped, zones.zone("Pacific/Apia"))
    assert first == end


def test_a_window_in_seconds() -> None:
    january = Period(date(1970, 1, 1), date(1970, 1, 2))
    assert zones.window_s(january, zones.zone("UTC")) == (0, 86400)
    assert zones.elapsed_s(utc("2024-01-01T00:00:00.5"), utc("2024-01-01T00:00:01")) == Fraction(1, 2)


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "Europe"])
def test_no_such_zone(name: str) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        zones.zone(name)


@given(names, days, days)
def test_windows_of_days_tile_time(name: str, first: date, second: date) -> None:
    at = zones.zone(name)
    early, late = sorted((first, second))
    middle = date.fromordinal((early.toordinal() + late.toordinal()) // 2)
    parts = zones.window(Period(early, middle), at), zones.window(Period(middle, late), at)
    assert parts[0][1] == parts[1][0]
    assert parts[0][0] <= parts[0][1] <= parts[1][1]


@given(names, instants)
def test_an_instant_lies_in_the_window_of_its_day(name: str, instant: datetime) -> None:
    at = zones.zone(name)
    day = zones.local_date(instant, at)
    first, end = zones.window(Period(day, date.fromordinal(day.toordinal() + 1)), at)
    assert first <= instant < end


def test_the_zone_of_the_server_is_irrelevant(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = set()
    for server in ("UTC", "Pacific/Kiritimati", "America/Juneau"):
        monkeypatch.setitem(os.environ, "TZ", server)
        time.tzset()
        answers.add(zones.midnight(date(2024, 3, 10), NEW_YORK))
    monkeypatch.undo()
    time.tzset()
    assert len(answers) == 1


def test_every_machine_has_the_zones_of_the_package(tmp_path: Path) -> None:
    """A system whose Vienna has no summer, with all its zones set to be found first, changes nothing."""
    packaged = files("tzdata") / "zoneinfo"
    (tmp_path / "Europe").mkdir()
    (tmp_path / "Europe" / "Vienna").write_bytes((packaged / "Etc" / "GMT+7").read_bytes())
    told = (
        "from datetime import UTC, datetime\n"
        "from jetbill.kernel.zones import local_wall, zone\n"
        "print(local_wall(datetime(2026, 7, 1, tzinfo=UTC), zone('Europe/Vienna')))"
    )
    source = str(Path(zones.__file__).parents[2])
    environment = {**os.environ, "PYTHONTZPATH": str(tmp_path), "PYTHONPATH": source}
    done = subprocess.run([sys.executable, "-c", told], env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == "2026-07-01 02:00:00", done.stderr
