"""Stored records once more, as blocks of columns: written with the rows, read by rating a month at a time.

A row costs PostgreSQL and its reader two microseconds to hand over, a row of a block a tenth of one. The rows
stay: they keep duplicates out and answer for one login. Both are written in one transaction.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import numpy as np
from django.db import connection
from django.db.models import Sum

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


def rows(month: date) -> int:
    """How many records of a month there are."""
    return UsageBlock.objects.filter(month=month).aggregate(rows=Sum("rows", default=0))["rows"]


def read(month: date) -> Iterator[Mapping[str, Column]]:
    """The columns of all committed records of a month, some hundred thousand at once, in one snapshot."""
    waiting: list[Mapping[str, Column]] = []
    for body in _bodies(month):
        waiting.append(unpacked(body).columns)
        if sum(len(part["line"]) for part in waiting) >= _TOGETHER:
            yield _joined(waiting)
            waiting = []
    if waiting:
        yield _joined(waiting)


def opened_blocks(month: date) -> Iterator[Planes]:
    """All committed records of a month as they lie in their blocks, in one snapshot."""
    return map(opened, _bodies(month))


def _bodies(month: date) -> Iterator[bytes]:
    statement = "COPY (SELECT body FROM usage_block WHERE month = %s) TO STDOUT (FORMAT binary)"
    with connection.cursor() as cursor, cursor.copy(statement, [month]) as copy:
        copy.set_types(["bytea"])
        for (body,) in copy.rows():
            yield body


def _insert(month: date, parts: Sequence[Mapping[str, Column]]) -> None:
    columns = _joined(parts)
    UsageBlock.objects.create(month=month, rows=len(columns["line"]), body=packed(Block(columns)))


def _merge(month: date) -> None:
    """Put small blocks together, those that nobody else is putting together now."""
    small = UsageBlock.objects.filter(month=month, rows__lt=SMALL).order_by("id")
    found = list(small.select_for_update(skip_locked=True).values_list("id", flat=True)[:MANY])
    if len(found) < MANY:
        return
    chosen = UsageBlock.objects.filter(id__in=found)
    _insert(month, [unpacked(bytes(body)).columns for body in chosen.values_list("body", flat=True)])
    chosen.delete()


def _joined(parts: Sequence[Mapping[str, Column]]) -> Mapping[str, Column]:
    if len(parts) == 1:
        return parts[0]
    return {name: np.concatenate([part[name] for part in parts]) for name in NAMES}
