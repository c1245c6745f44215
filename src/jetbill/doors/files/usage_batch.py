"""A whole usage file as one batch for rating, with nothing stored: what `jet price` reads.

The same record twice counts once, and reports of a session become what each adds, as in an import.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from jetbill.doors.files.usage_file import Place, batches, open_usage
from jetbill.doors.files.usage_format import Format
from jetbill.kernel.rating.batch import Batch, batch
from jetbill.kernel.rating.layout import COLUMNS
from jetbill.kernel.sessions import Report, Rules, take
from jetbill.stages.usage.values import NOT_TOLD, REPORT_KINDS, BadRow, Integers, Names, Records, Reports

_MEASURED = COLUMNS[1:-1]
"""All but the identifier and whether a record counts for its source row: here each does."""


@dataclass(frozen=True, slots=True, eq=False)
class UsageBatch:
    """The records of a file, the text of each identifier, and the line where each record stands."""

    batch: Batch
    line: Integers
    identifiers: tuple[str, ...]
    bad: tuple[BadRow, ...]
    duplicates: int
    passed_over: int


def read_usage(path: Path, form: Format, place: Place) -> UsageBatch:
    """The usage in a file; raises BadInput if the file as a whole is not what its format says."""
    names: dict[str, int] = {}
    parts: list[dict[str, Any]] = []
    reports: list[tuple[Reports, Integers]] = []
    bad: list[BadRow] = []
    passed_over, rules = 0, Rules()
    for found in batches(open_usage(path, form), place):
        bad += found.bad
        passed_over += found.passed_over
        numbers = _numbers(found.good.identifier, names)
        if isinstance(found.good, Records):
            parts.append(_columns(found.good, numbers))
        else:
            reports.append((found.good, numbers))
            rules = found.rules
    if reports:
        parts.append(_deltas(reports, rules, bad))
    columns = {name: np.concatenate([part[name] for part in parts] or [[]]) for name in _NAMES}
    first = np.sort(np.unique(columns["key"], return_index=True)[1]) if parts else slice(0)
    chosen = {name: column[first] for name, column in columns.items()}
    made = batch({**chosen, "source_row": 1})
    twice = len(columns["line"]) - len(chosen["line"])
    return UsageBatch(made, chosen["line"], tuple(names), tuple(bad), twice, passed_over)


_NAMES = ("key", "line", "identifier", *_MEASURED)


def _numbers(told: Names, names: dict[str, int]) -> Integers:
    """The number of each row's identifier; new identifiers get the next ones."""
    numbers = [names.setdefault(text, len(names)) for text in told.texts]
    return np.array(numbers or [0], np.int64)[told.codes]


def _columns(records: Records, numbers: Integers) -> dict[str, Any]:
    columns = {name: getattr(records, name) for name in _MEASURED if name != "started_s"}
    return {
        **columns,
        "started_s": records.started,
        "identifier": numbers,
        "line": records.line,
        "key": _comparable(records.key),
    }


def _comparable(keys: Any) -> Any:
    """Keys of 16 bytes as something that NumPy can sort: pairs of integers."""
    return np.frombuffer(np.ascontiguousarray(keys).tobytes(), [("a", "<u8"), ("b", "<u8")])


def _deltas(reports: list[tuple[Reports, Integers]], rules: Rules, bad: list[BadRow]) -> dict[str, Any]:
    """What each report adds, session by session, in the order of the file."""
    sessions: dict[bytes, list[tuple[Reports, int, int]]] = {}
    seen: set[bytes] = set()
    for found, numbers in reports:
        for row, (session, key) in enumerate(zip(found.session, found.key, strict=True)):
            if key.tobytes() not in seen:
                seen.add(key.tobytes())
                sessions.setdefault(session.tobytes(), []).append((found, row, int(numbers[row])))
    rows = [row for session in sessions.values() for row in _of_session(session, rules, bad)]
    rows.sort(key=lambda row: row["line"])
    columns = {name: np.array([row[name] for row in rows], np.int64) for name in _NAMES if name != "key"}
    return {**columns, "key": _comparable(np.arange(2 * len(rows), dtype=np.uint64))}


def _of_session(
    session: list[tuple[Reports, int, int]], rules: Rules, bad: list[BadRow]
) -> Iterator[dict[str, int]]:
    deltas, _ = take(None, [_report(found, row) for found, row, _ in session], rules)
    for (found, row, number), delta in zip(session, deltas, strict=True):
        line = int(found.line[row])
        if delta.reason:
            raw = found.raw[row]
            text = raw.decode(errors="replace") if isinstance(raw, bytes) else str(raw)
            bad.append(BadRow(line, text, delta.reason, b""))
            continue
        yield {
            **dict.fromkeys(_MEASURED, 0),
            "line": line,
            "identifier": number,
            "started_s": delta.started,
            "duration_s": delta.ended - delta.started,
            "octets_in": delta.used.octets_in,
            "octets_out": delta.used.octets_out,
            "service_class": int(found.service_class[row]),
            "direction": int(found.direction[row]),
        }


def _report(found: Reports, row: int) -> Report:
    told = [int(getattr(found, name)[row]) for name in ("seconds", "octets_in", "octets_out")]
    values = [None if value == NOT_TOLD else value for value in told]
    return Report(int(found.at[row]), REPORT_KINDS[int(found.kind[row])], *values)
