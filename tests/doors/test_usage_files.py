"""Usage files of every shipped format become columns; what is no usage is named with line and reason."""

import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetbill.doors.files import usage_lines
from jetbill.doors.files.usage_columns import Rows, numbers
from jetbill.doors.files.usage_file import Place, batches, open_usage
from jetbill.doors.files.usage_format import Column, Format, Numbers, find_format, read_format, shipped
from jetbill.doors.files.usage_keys import Ordinals, digests
from jetbill.doors.files.usage_times import instants
from jetbill.kernel.decks import encode_number
from jetbill.kernel.sessions import ReportKind
from jetbill.kernel.trouble import BadInput
from jetbill.kernel.zones import claimed_instant, epoch_s, zone
from jetbill.stages.usage.values import NOT_TOLD, REPORT_KINDS, Batch, Records, Reports

BERLIN = Place("Europe/Berlin", epoch_s(datetime(2026, 12, 1, tzinfo=UTC)))
HEADER = "id,identifier,started,duration,octets_in,octets_out,service_class"
GOOD = "a1,ann,2026-01-05 10:00:00,60,7,8,data"


def read(path: Path, form: Format, place: Place = BERLIN) -> Batch:
    (batch,) = batches(open_usage(path, form), place)
    return batch


def plain(tmp_path: Path, *rows: str, form: str = "plain") -> Batch:
    path = tmp_path / "usage.csv"
    path.write_text("\n".join([HEADER, *rows, ""]))
    return read(path, find_format(form))


def reasons(batch: Batch) -> dict[int, str]:
    return {row.line: row.reason for row in batch.bad}


def instant(*when: int) -> int:
    return epoch_s(datetime(*when, tzinfo=UTC))  # type: ignore[arg-type,misc]


def test_every_shipped_format_can_be_read() -> None:
    assert list(shipped()) == [
        "asterisk_master",
        "freeradius_detail",
        "freeswitch_csv",
        "plain",
        "plain_jsonl",
        "plain_parquet",
        "radacct",
    ]


REFUSED = [
    (b"\xff\xfeI\0", "is not text: it holds a zero byte (is it UTF-16?)", 1),
    (
        f"{HEADER}\n{GOOD}\nb,b\xfcro\n".encode("latin-1"),
        "is not UTF-8: the byte 0xfc means nothing there",
        3,
    ),
    (f"{HEADER}\n{GOOD}\n{'x' * 70_000}\n".encode(), "has a row of over 64 KiB (70000)", 3),
    (b"", "is empty", None),
    (b"id,identifier\n", "the column 'started' is missing; found id, identifier", 1),
    (f"{HEADER},colour\n".encode(), "the column 'colour' is unknown", 1),
    (f"{HEADER},id\n".encode(), "the column 'id' stands there twice", 1),
]


@pytest.mark.parametrize("content, sentence, line", REFUSED)
def test_a_file_that_is_not_its_format_is_refused_whole(
    tmp_path: Path, content: bytes, sentence: str, line: int | None
) -> None:
    path = tmp_path / "usage.csv"
    path.write_bytes(content)
    with pytest.raises(BadInput) as refused:
        open_usage(path, find_format("plain"))
    assert refused.value.sentence.startswith(sentence)
    assert (refused.value.file, refused.value.line) == (str(path), line)


def test_parquet_and_packed_files_are_refused_in_one_sentence_too(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_text("no")
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"id,a\n" * 9)[:-9])
    for name, form in (("a.parquet", "plain_parquet"), ("a.csv.gz", "plain"), ("none.csv", "plain")):
        with pytest.raises(BadInput):
            open_usage(tmp_path / name, find_format(form))


