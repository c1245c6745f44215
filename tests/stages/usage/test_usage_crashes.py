"""Two importers at once, and importers that are killed: afterwards the table is as after one clean import."""

import os
import random
import signal
import time
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from django.db import connection

from jetbill.doors.files import usage_lines
from jetbill.doors.files.usage_format import find_format
from jetbill.doors.files.usage_import import Into, import_usage
from jetbill.doors.files.usage_inbox import take_in_folder
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import realm_scope
from jetbill.stages.usage import queries
from jetbill.stages.usage.models import QuarantinedRow, UsageBlock, UsageFile, UsageRecord, UsageSession
from jetbill.stages.usage.values import Outcome

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 2, 1, tzinfo=UTC)
ROWS = 3_000


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage_lines, "BLOCK_LINES", 250)


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    """Rows with repeats of ids and a few that are no usage, in no order of time."""
    pick = random.Random(7)
    path = tmp_path / "calls.csv"
    with path.open("w") as file:
        file.write("id,identifier,started,duration,octets_in,octets_out,service_class\n")
        for row in range(ROWS):
            day, second, bad = pick.randrange(1, 29), pick.randrange(60), "-" if row % 97 == 0 else ""
            name = row if row % 50 else row // 2
            file.write(f"c{name},user{row % 40},2026-01-{day:02d} 10:00:{second:02d},{bad}60,{row},1,data\n")
    return path


@pytest.fixture
def sessions(tmp_path: Path) -> Path:
    """Reports of forty sessions, shuffled and repeated."""
    pick = random.Random(8)
    rows = []
    for session in range(40):
        for report in range(50):
            at = f"2026-01-{5 + report // 20:02d} {report % 20:02d}:{session:02d}:00"
            seconds = (report // 20 * 24 + report % 20 + 1) * 3600
            begun = f"2026-01-04 23:{session:02d}:00"
            rows.append(
                f"s{session},user{session},192.0.2.1,{begun},{at},,{seconds},{report * 1000},{report}"
            )
    rows += pick.sample(rows, 200)
    pick.shuffle(rows)
    header = "acctuniqueid,username,nasipaddress,acctstarttime,acctupdatetime,acctstoptime,"
    path = tmp_path / "radacct.csv"
    path.write_text("\n".join([f"{header}acctsessiontime,acctinputoctets,acctoutputoctets", *rows, ""]))
    return path


def take(path: Path, form: str, realm: Realm) -> None:
    import_usage(path, find_format(form), Into(realm, NOW))


def start(path: Path, form: str, realm: Realm) -> BaseProcess:
    """An importer of its own: a fork with a connection of its own."""
    connection.close()
    process = get_context("fork").Process(target=take, args=(path, form, realm))
    process.start()
    return process


def picture(realm: Realm) -> tuple[Outcome, list[object]]:
    """Everything that must not depend on how often it was tried."""
    with realm_scope(realm):
        total = queries.conservation()
        assert total.read == total.taken + total.duplicates + total.quarantined
        assert queries.stored() == queries.kept() == total.taken
        assert not UsageFile.objects.filter(finished_at=None).exists()
        records = list(
            UsageRecord.objects.order_by("started", "key").values_list("started", "key", "line", "octets_in")
        )
        bad = list(QuarantinedRow.objects.order_by("line").values_list("line", "reason"))
        known = list(UsageSession.objects.order_by("key").values_list("told_seconds", "told_octets_in"))
    return total, [*records, *bad, *known]


def forget(realm: Realm) -> None:
    with realm_scope(realm):
        for model in (UsageRecord, UsageBlock, QuarantinedRow, UsageSession, UsageFile):
            model.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM usage_report")


@pytest.mark.parametrize("form", ["plain", "radacct"])
def test_two_importers_of_one_file_share_the_work(
    calls: Path, sessions: Path, transactional_db: None, north: Realm, form: str
) -> None:
    path = calls if form == "plain" else sessions
    take(path, form, north)
    expected = picture(north)
    forget(north)
    both = [start(path, form, north) for _ in range(2)]
    for process in both:
        process.join(60)
    assert [process.exitcode for process in both] == [0, 0]
    assert picture(north) == expected


@pytest.mark.parametrize("form", ["plain", "radacct"])
def test_killed_importers_leave_what_one_clean_import_leaves(
    calls: Path, sessions: Path, transactional_db: None, north: Realm, form: str
) -> None:
    path = calls if form == "plain" else sessions
    begun = time.monotonic()
    take(path, form, north)
    whole = time.monotonic() - begun
    expected = picture(north)
    forget(north)
    pick = random.Random(form)
    for _ in range(6):
        process = start(path, form, north)
        time.sleep(pick.uniform(0, whole))
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
    take(path, form, north)
    assert picture(north) == expected


def test_two_files_with_the_same_rows_at_once_add_them_once(
    calls: Path, tmp_path: Path, transactional_db: None, north: Realm
) -> None:
    header, *rows = calls.read_text().splitlines()
    backwards = tmp_path / "backwards.csv"
    backwards.write_text("\n".join([header, *reversed(rows), ""]))
    both = [start(path, "plain", north) for path in (calls, backwards)]
    for process in both:
        process.join(60)
    total, _ = picture(north)
    assert [process.exitcode for process in both] == [0, 0]
    assert total.read.records == 2 * ROWS
    with realm_scope(north):
        distinct = len({line.split(",")[0] + line.split(",")[2] for line in rows if ",-60," not in line})
        assert UsageRecord.objects.count() == distinct


def test_a_watched_folder_takes_files_in_by_itself(
    calls: Path, tmp_path: Path, transactional_db: None, north: Realm
) -> None:
    inbox = tmp_path / "inbox"
    place = inbox / north.slug / "plain"
    place.mkdir(parents=True)
    calls.rename(place / "calls.csv")
    for name, text in (("wrong.csv", "a,b\n"), (".hidden.csv", ""), ("late.part", ""), ("new.csv", "")):
        (place / name).write_text(text)
    stranger = inbox / "nowhere" / "plain"
    stranger.mkdir(parents=True)
    (stranger / "x.csv").write_text("a\n")
    later = time.time() - 120
    for path in (
        place / "calls.csv",
        place / "wrong.csv",
        place / ".hidden.csv",
        place / "late.part",
        stranger / "x.csv",
    ):
        os.utime(path, (later, later))
    done = take_in_folder(inbox, tmp_path / "formats", datetime.now(UTC))
    assert [each.name for each in done] == ["calls.csv"]
    assert sorted(p.name for p in place.iterdir()) == [
        ".hidden.csv",
        "done",
        "late.part",
        "new.csv",
        "refused",
    ]
    assert "the column 'id' is missing" in (place / "refused" / "wrong.csv.reason.txt").read_text()
    assert "no realm called 'nowhere'" in (stranger / "refused" / "x.csv.reason.txt").read_text()
    (place / "done" / "calls.csv").rename(place / "calls.csv")
    os.utime(place / "calls.csv", (later, later))
    (again,) = take_in_folder(inbox, tmp_path / "formats", datetime.now(UTC))
    assert again.was_known
    picture(north)
