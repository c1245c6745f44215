"""Jet's clock can be moved, and the scheduler lives by it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jetbill.kernel.trouble import BadInput
from jetbill.running import clock
from jetbill.running.lifeline import Lifeline
from jetbill.running.scheduler import Tick, schedule

NOW = datetime(2026, 2, 1, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize("said, days", [("", 0), ("+40d", 40), ("-24h", -1), ("+86400s", 1)])
def test_the_clock_is_moved_by_an_offset(monkeypatch: pytest.MonkeyPatch, said: str, days: int) -> None:
    monkeypatch.setenv("JET_CLOCK", said)
    wanted = datetime.now(UTC) + timedelta(days=days)
    assert abs(clock.now() - wanted) < timedelta(minutes=1)


def test_the_clock_is_moved_by_a_file_while_jet_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "clock"
    monkeypatch.setenv("JET_CLOCK", str(file))
    for days in (0, 40):
        file.write_text(f"+{days}d\n")
        assert abs(clock.now() - datetime.now(UTC) - timedelta(days=days)) < timedelta(minutes=1)


@pytest.mark.parametrize("said", ["tomorrow", "/no/such/file"])
def test_a_clock_that_cannot_be_read_is_refused(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("JET_CLOCK", said)
    with pytest.raises(BadInput, match="JET_CLOCK"):
        clock.now()


def test_ticks_come_by_the_clock_and_a_failing_one_stops_no_other() -> None:
    hours = iter(range(100))
    life = Lifeline()
    seen: list[tuple[str, datetime]] = []

    def now() -> datetime:
        hour = next(hours)
        if hour >= 12:
            life.end()
        return NOW + timedelta(hours=hour)

    def broken(at: datetime) -> None:
        seen.append(("broken", at))
        raise RuntimeError("a bug")

    ticks = [
        Tick("broken", timedelta(hours=1), broken),
        Tick("daily", timedelta(hours=5), lambda at: seen.append(("daily", at))),
    ]
    schedule(ticks, now, life, poll_s=0)
    daily = [at for name, at in seen if name == "daily"]
    assert daily[0] == NOW + timedelta(hours=1)
    assert len(daily) == 2 and daily[1] - daily[0] >= timedelta(hours=5)
    assert len(seen) - len(daily) == 6
