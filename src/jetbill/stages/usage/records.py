"""Rows into the table of usage records: staged by binary COPY, then inserted unless they are there."""

import numpy as np
from django.db import IntegrityError, connection, transaction
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
_NEIGHBOURS = """
SELECT EXISTS (SELECT FROM usage_record WHERE realm_id = (SELECT realm())
               AND started BETWEEN to_timestamp(%s) AND to_timestamp(%s))
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
    rows = _insert(file, ordered)
    added = ordered.take(rows)
    if len(added):
        columnar.keep(file, added, identifiers[order][rows])
    return _measure(added), measured


def _insert(file: int, ordered: Records) -> NDArray[np.bool_]:
    """Insert the staged rows and tell which of them are new.

    Where none can be there already it is done without asking for each, which is a third quicker.
    """
    if not _may_repeat(ordered):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(_INSERT, [file])
            return np.ones(len(ordered), bool)
        except IntegrityError:
            pass  # another importer stored the same rows meanwhile
    with connection.cursor() as cursor:
        cursor.execute(_NEW_ONES, [file])
        lines = np.array([line for (line,) in cursor.fetchall()], np.int64)
    is_new = np.isin(ordered.line, lines)
    assert is_new.sum() == lines.size, "a source row that is two records"
    return is_new


def _may_repeat(ordered: Records) -> bool:
    """Whether a row may be twice among these, or in the table: something is there in the same time."""
    started, key = ordered.started, ordered.key
    if ((started[1:] == started[:-1]) & (key[1:] == key[:-1])).any():
        return True
    with connection.cursor() as cursor:
        cursor.execute(_NEIGHBOURS, [int(started[0]), int(started[-1])])
        (found,) = cursor.fetchone()
    return bool(found)


def _measure(records: Records) -> Counted:
    octets = int(records.octets_in.sum()) + int(records.octets_out.sum())
    return Counted(len(records), octets, int(records.duration_s.sum()))
