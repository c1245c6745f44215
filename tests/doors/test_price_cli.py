"""`jet price`: usage times book without a database, in words a person can use."""

import csv
import io
import json
from pathlib import Path

import pytest

from jetbill.doors.cli.main import main

BOOK = """\
code: home
name: Home
currency: EUR
taxes: {standard: 20}
plans:
  home:
    name: Home
    charges:
      volume:
        name: Data
        meter: octets
        unit: GB
        selection: {service_class: data}
        tempo: record
        price: {model: per_unit, unit_price: 0.10}
      calls:
        name: Calls
        meter: seconds
        selection: {service_class: voice}
        price: {model: call, per_minute: 0.60, connect_fee: 0.05, first_s: 60}
  other: {name: Other}
"""
HEADER = "id,identifier,started,duration,octets_in,octets_out,service_class,direction,counterparty\n"
ROWS = """\
a1,ann,2026-03-02 10:00:00,90,0,0,voice,out,4366012345
a2,ann,2026-03-02 10:00:00,3600,1000000000,5000000000,data,out,
a2,ann,2026-03-02 10:00:00,3600,1000000000,5000000000,data,out,
b1,bob,2026-03-31 22:30:00,3600,10,0,data,out,
"""
DETAIL = """\
Mon Mar  2 11:00:00 2026
\tAcct-Session-Id = "1"
\tAcct-Status-Type = {kind}
\tUser-Name = "ann"
\tNAS-IP-Address = 192.0.2.1
\tAcct-Session-Time = {seconds}
\tAcct-Input-Octets = {octets}
\tAcct-Output-Octets = 0
\tTimestamp = {at}

"""


def files(folder: Path, rows: str = ROWS, ending: str = ".csv") -> list[str]:
    book, usage = folder / "book.yaml", folder / f"usage{ending}"
    book.write_text(BOOK)
    usage.write_text(HEADER + rows if ending == ".csv" else rows)
    return ["price", str(book), str(usage), "--plan", "home"]


def run(arguments: list[str]) -> int:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    return int(left.value.code or 0)


def test_totals_per_login(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*files(tmp_path), "-o", "csv"]) == 0
    told = capsys.readouterr()
    rows = {(row["login"], row["charge"]): row for row in csv.DictReader(io.StringIO(told.out))}
    assert rows["ann", "Data"]["exact"] == "3/5"
    assert rows["ann", "Calls"]["amount"] == "0.95"
    assert rows["ann", "Data"]["records"] == "1"
    assert "count once: 1." in told.err


def test_a_record_lies_in_the_period_of_the_zone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*files(tmp_path), "--zone", "Europe/Vienna", "-o", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["from"] for row in rows if row["login"] == "bob"] == ["2026-04-01"]


def test_every_amount_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*files(tmp_path), "--explain", "--first", "1"]) == 0
    told = capsys.readouterr().out
    assert "line 2, ann: 0.95 EUR" in told
    assert "90 s charged at 0.60 a minute + 0.05 to connect (steps of 60 s, then 1 s) = 0.95." in told
    assert run([*files(tmp_path), "--explain", "-o", "json"]) == 0
    assert [each["amount"] for each in json.loads(capsys.readouterr().out)] == ["0.95", "0.6", "0.000000001"]


def test_what_has_no_price_is_told_and_the_rest_is_priced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "a1,ann,2026-03-02 10:00:00,9,0,0,message,out,\na2,ann,2026-03-32 10:00:00,9,0,0,voice,out,\n"
    assert run(files(tmp_path, rows + "a3,ann,2026-03-02 10:00:00,9,1,0,data,out,\n")) == 3
    told = capsys.readouterr()
    assert "usage.csv:2: not priced: no charge of the plan is for this kind of usage" in told.err
    assert "usage.csv:3: not usage: started" in told.err
    assert "Data" in told.out


def test_reports_of_a_session_become_what_each_adds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start = 1772445600
    packets = [("Start", 0, 0), ("Interim-Update", 900, 100), ("Stop", 1800, 350), ("Stop", 1800, 350)]
    text = "".join(DETAIL.format(kind=k, seconds=s, octets=o, at=start + s) for k, s, o in packets)
    arguments = files(tmp_path, text, ".detail")
    assert run([*arguments, "--format", "freeradius_detail", "-o", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["login"], row["quantity"]) for row in rows] == [("ann", "7/20000000")]


@pytest.mark.parametrize(
    "change, sentence",
    [
        (["--plan", "moon"], 'the book has no plan "moon"; it has home, other'),
        (["--zone", "Moon/Base"], "there is no time zone 'Moon/Base'"),
    ],
)
def test_a_wrong_wish_is_one_sentence(
    change: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*files(tmp_path), *change]) == 1
    told = capsys.readouterr().err
    assert sentence in told and told.count("\n") == 1


def test_a_book_with_several_plans_needs_one_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(files(tmp_path)[:3]) == 1
    assert "say which plan by --plan; the book has home, other" in capsys.readouterr().err


def test_a_format_reads_the_money_that_a_record_carries(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "carrier.yaml").write_text(
        "format: carrier\nkind: csv\nid: id\nusage:\n  identifier: who\n  started: at\n"
        "  quantity: {column: cost, unit: money}\n  service_class: {value: voice}\n"
    )
    usage = tmp_path / "calls.csv"
    usage.write_text(
        "id,who,at,cost\n1,ann,2026-03-02 10:00:00,0.0123\n2,ann,2026-03-02 11:00:00,1.50\n"
        "3,ann,2026-03-02 12:00:00,0.0000001\n4,ann,2026-03-02 12:00:00,-1\n"
    )
    book = tmp_path / "book.yaml"
    book.write_text(
        "code: sip\nname: Sip\ncurrency: EUR\nplans:\n  sip:\n    charges:\n"
        "      calls: {price: {model: cost_plus, percent: 20, fixed: 0.005}}\n"
    )
    arguments = ["price", str(book), str(usage), "--format", str(tmp_path / "carrier.yaml")]
    assert run([*arguments, "-o", "csv"]) == 3
    told = capsys.readouterr()
    (row,) = csv.DictReader(io.StringIO(told.out))
    # 1.5123 x 1.2 + 2 x 0.005
    assert (row["quantity"], row["unit"], row["exact"]) == ("15123/10000", "EUR", "45619/25000")
    assert row["amount"] == "1.82"
    assert "calls.csv:4: not usage: cost" in told.err and "calls.csv:5: not usage: cost" in told.err
