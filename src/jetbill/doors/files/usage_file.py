"""A usage file becomes batches: rows are read, converted and known by their keys.

`open_usage` looks the whole file through and refuses what is not its format; `batches` then streams it.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from jetbill.doors.files import usage_columns as columns
from jetbill.doors.files.usage_format import DIRECTIONS, ENDED, SERVICE_CLASSES, Column, Format, Kind
from jetbill.doors.files.usage_keys import Ordinals, digests
from jetbill.doors.files.usage_lines import Scan, scan
from jetbill.doors.files.usage_rows import (
    SEPARATOR,
    RawRow,
    RowBlock,
    open_parquet,
    packets,
    row_blocks,
    text_rows,
)
from jetbill.kernel.sessions import ReportKind, Rules
from jetbill.kernel.trouble import BadInput
from jetbill.stages.usage.values import (
    KEY,
    KEY_BYTES,
    NOT_TOLD,
    REPORT_KINDS,
    BadRow,
    Batch,
    FileFacts,
    Integers,
    Records,
    Reports,
    Restart,
)

EARLIEST_S = 946_684_800  # 2000-01-01: a record from before then has a broken clock, not a customer
AHEAD_S = 86_400  # clocks of switches run ahead, but not by more than a day
MAX_DURATION_S = 10 * 366 * 86_400
MAX_OCTETS = 10**15
_REPORT = {kind.value: number for number, kind in enumerate(REPORT_KINDS)} | {"on": 90, "skip": 91}
_RESTARTED, _SKIPPED = 90, 91
_OCTETS = ("octets_in", "octets_out")


@dataclass(frozen=True, slots=True)
class Opened:
    """A usage file that was looked through and can be read."""

    path: Path
    format: Format
    facts: FileFacts


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when a file is read: the realm's zone, and now in seconds since 1970."""

    zone: str
    now_s: int


def open_usage(path: Path, form: Format) -> Opened:
    """Look the file through; raises BadInput with file and line if it is not what the format says."""
    if form.kind is Kind.PARQUET:
        with open_parquet(path) as file:
            header, rows = tuple(file.schema_arrow.names), file.metadata.num_rows
        with path.open("rb") as raw:
            digest = blake2b(digest_size=16)
            while part := raw.read(2**22):
                digest.update(part)
        seen = Scan(digest.hexdigest(), path.stat().st_size, rows, "")
    else:
        seen = scan(path, form.encoding)
        header = form.header or ()
        if form.kind is Kind.CSV and form.header is None:
            header = tuple(next(csv.reader([seen.first], delimiter=form.delimiter, quotechar=form.quote), ()))
    if form.kind in (Kind.CSV, Kind.PARQUET):
        _check_header(path, header, form)
    facts = FileFacts(path.name, seen.digest, seen.size, seen.lines, form.code, form.digest, header)
    return Opened(path, form, facts)


def batches(opened: Opened, place: Place) -> Iterator[Batch]:
    """The file's rows in batches of at most some 200,000, in bounded memory."""
    ordinals = Ordinals()
    for block in row_blocks(opened.path, opened.format, opened.facts.header):
        yield to_batch(block, opened.format, place, ordinals)


def again(raws: list[tuple[int, str, bytes]], form: Format, header: tuple[str, ...], place: Place) -> Batch:
    """Rows that were set apart, as (line, text as it came or mended, key), read once more."""
    if form.kind is Kind.DETAIL:
        found = [(index, raw.encode().split(b"\n")) for index, (_, raw, _) in enumerate(raws, 1)]
        block = packets(found, form, 0)
    else:
        content = b"".join(raw.replace("\n", " ").encode() + b"\n" for _, raw, _ in raws)
        block = text_rows(content, (1, False), form, header)
    line = np.array([line for line, _, _ in raws], np.int64)
    key = np.frombuffer(b"".join(key for _, _, key in raws), KEY)
    broken = tuple(RawRow(int(line[row.line - 1]), row.raw, row.reason) for row in block.broken)
    at = block.line - 1
    moved = RowBlock(block.columns, line[at], block.raw, broken, 0)
    broken_key = key[[row.line - 1 for row in block.broken]]
    return _converted(moved, form, place, Keys(key[at], np.concatenate((key[at], broken_key))))


@dataclass(frozen=True, slots=True, eq=False)
class Keys:
    """Keys of rows without id (None where an id says more), and of all rows if they are set apart."""

    row: NDArray[np.void] | None
    raw: NDArray[np.void] | None


