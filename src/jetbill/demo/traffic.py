"""October of the demo as files in the formats that servers write: calls, sessions and interim reports.

Drawn from a seed with integers only, so that every machine writes the same bytes. The awkward cases are in:
calls over midnight and month ends, the hour that happens twice on 25 October, counters that wrap at 4 GiB,
duplicates, late records, unknown prefixes, logins of nobody, and rows that are no usage.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from jetbill.demo.people import Line, Person

SEED = 2026
DAYS = 31
MONTH = datetime(2026, 10, 1)
DAY_S = 86_400
WRAP = 2**32
GB = 10**9

# Where people call, in thousandths of all calls, with the digits that the rest of the number follows.
DESTINATIONS = (
    ("35391", 6, 400),
    ("3531", 7, 130),
    ("35387", 7, 190),
    ("35385", 7, 60),
    ("44207", 7, 60),
    ("447400", 6, 40),
    ("4930", 7, 25),
    ("4915", 9, 12),
    ("33140", 6, 20),
    ("3491", 7, 18),
    ("1212", 7, 20),
    ("48601", 6, 10),
    ("3531800", 6, 12),
    ("61412", 6, 3),
)


@dataclass(frozen=True, slots=True)
class Written:
    """A usage file, the format it is in, and how many rows it has below its heading."""

    path: Path
    format: str
    rows: int


@dataclass(frozen=True, slots=True)
class Volume:
    """How much is drawn: calls in all, sessions of a mobile and of a fibre line a day."""

    calls: int = 215_000
    mobile_sessions: int = 17
    fiber_sessions: int = 2


def write_month(those: Sequence[Person], folder: Path, volume: Volume) -> list[Written]:
    """Write all files of the month into `folder`; the same people and volume give the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = np.random.Generator(np.random.PCG64(SEED))
    calls = _calls(those, volume.calls, chance)
    middle = len(calls) * 3 // 5
    return [
        _write(folder / "Master.csv", "asterisk_master", _asterisk(calls[:middle])),
        _write(folder / "freeswitch.csv", "freeswitch_csv", _freeswitch(calls[middle:])),
        _write(folder / "radacct.csv", "radacct", _radacct(those, volume, chance), RADACCT),
        _write(folder / "mobile.csv", "plain", _mobile(those, volume, chance), MOBILE),
        _write_detail(folder / "detail-20261031", _reports(those, chance)),
    ]


@dataclass(frozen=True, slots=True)
class Call:
    """One answered call, its start as the clock on the wall showed it."""

    caller: str
    called: str
    start: datetime
    seconds: int


def _calls(those: Sequence[Person], count: int, chance: np.random.Generator) -> list[Call]:
    lines = [line for person in those for line in person.lines if line.kind == "voice"]
    weights = np.array([line.weight for line in lines], np.int64)
    steps = np.cumsum(weights)
    callers = np.searchsorted(steps, chance.integers(0, steps[-1], count), side="right")
    starts = np.sort(chance.integers(0, DAYS, count) * DAY_S + _hours(count, chance))
    lengths = chance.integers(1, 40, count) * chance.integers(1, 46, count)
    shares = np.cumsum([share for _, _, share in DESTINATIONS])
    chosen = np.searchsorted(shares, chance.integers(0, shares[-1], count), side="right")
    tails = chance.integers(0, 10**9, count)
    calls = [
        Call(
            lines[caller].identifier,
            _number(destination, tail),
            MONTH + timedelta(seconds=start),
            length,
        )
        for caller, destination, tail, start, length in zip(
            callers.tolist(), chosen.tolist(), tails.tolist(), starts.tolist(), lengths.tolist(), strict=True
        )
    ]
    since = {line.identifier: line.since for line in lines}
    made = [call for call in calls if call.start.date() >= since[call.caller]]
    return [*_awkward_calls(lines[0].identifier, lines[1].identifier), *made]


