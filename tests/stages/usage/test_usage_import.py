"""Usage files come in whole, once, and in two realms apart: nothing is lost and nothing counts twice."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import connection, transaction

from jetbill.doors.files.usage_format import find_format
from jetbill.doors.files.usage_import import Imported, Into, import_usage, retry
from jetbill.kernel.trouble import BadInput
from jetbill.stages.customers.models import Identifier
from jetbill.stages.realms.blocks import Block, packed
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import outside_realms, realm_scope
from jetbill.stages.usage import actions, columnar, queries
from jetbill.stages.usage.models import QuarantinedRow, UsageBlock, UsageFile, UsageRecord, UsageSession
from jetbill.stages.usage.values import Counted

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 2, 1, tzinfo=UTC)
HEADER = "id,identifier,started,duration,octets_in,octets_out,service_class,counterparty"


def csv(path: Path, rows: Sequence[str], header: str = HEADER) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def rows(first: int, last: int) -> list[str]:
    return [f"c{n},ann,2026-01-{n % 28 + 1:02d} 10:00:00,60,100,{n},data," for n in range(first, last)]


def take(path: Path, realm: Realm, form: str = "plain") -> Imported:
    return import_usage(path, find_format(form), Into(realm, NOW))


def conserved(realm: Realm) -> None:
    with realm_scope(realm):
        all_files = queries.conservation()
        assert all_files.read == all_files.taken + all_files.duplicates + all_files.quarantined
        assert queries.stored() == queries.kept() == all_files.taken


def test_a_file_is_taken_in_once(north: Realm, tmp_path: Path) -> None:
    first = take(csv(tmp_path / "a.csv", rows(0, 50)), north)
    octets = 50 * 100 + sum(range(50))
    assert first.outcome.taken == first.outcome.read == Counted(50, octets, 3000)
    again = take(tmp_path / "a.csv", north)
    assert again.was_known and again.file == first.file
    overlapping = take(csv(tmp_path / "b.csv", rows(40, 60)), north)
    assert overlapping.outcome.taken.records == overlapping.outcome.duplicates.records == 10
    assert overlapping.outcome.duplicates.octets == 10 * 100 + sum(range(40, 50))
    conserved(north)
    with realm_scope(north):
        assert UsageRecord.objects.count() == 60
        assert Identifier.objects.get().value == "ann"


def test_what_a_row_says_is_what_is_stored(north: Realm, tmp_path: Path) -> None:
    row = "x1,ann,2026-01-31T23:30:00+01:00,90,7,8,voice,+43 1 234567"
    take(csv(tmp_path / "a.csv", [row]), north)
    with realm_scope(north):
        record = UsageRecord.objects.get()
    assert record.started == datetime(2026, 1, 31, 22, 30, tzinfo=UTC)
    assert (record.duration_s, record.octets_in, record.octets_out, record.line) == (90, 7, 8, 2)
    assert (record.service_class, record.direction, record.party) == (1, 0, 0)
    assert record.counterparty == 431234567_000000 * 16 + 9


def test_realms_do_not_share_usage(north: Realm, south: Realm, tmp_path: Path) -> None:
    for realm in (north, south):
        assert take(csv(tmp_path / "a.csv", rows(0, 5)), realm).outcome.taken.records == 5
        conserved(realm)


def test_equal_rows_without_an_id_are_two_records(north: Realm, tmp_path: Path) -> None:
    form = replace(find_format("plain"), code="noid", source="noid", id=(), others_ignored=True)
    row = "-,ann,2026-01-05 10:00:00,60,1,1,data,"
    first = import_usage(csv(tmp_path / "a.csv", [row, row, row]), form, Into(north, NOW))
    assert first.outcome.taken.records == 3
    longer = import_usage(csv(tmp_path / "b.csv", [row, row, row, row]), form, Into(north, NOW))
    assert (longer.outcome.taken.records, longer.outcome.duplicates.records) == (1, 3)


def test_bad_rows_go_to_quarantine_and_the_rest_goes_in(north: Realm, tmp_path: Path) -> None:
    bad = [
        "b1,ann,2026-01-05 10:00:00,-5,1,1,data,",
        "b2,ann,2026-02-30 10:00:00,5,1,1,data,",
        "b3,,2026-01-05 10:00:00,5,1,1,data,",
        "b4,ann,2026-01-05 10:00:00,5,1,1,water,",
        "b5,ann,2026-01-05 10:00:00",
        "b6,ann,2027-01-05 10:00:00,5,1,1,data,",
        "b7,ann,2026-01-05 10:00:00,5,9999999999999999,1,data,",
        ",ann,2026-01-05 10:00:00,5,1,1,data,",
        'b8,"ann,2026-01-05 10:00:00,5,1,1,data,',
    ]
    done = take(csv(tmp_path / "a.csv", [*rows(0, 3), *bad, *rows(3, 6)]), north)
    assert (done.outcome.taken.records, done.outcome.quarantined.records) == (6, 9)
    with realm_scope(north):
        reasons = {row.line: row.reason for row in QuarantinedRow.objects.all()}
        raws = {row.line: row.raw for row in QuarantinedRow.objects.all()}
    assert reasons == {
        5: 'duration: "-5" is negative',
        6: 'started: "2026-02-30 10:00:00" is not a time like 2026-01-31 12:00:00',
        7: "identifier: is empty",
        8: 'service_class: "water" is none of data, voice, message, other',
        9: "has 3 fields instead of 8",
        10: "started: lies in the future",
        11: "octets_in: is over 1000000000000000 octets, which is impossible",
        12: "id: is empty, so the row cannot be told from others",
        13: "a quote is opened and not closed, or stands where none may",
    }
    assert raws[5] == bad[0] and raws[13] == bad[8]
    conserved(north)


RADACCT = (
    "acctuniqueid,username,nasipaddress,acctstarttime,acctupdatetime,acctstoptime,acctsessiontime,"
    "acctinputoctets,acctoutputoctets"
)


def test_dumps_of_open_sessions_add_what_is_new(north: Realm, tmp_path: Path) -> None:
    monday = ["s1,ann,192.0.2.1,2026-01-05 10:00:00,2026-01-05 11:00:00,,3600,1000,5000"]
    tuesday = ["s1,ann,192.0.2.1,2026-01-05 10:00:00,2026-01-06 10:00:00,2026-01-06 10:00:00,86400,3000,9000"]
    take(csv(tmp_path / "mon.csv", monday, RADACCT), north, "radacct")
    take(csv(tmp_path / "tue.csv", monday + tuesday, RADACCT), north, "radacct")
    with realm_scope(north):
        found = [
            (r.started, r.duration_s, r.octets_in, r.octets_out)
            for r in UsageRecord.objects.order_by("started")
        ]
        session = UsageSession.objects.get()
    nine, ten = datetime(2026, 1, 5, 9, tzinfo=UTC), datetime(2026, 1, 5, 10, tzinfo=UTC)
    assert found == [(nine, 3600, 1000, 5000), (ten, 82800, 2000, 4000)]
    assert session.stopped_at == int(datetime(2026, 1, 6, 9, tzinfo=UTC).timestamp())
    conserved(north)
    again = csv(
        tmp_path / "late.csv",
        ["s1,ann,192.0.2.1,2026-01-05 10:00:00,2026-01-05 10:30:00,,1800,900,800"],
        RADACCT,
    )
    late = take(again, north, "radacct")
    assert late.outcome.taken == Counted(1, 0, 0)
    conserved(north)


def test_a_counter_that_jumps_is_quarantined(north: Realm, tmp_path: Path) -> None:
    jump = [
        "s1,ann,192.0.2.1,2026-01-05 10:00:00,2026-01-05 10:00:10,,10,1000,5000",
        f"s1,ann,192.0.2.1,2026-01-05 10:00:00,2026-01-05 10:00:20,,20,{10**14},5000",
        "s1,ann,192.0.2.1,2026-01-05 10:00:00,2026-01-05 10:00:30,2026-01-05 10:00:30,30,2000,7000",
    ]
    done = take(csv(tmp_path / "a.csv", jump, RADACCT), north, "radacct")
    assert (done.outcome.taken, done.outcome.quarantined) == (Counted(2, 9000, 30), Counted(1))
    with realm_scope(north):
        row = QuarantinedRow.objects.get()
    assert (row.line, row.raw) == (3, jump[1]) and "jumped" in row.reason
    conserved(north)


def test_rating_is_queued_once_per_share_and_month(north: Realm, tmp_path: Path) -> None:
    take(csv(tmp_path / "a.csv", [*rows(0, 5), "z,bob,2025-12-31 10:00:00,60,1,1,data,"]), north)
    take(csv(tmp_path / "b.csv", rows(5, 9)), north)
    take(csv(tmp_path / "c.csv", rows(6, 9)), north)
    with outside_realms(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.key, j.kind, j.subject_id FROM events_job j"
            " JOIN events_stream s ON s.id = j.stream_id ORDER BY 3"
        )
        assert cursor.fetchall() == [
            ("rating:-1", "rating.rate", 202512),
            ("rating:-1", "rating.rate", 202601),
        ]


def test_a_file_that_was_cut_off_goes_on(
    north: Realm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = csv(tmp_path / "a.csv", rows(0, 30))
    take(path, north)
    with realm_scope(north):  # as a kill after line 11 leaves it
        UsageRecord.objects.filter(line__gt=11).delete()
        (kept,) = columnar.read(date(2026, 1, 1))
        columns = {name: column[kept["line"] <= 11] for name, column in kept.items()}
        UsageBlock.objects.update(rows=10, body=packed(Block(columns)))
        UsageFile.objects.update(
            line_done=11,
            finished_at=None,
            read_records=10,
            taken_records=10,
            read_octets=1045,
            taken_octets=1045,
            read_seconds=600,
            taken_seconds=600,
        )
    done = take(path, north)
    assert done.outcome.taken.records == 30 and not done.was_known
    conserved(north)


def test_a_mended_row_is_taken_in_and_stays_conserved(north: Realm, tmp_path: Path) -> None:
    bad = "b1,ann,2026-01-05 10:00:00,-5,1,1,data,"
    take(csv(tmp_path / "a.csv", [*rows(0, 3), bad, "b2,ann,2026-01-05 10:00:00,,-1,1,data,"]), north)
    with realm_scope(north):
        first, second = queries.quarantined()
    assert retry(first.pk, Into(north, NOW)) == 'duration: "-5" is negative'
    assert retry(first.pk, Into(north, NOW), bad.replace("-5", "5")) == ""
    with realm_scope(north):
        assert actions.set_aside([first.pk, second.pk], by="Vera", now=NOW) == 1
        assert UsageRecord.objects.get(line=5).duration_s == 5
        assert queries.quarantined() == []
        assert queries.conservation().quarantined.records == 1
    with pytest.raises(BadInput, match="no row"):
        retry(first.pk, Into(north, NOW))
    conserved(north)


def test_nothing_is_kept_of_a_trial(north: Realm, tmp_path: Path) -> None:
    with realm_scope(north):
        done = take(csv(tmp_path / "a.csv", rows(0, 5)), north)
        transaction.set_rollback(True)
    assert done.outcome.taken.records == 5
    with realm_scope(north):
        assert not UsageRecord.objects.exists() and not UsageFile.objects.exists()