def test_a_local_time_that_does_not_exist_is_set_apart(tmp_path: Path) -> None:
    form = replace(find_format("plain"), zone="realm")
    path = tmp_path / "usage.csv"
    times = ("2026-03-29 01:59:59", "2026-03-29 02:30:00", "2026-03-29 03:00:00", "2026-10-25 02:30:00")
    path.write_text("\n".join([HEADER, *(f"a{n},ann,{when},1,1,1,data" for n, when in enumerate(times)), ""]))
    batch = read(path, form)
    assert reasons(batch) == {
        3: 'started: "2026-03-29 02:30:00" does not exist in Europe/Berlin: the clock jumps over it'
    }
    assert isinstance(batch.good, Records)
    first = [instant(2026, 3, 29, 0, 59, 59), instant(2026, 3, 29, 1), instant(2026, 10, 25, 0, 30)]
    assert batch.good.started.tolist() == first
    second = read(path, replace(form, fold=1)).good
    assert isinstance(second, Records) and second.started[2] == first[2] + 3600


@given(st.integers(1_600_000_000, 1_900_000_000), st.sampled_from([0, 1]))
def test_columns_of_local_times_are_what_one_local_time_is(wall: int, fold: int) -> None:
    for name in ("Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo", "Africa/Casablanca", "UTC"):
        near = np.array([wall, wall + 1800, wall - wall % 86_400 + 9000], np.int64)
        found, never = instants(near, name, fold)
        for each, answer, is_gap in zip(near.tolist(), found.tolist(), never.tolist(), strict=True):
            told = datetime.fromtimestamp(each, UTC).replace(tzinfo=None)
            exact = claimed_instant(told, zone(name), fold)
            assert is_gap == (exact is None)
            assert is_gap or epoch_s(exact) == answer  # type: ignore[arg-type]


def test_offsets_and_fractions_of_seconds_are_read(tmp_path: Path) -> None:
    rows = [
        "a,ann,2026-01-05T10:00:00Z,1,1,1,data",
        "b,ann,2026-01-05 10:00:00.999,1,1,1,data",
        "c,ann,2026-01-05T10:00:00+05:30,1,1,1,data",
        "d,ann,0x10,1,1,1,data",
        "e,ann,2026-01-05 10:00:00,0x10,1,1,data",
        "f,ann,2026-01-05 10:00:00,1.5,1,1,data",
    ]
    batch = plain(tmp_path, *rows)
    assert isinstance(batch.good, Records)
    ten = instant(2026, 1, 5, 10)
    assert batch.good.started.tolist() == [ten, ten, ten - 19_800]
    assert list(reasons(batch)) == [5, 6, 7]
    assert reasons(batch)[7] == 'duration: "1.5" is not a whole number of base units'


def test_the_exact_way_and_the_quick_way_agree(tmp_path: Path) -> None:
    rows = [f"k{n},ann,2026-01-05 10:00:{n:02d},{n},{n * 10**9},0{n},data" for n in range(50)]
    quick = plain(tmp_path, *rows).good
    slow = plain(tmp_path, *rows, "bad,ann,nonsense,x,y,z,data").good
    for name in ("started", "duration_s", "octets_in", "octets_out"):
        assert getattr(quick, name).tolist() == getattr(slow, name).tolist()


def test_json_lines_and_parquet_say_the_same_as_csv(tmp_path: Path) -> None:
    row = dict(zip(HEADER.split(","), GOOD.split(","), strict=True))
    lines = tmp_path / "a.jsonl"
    typed = row | {"duration": 60, "octets_in": 7}
    lines.write_text(json.dumps(typed) + '\n{"id": 1\n[]\n' + json.dumps(typed | {"x": 1}) + "\n")
    table = pa.table(
        {
            **{name: [row[name]] for name in ("id", "identifier", "service_class")},
            "started": pa.array([instant(2026, 1, 5, 10) * 10**6], pa.timestamp("us", "UTC")),
            "duration": [60],
            "octets_in": pa.array([7], pa.uint64()),
            "octets_out": [8],
        }
    )
    parquet.write_table(table, tmp_path / "a.parquet")
    csv_batch = plain(tmp_path, GOOD)
    json_batch = read(lines, find_format("plain_jsonl"))
    parquet_batch = read(tmp_path / "a.parquet", find_format("plain_parquet"))
    for batch in (json_batch, parquet_batch):
        for name in ("key", "started", "duration_s", "octets_in", "octets_out", "service_class"):
            assert getattr(batch.good, name).tolist() == getattr(csv_batch.good, name).tolist()
    assert reasons(json_batch) == {
        2: "is not a JSON object on one line",
        3: "is not a JSON object on one line",
        4: "has the unknown field 'x'",
    }