def to_batch(block: RowBlock, form: Format, place: Place, ordinals: Ordinals) -> Batch:
    """Convert one block; whatever cannot be converted is among the bad rows with its reason."""
    if form.id or form.session:
        return _converted(block, form, place, Keys(None, None))
    every = [*block.raw, *(row.raw for row in block.broken)]
    keys = ordinals.tell_apart(digests(every, form.source))
    return _converted(block, form, place, Keys(keys[: len(block.raw)], keys))


def _converted(block: RowBlock, form: Format, place: Place, keys: Keys) -> Batch:
    rows = columns.Rows(block.columns, len(block.line))
    is_usage = _is_usage(rows, form)
    good: Records | Reports
    restarts: tuple[Restart, ...] = ()
    if form.session is None:
        good = _records(rows, block.line, form, place)
        good = replace(good, key=_id_keys(rows, form, good) if form.id or keys.row is None else keys.row)
    else:
        good, is_usage, restarts = _reports(rows, block, form, place)
    bad = [row for row in sorted(rows.faults) if is_usage[row]]
    kept = is_usage & rows.good()
    return Batch(
        block.last_line,
        int(is_usage.sum()) + len(block.broken),
        good.take(kept),
        _bad_rows(block, bad, rows.faults, (keys.raw, form.source)),
        len(is_usage) - int(is_usage.sum()),
        restarts,
        form.session.rules if form.session else Rules(),
    )


def _bad_rows(
    block: RowBlock, bad: list[int], faults: dict[int, str], known: tuple[NDArray[np.void] | None, str]
) -> tuple[BadRow, ...]:
    keys, source = known
    raws = [block.raw[row] for row in bad] + [row.raw for row in block.broken]
    lines = [int(block.line[row]) for row in bad] + [row.line for row in block.broken]
    reasons = [faults[row] for row in bad] + [row.reason for row in block.broken]
    if keys is None:
        chosen = digests(raws, _row_source(source))
    else:
        chosen = keys[[*bad, *range(len(block.line), len(block.line) + len(block.broken))]]
    return tuple(
        BadRow(line, raw.decode(errors="replace"), reason, key.tobytes())
        for line, raw, reason, key in zip(lines, raws, reasons, chosen, strict=True)
    )


def _row_source(source: str) -> str:
    """Rows that are set apart are keyed by their text, apart from the keys of ids."""
    return f"{source} rows"


def _is_usage(rows: columns.Rows, form: Format) -> NDArray[np.bool_]:
    """Rows that claim usage by the format's `only`; the others are passed over."""
    chosen = np.ones(rows.count, bool)
    for name, values in form.only:
        told = pc.cast(rows.columns[name], pa.string())
        is_told = pc.is_valid(told) if "*" in values else pc.is_in(told, pa.array(values))
        chosen &= np.asarray(is_told)
    return chosen


def _records(rows: columns.Rows, line: Integers, form: Format, place: Place) -> Records:
    usage = form.usage
    started = columns.times(rows, usage["started"], form, place.zone)
    octets_in, octets_out = (_measured(rows, usage.get(name)) for name in _OCTETS)
    if ENDED in usage:
        duration = columns.times(rows, usage[ENDED], form, place.zone) - started
        _refuse(rows, duration < 0, usage[ENDED], "ends before it starts")
    else:
        duration = _measured(rows, usage.get("duration"))
    _check_range(rows, usage["started"], started, place.now_s)
    found = Records(
        line,
        np.zeros(rows.count, KEY),
        columns.names(rows, usage["identifier"]),
        started,
        _service_class(rows, form),
        _direction(rows, form),
        duration,
        octets_in,
        octets_out,
        _measured(rows, usage.get("quantity")),
        columns.numbers(rows, usage.get("party"), form.numbers),
        columns.numbers(rows, usage.get("counterparty"), form.numbers),
    )
    _refuse(rows, duration > MAX_DURATION_S, usage.get("duration"), "lasts longer than ten years")
    for name, counted in zip(_OCTETS, (octets_in, octets_out), strict=True):
        _refuse(
            rows, counted > MAX_OCTETS, usage.get(name), f"is over {MAX_OCTETS} octets, which is impossible"
        )
    return found


