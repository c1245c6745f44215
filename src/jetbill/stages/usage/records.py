"""Rows into the table of usage records: staged by binary COPY, then inserted unless they are there."""

import numpy as np
from django.db import IntegrityError, connection, transaction

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
_NEW_ONES = f"{_INSERT} ON CONFLICT DO NOTHING"
_NEIGHBOURS = """
SELECT EXISTS (SELECT FROM usage_record WHERE realm_id = (SELECT realm())
               AND started BETWEEN to_timestamp(%s) AND to_timestamp(%s))
"""
_MINE = """
SELECT count(*), coalesce(sum(s.octets_in + s.octets_out), 0), coalesce(sum(s.duration_s), 0)
FROM usage_staged s JOIN usage_record r ON r.realm_id = (SELECT realm()) AND r.started = s.started
  AND r.key = s.key AND r.file_id = %s AND r.line = s.line
WHERE r.started BETWEEN to_timestamp(%s) AND to_timestamp(%s)
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
    ordered = records.take(order)
    columns = [getattr(ordered, name) for name in _TYPES if name != "identifier_id"]
    columns.insert(2, identifiers[order])
    stage("usage_staged", _TYPES, columns)
    added = _insert(file, ordered)
    if added == len(records):
        return measured, measured
    if added == 0:
        return Counted(), measured
    with connection.cursor() as cursor:
        cursor.execute(_MINE, [file, int(ordered.started[0]), int(ordered.started[-1])])
        count, octets, seconds = cursor.fetchone()
    return Counted(count, int(octets), int(seconds)), measured


def _insert(file: int, ordered: Records) -> int:
    """Insert the staged rows; where none can be there already, without asking for each, a third quicker."""
    if not _may_repeat(ordered):
        try:
            with transaction.atomic():
                return _execute(_INSERT, file)
        except IntegrityError:
            pass  # another importer stored the same rows meanwhile
    return _execute(_NEW_ONES, file)


def _may_repeat(ordered: Records) -> bool:
    """Whether a row may be twice among these, or in the table: something is there in the same time."""
    started, key = ordered.started, ordered.key
    if ((started[1:] == started[:-1]) & (key[1:] == key[:-1])).any():
        return True
    with connection.cursor() as cursor:
        cursor.execute(_NEIGHBOURS, [int(started[0]), int(started[-1])])
        (found,) = cursor.fetchone()
    return bool(found)


def _execute(statement: str, file: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, [file])
        return int(cursor.rowcount)


def _measure(records: Records) -> Counted:
    octets = int(records.octets_in.sum()) + int(records.octets_out.sum())
    return Counted(len(records), octets, int(records.duration_s.sum()))