def test_asterisk_tells_answered_calls(tmp_path: Path) -> None:
    call = (
        '"","431234567","00498912345","in","""Ann"" <431234567>","SIP/1","SIP/2","Dial","x","{start}",'
        '"{answer}","{start}",30,{billsec},"{state}","DOCUMENTATION","1767.{n}",""'
    )
    rows = [
        call.format(
            start="2026-01-05 10:00:00", answer="2026-01-05 10:00:05", billsec=25, state="ANSWERED", n=1
        ),
        call.format(start="2026-01-05 11:00:00", answer="", billsec=0, state="NO ANSWER", n=2),
    ]
    path = tmp_path / "Master.csv"
    path.write_text("\n".join(rows) + "\n")
    batch = read(path, find_format("asterisk_master"))
    assert isinstance(batch.good, Records) and not batch.bad
    assert (batch.rows, batch.passed_over, len(batch.good)) == (1, 1, 1)
    assert batch.good.identifier.texts == ("431234567",)
    assert batch.good.started.tolist() == [instant(2026, 1, 5, 9, 0, 5)]
    assert batch.good.counterparty.tolist() == [498912345_000000 * 16 + 9]


def test_freeswitch_tells_answered_calls(tmp_path: Path) -> None:
    path = tmp_path / "Master.csv"
    row = '"Ann","43123","004989","default","{0}","{1}","{0}","40","{2}","NORMAL","{3}","","","PCMA","PCMA"'
    answered = row.format("2026-01-05 10:00:00", "2026-01-05 10:00:09", 31, "u1")
    path.write_text(f"{answered}\n{row.format('2026-01-05 11:00:00', '', 0, 'u2')}\n")
    batch = read(path, find_format("freeswitch_csv"))
    assert (batch.rows, batch.passed_over) == (1, 1)
    assert isinstance(batch.good, Records) and batch.good.duration_s.tolist() == [31]


DETAIL = """Mon Jan  5 10:00:00 2026
\tUser-Name = "ann\\"s"
\tAcct-Status-Type = Start
\tAcct-Session-Id = "S1"
\tNAS-IP-Address = 192.0.2.1
\tTimestamp = 1767607200

Mon Jan  5 10:10:00 2026
\tUser-Name = "ann\\"s"
\tAcct-Status-Type = Interim-Update
\tAcct-Session-Id = "S1"
\tNAS-IP-Address = 192.0.2.1
\tAcct-Session-Time = 597
\tAcct-Input-Octets = 5
\tAcct-Input-Gigawords = 1
\tAcct-Output-Octets = 9
\tAcct-Delay-Time = 3
\tTimestamp = 1767607800

Mon Jan  5 10:20:00 2026
\tAcct-Status-Type = Accounting-On
\tNAS-IP-Address = 192.0.2.1
\tTimestamp = 1767608400

Mon Jan  5 10:21:00 2026
\tAcct-Status-Type = Stop
\tnonsense

Mon Jan  5 10:22:00 2026
\tUser-Name = "bob"
\tAcct-Status-Type = Stop
\tTimestamp = 1767608520
"""


def test_freeradius_detail_tells_reports_and_restarts(tmp_path: Path) -> None:
    path = tmp_path / "detail"
    path.write_text(DETAIL)
    batch = read(path, find_format("freeradius_detail"))
    found = batch.good
    assert isinstance(found, Reports)
    assert [REPORT_KINDS[kind] for kind in found.kind] == [
        ReportKind.START,
        ReportKind.INTERIM,
        ReportKind.STOP,
    ]
    assert found.at.tolist() == [1767607200, 1767607797, 1767608520]
    assert found.seconds.tolist() == [NOT_TOLD, 597, NOT_TOLD]
    assert found.octets_in.tolist()[:2] == [NOT_TOLD, 2**32 + 5]
    assert found.identifier.texts[found.identifier.codes[0]] == 'ann"s'
    assert found.session[0] == found.session[1] and found.line.tolist() == [1, 8, 29]
    assert [(each.nas, each.at) for each in batch.restarts] == [("192.0.2.1", 1767608400)]
    assert (batch.rows, batch.passed_over) == (4, 1)
    assert reasons(batch) == {25: "'nonsense' is not an attribute with a value"}


