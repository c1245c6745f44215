"""Session reports become usage records: what each adds to what its session was known to have used.

Sessions are locked in key order, so importers take turns; a report that came before adds no row.
"""

from collections.abc import Sequence
from itertools import groupby

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from jetbill.kernel.sessions import Counters, Delta, Known, Report, Rules, take
from jetbill.stages.usage.blocks import stage
from jetbill.stages.usage.values import NOT_TOLD, REPORT_KINDS, BadRow, Integers, Records, Reports, Restart

_COUNTERS = [
    f"{what}_{unit}" for what in ("raw", "total", "told") for unit in ("seconds", "octets_in", "octets_out")
]
_KNOWN = ["began", "at", "stopped_at", *_COUNTERS]
_REPORT = {
    "reported": "timestamptz",
    "key": "uuid",
    "session": "uuid",
    "kind": "smallint",
    "seconds": "bigint",
    "octets_in": "bigint",
    "octets_out": "bigint",
    "line": "integer",
}
_ZEROS = ", ".join("0" for _ in _COUNTERS)
_SETS = ", ".join(f"{name} = c.{name}" for name in _KNOWN if name != "stopped_at")
_OPEN = f"""
INSERT INTO usage_session (realm_id, key, nas, at, {", ".join(_COUNTERS)})
SELECT (SELECT realm()), s.key, (%s::text[])[s.nas + 1], 0, {_ZEROS} FROM usage_session_seen s
ORDER BY s.key ON CONFLICT DO NOTHING
"""
_LOCK = f"""
SELECT s.place, {", ".join(f"u.{name}" for name in _KNOWN)} FROM usage_session_seen s
JOIN usage_session u ON u.realm_id = (SELECT realm()) AND u.key = s.key ORDER BY u.key FOR UPDATE OF u
"""
_HISTORY = """
SELECT s.place, extract(epoch FROM r.reported)::bigint, r.kind, r.seconds, r.octets_in, r.octets_out
FROM usage_session_seen s JOIN usage_report r ON r.realm_id = (SELECT realm()) AND r.session = s.key
WHERE s.place = ANY (%s)
"""
_ADD = f"""
INSERT INTO usage_report (realm_id, file_id, {", ".join(_REPORT)})
SELECT (SELECT realm()), %s, {", ".join(_REPORT)} FROM usage_report_staged
ON CONFLICT DO NOTHING RETURNING line
"""
_UPDATE = f"""
UPDATE usage_session u SET {_SETS}, stopped_at = nullif(c.stopped_at, -1), closed_at = NULL
FROM usage_session_changed c JOIN usage_session_seen s ON s.place = c.place
WHERE u.realm_id = (SELECT realm()) AND u.key = s.key
"""
_FORGET = """
DELETE FROM usage_report r USING usage_report_staged s WHERE r.realm_id = (SELECT realm())
AND r.reported = s.reported AND r.key = s.key AND s.line = ANY (%s)
"""
_CLOSE = """
UPDATE usage_session SET closed_at = at
WHERE realm_id = (SELECT realm()) AND nas = %s AND at <= %s AND stopped_at IS NULL AND closed_at IS NULL
"""


def take_in(file: int, reports: Reports, rules: Rules) -> tuple[Records, tuple[BadRow, ...], int]:
    """The usage that new reports add, the impossible ones, and how many were there before."""
    if not len(reports):
        return _records(reports, []), (), 0
    place, known = _lock(reports)
    known_at = np.array([state.at if state else 0 for state in known], np.int64)
    history = _history(np.unique(place[reports.at < known_at[place]]))
    new = _add(file, reports)
    told, place = reports.take(new), place[new]
    deltas = _deltas(told, place, (known, history), rules)
    _keep(known, np.unique(place))
    wrong = [row for row, delta in enumerate(deltas) if delta.reason]
    if wrong:
        with connection.cursor() as cursor:
            cursor.execute(_FORGET, [[int(told.line[row]) for row in wrong]])
    bad = tuple(
        BadRow(int(told.line[row]), str(told.raw[row]), deltas[row].reason, told.key[row].tobytes())
        for row in wrong
    )
    good = np.array([row for row, delta in enumerate(deltas) if not delta.reason], np.intp)
    return _records(told.take(good), [deltas[row] for row in good]), bad, len(reports) - len(told)


