"""What rating reads are the very records that are stored, whatever files they came in; small blocks unite."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from jetbill.doors.files.usage_format import find_format
from jetbill.doors.files.usage_import import Into, import_usage
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import realm_scope
from jetbill.stages.usage import columnar
from jetbill.stages.usage.models import UsageBlock, UsageRecord

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, tzinfo=UTC)
MONTHS = (date(2026, 1, 1), date(2026, 2, 1))


def take(folder: Path, realm: Realm, numbers: Iterable[int]) -> None:
    """Calls and data of two months, one for each number; the same number is the same record."""
    path = folder / f"{realm.pk}-{'-'.join(map(str, numbers))}.csv"
    lines = ["id,identifier,started,duration,octets_in,octets_out,service_class,direction,counterparty"]
    for n in numbers:
        start = f"2026-0{1 + n % 2}-{1 + n % 28:02d} 10:00:{n % 60:02d}"
        used = f"{n},0,0,voice,in,4912{n}" if n % 3 else f"{n},{n * 10**9},7,data,out,"
        lines.append(f"c{n},login{n % 5},{start},{used}")
    path.write_text("\n".join(lines) + "\n")
    import_usage(path, find_format("plain"), Into(realm, NOW))


def as_rows() -> list[tuple[int, ...]]:
    names = ["duration_s", "octets_in", "octets_out", "quantity", "party", "counterparty"]
    names += ["service_class", "direction", "file", "line"]
    stored = UsageRecord.objects.values_list("identifier", "started", *names)
    return sorted((one, int(started.timestamp()), *rest) for one, started, *rest in stored)


def as_columns() -> list[tuple[int, ...]]:
    found: list[tuple[int, ...]] = []
    for month in MONTHS:
        for chunk in columnar.read(month):
            found += zip(*(chunk[name].tolist() for name in columnar.NAMES), strict=True)
    return sorted(found)


def test_columns_hold_what_rows_hold(north: Realm, south: Realm, tmp_path: Path) -> None:
    take(tmp_path, north, range(40))
    take(tmp_path, north, range(30, 60))  # a third of it was in the first file
    take(tmp_path, north, range(35, 45))  # all of it was
    with realm_scope(north):
        assert as_columns() == as_rows()
        assert len(as_rows()) == sum(columnar.rows(month) for month in MONTHS) == 60
    with realm_scope(south):
        assert as_columns() == []


def test_small_blocks_are_put_together(north: Realm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columnar, "MANY", 3)
    monkeypatch.setattr(columnar, "SMALL", 25)
    for n in range(0, 100, 10):
        take(tmp_path, north, range(n, n + 10))
    with realm_scope(north):
        assert as_columns() == as_rows()
        assert list(UsageBlock.objects.values_list("rows", flat=True)) == [25] * 4