def _awkward_calls(first: str, second: str) -> Iterator[Call]:
    """Over midnight, over the month's end, in the hour that comes twice, late ones, and unknown prefixes."""
    yield Call(first, "35391555111", MONTH + timedelta(hours=23, minutes=55), 1_200)
    yield Call(first, "447400123456", datetime(2026, 10, 31, 23, 50), 1_800)
    yield Call(second, "35391555222", datetime(2026, 10, 25, 1, 30), 3_000)
    for number in range(40):
        yield Call(second, "4930123456", datetime(2026, 9, 29, 10) + timedelta(minutes=number), 60)
    for number in range(120):
        yield Call(first, f"888{number:07d}", MONTH + timedelta(days=number % DAYS, hours=11), 90)


def _hours(count: int, chance: np.random.Generator) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """Seconds of the day: two draws, the middle of them, so that noon and evening are busier than night."""
    return (chance.integers(0, DAY_S, count) + chance.integers(21_600, DAY_S, count)) // 2


def _number(destination: int, tail: int) -> str:
    prefix, digits, _ = DESTINATIONS[destination]
    return prefix + str(tail % 10**digits).zfill(digits)


def _asterisk(calls: Sequence[Call]) -> Iterator[list[str]]:
    for place, call in enumerate(calls):
        end = call.start + timedelta(seconds=call.seconds)
        rung = call.start - timedelta(seconds=4)
        row = [call.caller, call.caller, call.called, "from-internal", "", f"SIP/{call.caller}", "SIP/trunk"]
        row += ["Dial", "", str(rung), str(call.start), str(end), str(call.seconds + 4), str(call.seconds)]
        row += ["ANSWERED", "DOCUMENTATION", f"1790{place:010d}.{place}", ""]
        yield row
        if place % 4_000 == 17:  # not answered: claims no usage
            yield [*row[:10], "", str(end), "9", "0", "NO ANSWER", *row[15:16], f"na-{place}", ""]
        if place % 9_000 == 23:  # no usage at all: such a day does not exist
            yield [*row[:10], "2026-10-32 10:00:00", *row[11:16], f"bad-{place}", ""]


def _freeswitch(calls: Sequence[Call]) -> Iterator[list[str]]:
    for place, call in enumerate(calls):
        end = call.start + timedelta(seconds=call.seconds)
        row = [call.caller, call.caller, call.called, "default", str(call.start), str(call.start), str(end)]
        row += [str(call.seconds), str(call.seconds), "NORMAL_CLEARING", f"fs-{place:08d}", "", call.caller]
        row += ["PCMA", "PCMA"]
        yield row
        if place % 90 == 40:  # the switch wrote it twice
            yield row
        if place % 20_000 == 99:
            yield [*row[:7], "-5", "-5", *row[9:10], f"bad-{place}", *row[11:]]


RADACCT = [
    *("radacctid", "acctuniqueid", "username", "nasipaddress", "acctstarttime", "acctupdatetime"),
    *("acctstoptime", "acctsessiontime", "acctinputoctets", "acctoutputoctets"),
]
MOBILE = ["id", "identifier", "started", "duration", "octets_in", "octets_out", "service_class"]


def _radacct(those: Sequence[Person], volume: Volume, chance: np.random.Generator) -> Iterator[list[str]]:
    """Fibre sessions as FreeRADIUS keeps them."""
    place = 0
    for line in _data_lines(those, "fiber"):
        for start, seconds, octets in _sessions(line, volume, chance):
            place += 1
            row = [
                str(place),
                f"u{place:09d}",
                line.identifier,
                "192.0.2.1",
                *_times(start, seconds),
                *octets,
            ]
            yield row
            if place % 400 == 7:  # dumped again, unchanged
                yield row


def _mobile(those: Sequence[Person], volume: Volume, chance: np.random.Generator) -> Iterator[list[str]]:
    """Mobile sessions as the packet gateway's exporter writes them: one record a session."""
    place = 0
    for line in _data_lines(those, "mobile"):
        for start, seconds, octets in _sessions(line, volume, chance):
            place += 1
            row = [f"m{place:09d}", line.identifier, f"{start.isoformat()}Z", str(seconds), *octets, "data"]
            yield row
            if place % 900 == 5:  # exported twice
                yield row
    for guest in range(60):  # a SIM of nobody
        start = MONTH + timedelta(days=guest % DAYS, hours=9)
        yield [f"g{guest:09d}", "sim-guest", f"{start.isoformat()}Z", "600", "4000", "9000", "data"]


