"""Rows into the table of usage records: staged by binary COPY, then inserted unless they are there."""

import numpy as np
from django.db import IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper
from numpy.typing import NDArray

from jetbill.stages.usage import columnar
from jetbill.stages.usage.blocks import stage
from jetbill.stages.usage.months import make_months
from jetbill.stages.usage.values import Counted, Integers, Records

_TYPES = {
    "started": "timestamptz",
    "key": "uuid",
    "identifier_id": "bigint",
    "line": "integer",
    "service_class": "smallint",
    "direction": "smallint",
    "duration_s": "bigint",
    "octets_in": "bigint",
    "octets_out": "bigint",
    "quantity": "bigint",
    "party": "bigint",
    "counterparty": "bigint",
}
_COLUMNS = ", ".join(_TYPES)
_INSERT = f"""
INSERT INTO usage_record (realm_id, file_id, {_COLUMNS})
SELECT (SELECT realm()), %s, {_COLUMNS} FROM usage_staged
"""
_NEW_ONES = f"{_INSERT} ON CONFLICT DO NOTHING RETURNING line"
_STORED = """
SELECT min(started), max(started) FROM usage_record
WHERE realm_id = (SELECT realm()) AND started BETWEEN to_timestamp(%s) AND to_timestamp(%s)
"""
# A scalar query is asked row by row in the order of the key: no plan that statistics could lead astray.
_TAKE_OUT = """
DELETE FROM usage_staged s WHERE s.started BETWEEN %(first)s AND %(last)s AND
    (SELECT true FROM usage_record r WHERE r.realm_id = (SELECT realm()) AND r.started = s.started
     AND r.key = s.key AND r.started BETWEEN %(first)s AND %(last)s)
RETURNING line
"""


def add(file: int, records: Records, identifiers: Integers) -> tuple[Counted, Counted]:
    """Insert what is not there yet; answers what was added, and what all the rows measure.

    Rows go in by time and key, the order of the index: neighbours share pages, and two importers that bring
    the same rows wait for each other instead of locking crosswise.
    """
    measured = _measure(records)
    if not len(records):
        return Counted(), measured
    make_months(records.started)
    half = np.ascontiguousarray(records.key).view(">u8")[::2]  # 64 bits of a key order it well enough
    order = np.lexsort((half.astype(np.uint64), records.started))
    started, key = records.started[order], records.key[order]
    is_first = np.append(True, (started[1:] != started[:-1]) | (key[1:] != key[:-1]))
    order = order[is_first]
    ordered, identifiers = records.take(order), identifiers[order]
    columns = [getattr(ordered, name) for name in _TYPES if name != "identifier_id"]
    columns.insert(2, identifiers)
    stage("usage_staged", _TYPES, columns)
    rows = _insert(file, ordered)
    added = ordered.take(rows)
    if len(added):
        columnar.keep(file, added, identifiers[rows])
    return _measure(added), measured


def _insert(file: int, ordered: Records) -> NDArray[np.bool_]:
    """Insert the staged rows and tell which of them are new.

    Those that are stored already are taken out first: asking for each row while it is inserted makes it half
    as dear again, and most rows are new.
    """
    is_new = np.isin(ordered.line, _take_out_stored(ordered.started), invert=True)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_INSERT, [file])
        return is_new
    except IntegrityError:
        pass  # another importer stored the same rows meanwhile
    with connection.cursor() as cursor:
        cursor.execute(_NEW_ONES, [file])
        return np.isin(ordered.line, _lines(cursor))


def _take_out_stored(started: Integers) -> Integers:
    """Take out of the staged rows those that are stored already; their lines."""
    with connection.cursor() as cursor:
        cursor.execute(_STORED, [int(started[0]), int(started[-1])])
        first, last = cursor.fetchone()
        if first is None:
            return np.empty(0, np.int64)
        cursor.execute(_TAKE_OUT, {"first": first, "last": last})
        return _lines(cursor)


def _lines(cursor: CursorWrapper) -> Integers:
    return np.array([line for (line,) in cursor.fetchall()], np.int64)


def _measure(records: Records) -> Counted:
    octets = int(records.octets_in.sum()) + int(records.octets_out.sum())
    return Counted(len(records), octets, int(records.duration_s.sum()))
