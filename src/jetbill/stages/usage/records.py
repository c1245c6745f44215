"""Rows into the table of usage records: staged by binary COPY, then inserted unless they are there."""

import numpy as np
from django.db import connection

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
SELECT (SELECT realm()), %s, {_COLUMNS} FROM usage_staged ON CONFLICT DO NOTHING
"""
_MINE = """
SELECT count(*), coalesce(sum(s.octets_in + s.octets_out), 0), coalesce(sum(s.duration_s), 0)
FROM usage_staged s JOIN usage_record r ON r.realm_id = (SELECT realm()) AND r.started = s.started
  AND r.key = s.key AND r.file_id = %s AND r.line = s.line
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
    half = np.ascontiguousarray(records.key).view(">u8").reshape(-1, 2)
    order = np.lexsort((half[:, 1], half[:, 0], records.started))
    ordered = records.take(order)
    columns = [getattr(ordered, name) for name in _TYPES if name != "identifier_id"]
    columns.insert(2, identifiers[order])
    stage("usage_staged", _TYPES, columns)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [file])
        if cursor.rowcount == len(records):
            return measured, measured
        cursor.execute(_MINE, [file])
        count, octets, seconds = cursor.fetchone()
    return Counted(count, int(octets), int(seconds)), measured


def _measure(records: Records) -> Counted:
    octets = int(records.octets_in.sum()) + int(records.octets_out.sum())
    return Counted(len(records), octets, int(records.duration_s.sum()))