def _data_lines(those: Sequence[Person], kind: str) -> Iterator[Line]:
    """The lines of a kind: "fiber", "mobile", or "reports" for fibre metered by interim reports."""
    for person in those:
        for line in person.lines:
            by_reports = line.kind == "fiber" and person.place % 50 == 0
            if kind == ("reports" if by_reports else line.kind):
                yield line


def _sessions(
    line: Line, volume: Volume, chance: np.random.Generator
) -> Iterator[tuple[datetime, int, tuple[str, str]]]:
    """(start in UTC, seconds, octets up and down) of every session of a line."""
    is_mobile = line.kind == "mobile"
    a_day = volume.mobile_sessions if is_mobile else volume.fiber_sessions
    slot = DAY_S // a_day
    mean = line.weight * (GB // 90 if is_mobile else 5 * GB) // a_day
    count = DAYS * a_day
    octets = chance.integers(mean // 2, mean * 3 // 2 + 1, count)
    gaps = chance.integers(1, slot // 3, count)
    for number in range(count):
        # Fibre sessions begin late in the evening too and run over midnight and the month's end.
        start = MONTH + timedelta(seconds=number * slot + int(gaps[number]) + (0 if is_mobile else 9_000))
        seconds = slot - int(gaps[number]) - 1
        if start.date() < line.since:
            continue
        down = int(octets[number])
        yield start, seconds, (str(down // 8), str(down - down // 8))


def _times(start: datetime, seconds: int) -> list[str]:
    end = start + timedelta(seconds=seconds)
    return [f"{start}+00", f"{end}+00", f"{end}+00", str(seconds)]


def _reports(those: Sequence[Person], chance: np.random.Generator) -> Iterator[str]:
    """Hourly interim reports, now and then sent twice; counters wrap at 4 GiB, which gigawords count."""
    for line in _data_lines(those, "reports"):
        used_in = used_out = 0
        for hour in range(DAYS * 24 + 1):
            used_in += int(chance.integers(0, GB // 20 * line.weight))
            used_out += int(chance.integers(0, GB // 4 * line.weight))
            status = "Start" if hour == 0 else "Stop" if hour == DAYS * 24 else "Interim-Update"
            counts = (0, 0) if hour == 0 else (used_in, used_out)
            report = _report(line.identifier, status, hour * 3_600, counts)
            yield from [report] * (2 if hour % 200 == 5 else 1)


def _report(login: str, status: str, age_s: int, octets: tuple[int, int]) -> str:
    at = MONTH + timedelta(seconds=age_s)
    stamp = 1_790_812_800 + age_s  # 2026-10-01T00:00:00Z
    pairs = (
        ("Acct-Session-Id", f'"{login}-1"'),
        ("Acct-Unique-Session-Id", f'"{login}-202610"'),
        ("User-Name", f'"{login}"'),
        ("NAS-IP-Address", "192.0.2.2"),
        ("Acct-Status-Type", status),
        ("Acct-Session-Time", str(age_s)),
        ("Acct-Input-Octets", str(octets[0] % WRAP)),
        ("Acct-Input-Gigawords", str(octets[0] // WRAP)),
        ("Acct-Output-Octets", str(octets[1] % WRAP)),
        ("Acct-Output-Gigawords", str(octets[1] // WRAP)),
        ("Timestamp", str(stamp)),
    )
    return f"{at:%a %b %d %H:%M:%S %Y}\n" + "".join(f"\t{name} = {value}\n" for name, value in pairs) + "\n"


def _write(path: Path, form: str, rows: Iterator[list[str]], heading: Sequence[str] = ()) -> Written:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if heading:
        writer.writerow(heading)
    count = 0
    for row in rows:
        writer.writerow(row)
        count += 1
    path.write_text(text.getvalue(), encoding="utf-8")
    return Written(path, form, count)


def _write_detail(path: Path, reports: Iterator[str]) -> Written:
    whole = list(reports)
    path.write_text("".join(whole), encoding="utf-8")
    return Written(path, "freeradius_detail", len(whole))