def _reports(
    rows: columns.Rows, block: RowBlock, form: Format, place: Place
) -> tuple[Reports, NDArray[np.bool_], tuple[Restart, ...]]:
    session, usage = form.session, form.usage
    assert session is not None
    kind = _kinds(rows, form)
    is_usage = kind < _RESTARTED
    at = columns.times(rows, usage[ENDED], form, place.zone)
    nas_column = Column((session.nas,) if session.nas else (), None if session.nas else "", True)
    nas = columns.names(rows, nas_column)
    restarts = tuple(
        Restart(nas.texts[nas.codes[row]], int(at[row]))
        for row in np.flatnonzero((kind == _RESTARTED) & rows.good())
    )
    for row in np.flatnonzero(~is_usage):
        rows.faults.setdefault(int(row), "")  # no usage: what it lacks is no fault
    counted = [columns.whole(rows, _optional(usage.get(n)), NOT_TOLD) for n in ("duration", *_OCTETS)]
    if "started" in usage and "duration" not in usage:
        counted[0] = at - columns.times(rows, usage["started"], form, place.zone)
    _check_range(rows, usage[ENDED], at, place.now_s)
    parts = [
        pc.fill_null(pc.cast(rows.columns[name], pa.string()), "")
        for name in session.key
        if name in rows.columns
    ]
    joined = pc.binary_join_element_wise(*parts, SEPARATOR)
    is_empty = np.asarray(pc.equal(pc.replace_substring(joined, SEPARATOR, ""), ""))
    _refuse(rows, is_empty & is_usage, Column(session.key), "names no session")
    keys = digests(pc.cast(pc.utf8_lower(joined), pa.binary()).to_pylist(), form.source)
    told = np.stack([kind, at, *counted], axis=1).astype("<i8")
    same = np.concatenate([keys.view(np.uint8).reshape(-1, KEY_BYTES), told.view(np.uint8)], axis=1).tobytes()
    width = KEY_BYTES + 8 * told.shape[1]
    report_keys = digests([same[n * width : (n + 1) * width] for n in range(rows.count)], form.source)
    identifier = columns.names(rows, usage["identifier"])
    raw = np.empty(rows.count, object)
    raw[:] = [each.decode(errors="replace") for each in block.raw]
    found = Reports(
        block.line,
        report_keys,
        identifier,
        keys,
        nas,
        at,
        kind,
        counted[0],
        counted[1],
        counted[2],
        _service_class(rows, form),
        _direction(rows, form),
        raw,
    )
    return found, is_usage, restarts


def _kinds(rows: columns.Rows, form: Format) -> Integers:
    session = form.session
    assert session is not None
    if session.stop_if:
        stopped = np.asarray(pc.is_valid(rows.columns[session.stop_if]))
        return np.where(stopped, _REPORT[ReportKind.STOP], _REPORT[ReportKind.INTERIM])
    mapped = dict(session.report.map) or {name: name for name in _REPORT}
    known = {word: _REPORT[word] for word in mapped.values()}
    return columns.words(rows, session.report, known, _SKIPPED)


def _id_keys(rows: columns.Rows, form: Format, good: Records) -> NDArray[np.void]:
    parts = [pc.fill_null(pc.cast(rows.columns[name], pa.string()), "") for name in form.id]
    joined = parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, SEPARATOR)
    bare = pc.replace_substring(joined, SEPARATOR, "") if len(parts) > 1 else joined
    _refuse(
        rows,
        np.asarray(pc.equal(bare, "")),
        Column(form.id),
        "is empty, so the row cannot be told from others",
    )
    return digests(pc.cast(joined, pa.binary()).to_pylist(), form.source)


def _measured(rows: columns.Rows, column: Column | None) -> Integers:
    return np.zeros(rows.count, np.int64) if column is None else columns.whole(rows, column, 0)


def _optional(column: Column | None) -> Column:
    return Column(optional=True) if column is None else replace(column, optional=True)


def _service_class(rows: columns.Rows, form: Format) -> Integers:
    column = form.usage.get("service_class", Column(value="other"))
    return columns.words(rows, column, SERVICE_CLASSES, SERVICE_CLASSES["other"])


def _direction(rows: columns.Rows, form: Format) -> Integers:
    column = form.usage.get("direction", Column(value="out"))
    return columns.words(rows, column, DIRECTIONS, DIRECTIONS["out"])


def _check_range(rows: columns.Rows, column: Column, instant: Integers, now_s: int) -> None:
    _refuse(rows, instant < EARLIEST_S, column, "lies before the year 2000")
    _refuse(rows, instant > now_s + AHEAD_S, column, "lies in the future")


def _refuse(rows: columns.Rows, wrong: NDArray[np.bool_], column: Column | None, sentence: str) -> None:
    for row in np.flatnonzero(wrong):
        rows.fault(int(row), column or Column(), sentence)


def _check_header(path: Path, header: tuple[str, ...], form: Format) -> None:
    for name in form.needed():
        if name not in header:
            raise BadInput(
                f"the column {name!r} is missing; found {', '.join(header)}", file=str(path), line=1
            )
    for name in header:
        if header.count(name) > 1:
            raise BadInput(f"the column {name!r} stands there twice", file=str(path), line=1)
        if not form.others_ignored and name not in form.columns():
            known = ", ".join(form.columns())
            raise BadInput(f"the column {name!r} is unknown; known are {known}", file=str(path), line=1)