def test_numbers_are_written_as_the_format_says(tmp_path: Path) -> None:
    form = replace(find_format("asterisk_master"), numbers=Numbers(("+", "00"), "0", "43"))
    row = '"","{0}","{1}","i","","","","","","","2026-01-05 10:00:00","",3,3,"ANSWERED","","u{2}",""'
    calls = [("01/234 56", "0049 89"), ("4312", "anonymous"), ("", "*21")]
    path = tmp_path / "m.csv"
    path.write_text("".join(row.format(src or "1", dst, n) + "\n" for n, (src, dst) in enumerate(calls)))
    batch = read(path, form)
    assert isinstance(batch.good, Records)
    assert [key // 16 // 10 ** (15 - key % 16) for key in batch.good.party.tolist()] == [43123456, 4312, 1]
    assert [key % 16 for key in batch.good.counterparty.tolist()] == [4, 0, 0]


def test_columns_of_numbers_are_what_one_number_is(tmp_path: Path) -> None:
    texts = ["43", "431234567", "1", "00043", "123456789012345", "1234567890123456789", ""]
    rows = Rows({"number": pa.array([text or None for text in texts])}, len(texts))
    found = numbers(rows, Column(("number",)), Numbers(international=("+",)))
    assert found.tolist() == [encode_number(text) for text in texts]


def test_a_file_is_read_in_blocks_with_right_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage_lines, "BLOCK_LINES", 3)
    rows = [f"k{n},ann,2026-01-05 10:00:00,{'x' if n == 7 else n},1,1,data" for n in range(10)]
    path = tmp_path / "usage.csv"
    path.write_text("\ufeff" + "\r\n".join([HEADER, rows[0], "", *rows[1:]]))
    found = list(batches(open_usage(path, find_format("plain")), BERLIN))
    assert [batch.last_line for batch in found] == [3, 6, 9, 12]
    assert sum(batch.rows for batch in found) == 10
    assert [line for batch in found for line in batch.good.line.tolist()] == [2, *range(4, 10), 11, 12]
    assert reasons(found[3]) == {10: 'duration: "x" is not a number'}


@given(st.lists(st.lists(st.sampled_from([b"a", b"b", b"c"]), max_size=5), max_size=8))
def test_equal_rows_are_told_apart_however_the_file_is_cut(blocks: list[list[bytes]]) -> None:
    ordinals, at_once = Ordinals(), Ordinals()
    cut = [key for block in blocks for key in ordinals.tell_apart(digests(block, "s")).tolist()]
    whole = at_once.tell_apart(digests([row for block in blocks for row in block], "s")).tolist()
    assert cut == whole and len(set(cut)) == len(cut)


WRONG_FORMATS = [
    ("usage: {identifier: a}", '"started" is missing'),
    ("usage: {started: a}", '"identifier" is missing'),
    (
        "usage: {identifier: a, started: b, duration: {column: c, unit: GB}}",
        "duration is measured in seconds",
    ),
    ("usage: {identifier: a, started: b, direction: {value: up}}", 'unknown direction "up"'),
    ("usage: {identifier: a, started: b}\nzone: Mars/North", "there is no time zone"),
    ("usage: {identifier: a, started: b}\nencoding: klingon", "there is no encoding"),
    ("usage: {identifier: a, started: b}\nencoding: utf-16", "cannot be read line by line"),
    ("usage: {identifier: a, started: b}\nheader: [a]", "the column 'b' is used below but not in the list"),
    ("usage: {identifier: a, started: b}\ncolour: red", 'unknown key "colour"'),
]


@pytest.mark.parametrize("text, sentence", WRONG_FORMATS)
def test_a_wrong_format_is_refused_with_its_place(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(f"format: own\nkind: csv\n{text}\n")
    with pytest.raises(BadInput) as refused:
        read_format(path)
    assert sentence in refused.value.sentence and refused.value.line
