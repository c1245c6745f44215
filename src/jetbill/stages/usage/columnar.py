"""Stored records once more, as blocks of columns: written with the rows, read by rating a month at a time.

A row costs PostgreSQL and its reader two microseconds to hand over, a row of a block a tenth of one. The rows
stay: they keep duplicates out. Which logins a block holds is in the service index. All is one transaction.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
from django.db import connection
from django.db.models import Sum

from jetbill.stages.realms.arrays import ids_array
from jetbill.stages.realms.blocks import Block, Column, Planes, opened, packed, unpacked
from jetbill.stages.usage.models import UsageBlock
from jetbill.stages.usage.values import Integers, Records

NAMES = (
    *("identifier", "started_s", "duration_s", "octets_in", "octets_out", "quantity", "party"),
    *("counterparty", "service_class", "direction", "file", "line"),
)
"""The columns of a block; instants are whole seconds since 1970 UTC."""
SMALL = 4_096
"""Blocks of fewer rows are put together once there are enough of them."""
MANY = 64
_TOGETHER = 200_000
"""About so many rows are handed out at once."""

_HOLDS = """
INSERT INTO usage_block_identifier (realm_id, identifier_id, month, block_id)
SELECT (SELECT realm()), identifier, %s, %s FROM unnest(%s::bigint[]) AS identifier
"""
_OF_MONTH = "month = %s"
_HOLDING = """
id IN (SELECT block_id FROM usage_block_identifier WHERE identifier_id = %s AND month = %s)
"""
_HOLDS_NO_MORE = """
DELETE FROM usage_block_identifier
WHERE identifier_id = ANY (%s::bigint[]) AND month = %s AND block_id = ANY (%s::bigint[])
"""


def keep(file: int, records: Records, identifiers: Integers) -> None:
    """Add new records, in order of time, to the blocks of their months."""
    whole = {name: getattr(records, name) for name in NAMES if hasattr(records, name)}
    whole |= {"identifier": identifiers, "started_s": records.started}
    whole["file"] = np.full(len(records), file, np.int64)
    months = records.started.astype("datetime64[s]").astype("datetime64[M]")
    for month in np.unique(months):
        first, end = np.searchsorted(months, (month, month + 1))
        _insert(month.astype(date), [{name: column[first:end] for name, column in whole.items()}])
        if end - first < SMALL:
            _merge(month.astype(date))


def of_identifier(month: date, identifier: int) -> Mapping[str, Column]:
    """The records of one login or number in a month: the blocks that hold some are known."""
    parts = []
    for block in map(opened, _bodies(_HOLDING, [identifier, month])):
        its = replace(block, planes=block.planes[:, block.column("identifier") == identifier])
        parts.append({name: its.column(name) for name in NAMES})
    return _joined(parts or [{name: np.empty(0, np.int64) for name in NAMES}])


def rows(month: date) -> int:
    """How many records of a month there are."""
    return UsageBlock.objects.filter(month=month).aggregate(rows=Sum("rows", default=0))["rows"]


def read(month: date) -> Iterator[Mapping[str, Column]]:
    """The columns of all committed records of a month, some hundred thousand at once, in one snapshot."""
    waiting: list[Mapping[str, Column]] = []
    for body in _bodies(_OF_MONTH, [month]):
        waiting.append(unpacked(body).columns)
        if sum(len(part["line"]) for part in waiting) >= _TOGETHER:
            yield _joined(waiting)
            waiting = []
    if waiting:
        yield _joined(waiting)


def opened_blocks(month: date) -> Iterator[Planes]:
    """All committed records of a month as they lie in their blocks, in one snapshot."""
    return map(opened, _bodies(_OF_MONTH, [month]))


def _bodies(chosen: str, values: Sequence[object]) -> Iterator[bytes]:
    statement = f"COPY (SELECT body FROM usage_block WHERE {chosen}) TO STDOUT (FORMAT binary)"
    with connection.cursor() as cursor, cursor.copy(statement, values) as copy:
        copy.set_types(["bytea"])
        for (body,) in copy.rows():
            yield body


def _insert(month: date, parts: Sequence[Mapping[str, Column]]) -> Sequence[int]:
    """Add a block and whose records it holds; answers whose."""
    columns = _joined(parts)
    identifiers: list[int] = np.unique(columns["identifier"]).tolist()
    block = UsageBlock.objects.create(month=month, rows=len(columns["line"]), body=packed(Block(columns)))
    with connection.cursor() as cursor:
        cursor.execute(_HOLDS, [month, block.pk, ids_array(identifiers)])
    return identifiers


def _merge(month: date) -> None:
    """Put small blocks together, those that nobody else is putting together now."""
    small = UsageBlock.objects.filter(month=month, rows__lt=SMALL).order_by("id")
    found = list(small.select_for_update(skip_locked=True).values_list("id", flat=True)[:MANY])
    if len(found) < MANY:
        return
    chosen = UsageBlock.objects.filter(id__in=found)
    bodies = chosen.values_list("body", flat=True)
    identifiers = _insert(month, [unpacked(bytes(body)).columns for body in bodies])
    chosen.delete()
    with connection.cursor() as cursor:
        cursor.execute(_HOLDS_NO_MORE, [ids_array(identifiers), month, ids_array(found)])


def _joined(parts: Sequence[Mapping[str, Column]]) -> Mapping[str, Column]:
    if len(parts) == 1:
        return parts[0]
    return {name: np.concatenate([part[name] for part in parts]) for name in NAMES}
