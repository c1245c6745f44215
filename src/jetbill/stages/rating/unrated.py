"""Whose usage is unrated, and why: read from the blocks and the stored records, for a person who looks."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.db import connection

from jetbill.kernel.rating.layout import REASONS, Status
from jetbill.stages.realms.blocks import unpacked


@dataclass(frozen=True, slots=True)
class UnratedOf:
    """How many records of one login or number are unrated in a month for one reason."""

    month: date
    reason: str
    identifier: str
    records: int


def unrated_identifiers(month: date, limit: int) -> list[UnratedOf]:
    """The logins and numbers with most unrated records among those that begin in `month`, most first."""
    first = month.replace(day=1)
    statuses: list[int] = []
    places: list[tuple[int, int]] = []
    with connection.cursor() as cursor:
        cursor.execute(_BLOCKS, [first])
        for (body,) in cursor.fetchall():
            columns = unpacked(bytes(body)).columns
            rows = np.flatnonzero(columns["status"] != Status.RATED)
            statuses += columns["status"][rows].tolist()
            places += zip(columns["file"][rows].tolist(), columns["line"][rows].tolist(), strict=True)
        files, lines = [list(each) for each in zip(*places, strict=True)] or [[], []]
        cursor.execute(_IDENTIFIERS, [files, lines, first, (first + timedelta(days=31)).replace(day=1)])
        names = {(file, line): value for file, line, value in cursor.fetchall()}
    counted = Counter((status, names.get(place, "?")) for status, place in zip(statuses, places, strict=True))
    ranked = sorted(counted.items(), key=lambda each: (-each[1], each[0]))[:limit]
    return [UnratedOf(first, REASONS[Status(status)], name, count) for (status, name), count in ranked]


_BLOCKS = """
SELECT b.body FROM rated_unit u
JOIN rated_block b ON b.realm_id = u.realm_id AND b.unit_id = u.id AND b.generation = u.generation
WHERE u.month = %s AND b.first_service = 0 AND u.records > u.rated_records
ORDER BY u.share, b.ordinal
"""
_IDENTIFIERS = """
SELECT DISTINCT t.file, t.line, i.value
FROM (SELECT DISTINCT * FROM unnest(%s::bigint[], %s::bigint[]) AS p (file, line)) AS t
JOIN usage_record r ON r.realm_id = (SELECT realm()) AND r.file_id = t.file AND r.line = t.line
 AND r.started >= %s::timestamp AT TIME ZONE 'UTC' AND r.started < %s::timestamp AT TIME ZONE 'UTC'
JOIN identifier i ON i.realm_id = r.realm_id AND i.id = r.identifier_id
"""