def close(restarts: Sequence[Restart]) -> None:
    """A router restarted: its sessions ended with their last reports."""
    with connection.cursor() as cursor:
        for restart in restarts:
            cursor.execute(_CLOSE, [restart.nas, restart.at])


def _lock(reports: Reports) -> tuple[Integers, list[Known | None]]:
    """Each report's session as a position, and what is known of each; locked until the transaction ends."""
    half = np.ascontiguousarray(reports.session).view(np.uint64).reshape(-1, 2)
    _, first, place = np.unique(half, axis=0, return_index=True, return_inverse=True)
    place = place.reshape(-1).astype(np.int64)
    types = {"place": "integer", "key": "uuid", "nas": "integer"}
    columns = [np.arange(len(first)), reports.session[first], reports.nas.codes[first]]
    stage("usage_session_seen", types, columns)
    known: list[Known | None] = [None] * len(first)
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [list(reports.nas.texts)])
        cursor.execute(_LOCK)
        for at, began, last, stopped, *counters in cursor.fetchall():
            if began is not None:
                known[at] = Known(began, last, stopped, *(Counters(*counters[n : n + 3]) for n in (0, 3, 6)))
    return place, known


def _history(late: Integers) -> dict[int, list[Report]]:
    """All earlier reports of the sessions at these positions, which got a report older than the last one."""
    found: dict[int, list[Report]] = {}
    if not len(late):
        return found
    with connection.cursor() as cursor:
        cursor.execute(_HISTORY, [late.tolist()])
        for place, *report in cursor.fetchall():
            found.setdefault(place, []).append(_report(*report))
    return found


def _add(file: int, reports: Reports) -> NDArray[np.intp]:
    """Store the reports; answers which of them are new."""
    columns = [reports.at if name == "reported" else getattr(reports, name) for name in _REPORT]
    stage("usage_report_staged", _REPORT, columns)
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [file])
        lines = np.array([line for (line,) in cursor.fetchall()], np.int64)
    return np.flatnonzero(np.isin(reports.line, lines))


def _deltas(
    reports: Reports,
    place: Integers,
    before: tuple[list[Known | None], dict[int, list[Report]]],
    rules: Rules,
) -> list[Delta]:
    """One delta per report; `before` is brought up to date."""
    known, history = before
    columns = (reports.at, reports.kind, reports.seconds, reports.octets_in, reports.octets_out)
    rows = list(zip(*(column.tolist() for column in columns), strict=True))
    found: dict[int, Delta] = {}
    order = np.argsort(place, kind="stable").tolist()
    for session, group in groupby(order, place.tolist().__getitem__):
        members = list(group)
        told = [_report(*rows[row]) for row in members]
        deltas, known[session] = take(known[session], told, rules, history.get(session, ()))
        found.update(zip(members, deltas, strict=True))
    return [found[row] for row in range(len(reports))]


def _report(at: int, kind: int, *counters: int) -> Report:
    seconds, octets_in, octets_out = (None if each == NOT_TOLD else each for each in counters)
    return Report(at, REPORT_KINDS[kind], seconds, octets_in, octets_out)


def _keep(known: list[Known | None], places: Integers) -> None:
    rows = [(place, *_values(state)) for place in places.tolist() if (state := known[place]) is not None]
    if not rows:
        return
    types = {"place": "integer", **dict.fromkeys(_KNOWN, "bigint")}
    stage("usage_session_changed", types, list(np.array(rows, np.int64).T))
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE)


def _values(state: Known) -> list[int]:
    counters = [
        [each.seconds, each.octets_in, each.octets_out] for each in (state.raw, state.total, state.told)
    ]
    stopped = NOT_TOLD if state.stopped_at is None else state.stopped_at
    return [state.began, state.at, stopped, *(value for each in counters for value in each)]


def _records(reports: Reports, deltas: Sequence[Delta]) -> Records:
    def column(values: list[int]) -> Integers:
        return np.array(values, np.int64)

    nothing = np.zeros(len(deltas), np.int64)
    reports = reports if deltas else reports.take(np.zeros(0, np.intp))
    return Records(
        reports.line,
        reports.key,
        reports.identifier,
        column([each.started for each in deltas]),
        reports.service_class,
        reports.direction,
        column([each.used.seconds for each in deltas]),
        column([each.used.octets_in for each in deltas]),
        column([each.used.octets_out for each in deltas]),
        nothing,
        nothing,
        nothing,
    )
