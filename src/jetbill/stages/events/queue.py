"""The queue: jobs in streams, done in order within a stream, claimed with a lease.

Written in the transaction of the change that needs them (outbox). Positions come from the stream's row,
locked until that transaction ends: with a sequence the lower number may commit later and "second" goes
out before "first". Leases run by the database's clock, due times by the clock that is passed in.
All functions work inside a scope and in outside_realms().
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from jetbill.kernel.backoff import retry_delay
from jetbill.stages.realms.arrays import ids_array

GAVE_UP = "gave_up"


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job to be done at or after `due`, after all earlier ones of its stream ("mail:17", no content)."""

    realm_id: int
    stream: str
    kind: str
    subject_id: int
    due: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that is ours until the lease runs out; `attempts` counts from 1."""

    realm_id: int
    stream_id: int
    stream: str
    lease: int
    attempts: int
    kind: str
    subject_id: int
    due: datetime


@dataclass(frozen=True, slots=True)
class Retry:
    """A job's answer: try again `after` this time, or after the usual one."""

    after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Park:
    """A job's answer: a person must look; `code` says why in one word."""

    code: str


def enqueue(job: NewJob, *, once: bool = False) -> None:
    """Add one job to the end of its stream."""
    enqueue_many([job], once=once)


@transaction.atomic(savepoint=False)
def enqueue_many(jobs: Sequence[NewJob], *, once: bool = False) -> None:
    """Add jobs to the ends of their streams in their order, in a few statements whatever their number.

    With `once` a job that already waits in its stream (and is not being done right now) is not added.
    """
    if not jobs:
        return
    _lock_streams(jobs)
    if once:
        jobs = _not_waiting(list(dict.fromkeys(jobs)))
    if jobs:
        with connection.cursor() as cursor:
            cursor.execute(_ENQUEUE, _columns(jobs))


def enqueue_fresh(kind: str, subject: str, subjects: Sequence[int], *, realm_id: int, due: datetime) -> None:
    """One job of `kind` for each of thousands of new subjects, in streams of their own: "document:17".

    Their streams must not exist yet.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ENQUEUE_FRESH, [realm_id, f"{subject}:", kind, due, ids_array(subjects)])


@transaction.atomic
def claim_due(now: datetime, limit: int, lease: timedelta, kinds: Sequence[str]) -> list[Claim]:
    """Take up to `limit` heads of streams that are due, each for the time of the lease."""
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"now": now, "limit": limit, "lease": lease, "kinds": list(kinds)}
        cursor.execute(_CLAIM, values)
        return [Claim(*row) for row in cursor.fetchall()]


def finish(claim: Claim) -> bool:
    """The job is done; its stream goes on. False when the lease was lost to somebody else: roll back."""
    return finish_many([claim]) == 1


@transaction.atomic
def finish_many(claims: Sequence[Claim]) -> int:
    """Finish several; gives how many were still ours."""
    ours = _lock(claims)
    if ours:
        with connection.cursor() as cursor:
            cursor.execute(_ADVANCE, [ours])
    return len(ours)


@transaction.atomic
def retry(claim: Claim, now: datetime, after: timedelta | None = None) -> bool:
    """Try again later: the stream waits, its order stays. After the last try it is parked."""
    wait = after if after is not None else retry_delay(claim.attempts, claim.stream_id)
    if wait is None:
        return park(claim, GAVE_UP)
    ours = _lock([claim])
    return _set("due = %s, leased_until = NULL", [now + wait], ours)


@transaction.atomic
def park(claim: Claim, code: str) -> bool:
    """Stop this stream, and only this one, until a person decides."""
    if not re.fullmatch(r"[a-z0-9_.]{1,60}", code):
        raise ValueError(f"{code!r} is not a code: the queue holds no content")
    return _set("due = NULL, leased_until = NULL, parked = %s", [code], _lock([claim]))


def renew(claim: Claim, lease: timedelta) -> bool:
    """Keep a long job; False when it was lost."""
    values: list[Any] = [lease, claim.stream_id, claim.lease]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE events_stream SET leased_until = clock_timestamp() + %s WHERE id = %s AND lease = %s"
            " AND leased_until IS NOT NULL",
            values,
        )
        return cursor.rowcount == 1


@transaction.atomic
def unpark(stream_id: int, now: datetime) -> bool:
    """Try the parked head of this stream again, with all its tries before it."""
    return _unpark("id = %s", [now, stream_id]) == 1


@transaction.atomic
def unpark_all(kinds: Sequence[str], now: datetime) -> int:
    """Try all parked heads of these kinds again, of every kind if none is named; gives how many."""
    return _unpark("kind = ANY(%s)", [now, list(kinds)]) if kinds else _unpark("true", [now])


@transaction.atomic
def skip(stream_id: int) -> bool:
    """Give up the parked head of this stream and go on with the next."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM events_stream WHERE id = %s AND parked <> '' FOR UPDATE", [stream_id])
        found = [key for (key,) in cursor.fetchall()]
        if found:
            cursor.execute(_ADVANCE, [found])
    return bool(found)


def sweep(limit: int = 5_000) -> int:
    """Forget streams whose jobs are all done; gives how many. A job for one of them begins its stream anew.

    Walks once through the streams, a transaction for every `limit`; what somebody else holds waits for the
    next sweep, so nobody waits for this one.
    """
    last, count = 0, 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_SWEEP, [last, limit])
            last, found = cursor.fetchone()
        count += found
        if found < limit:
            return count


def _columns(jobs: Sequence[NewJob]) -> list[list[Any]]:
    return [
        [job.realm_id for job in jobs],
        [job.stream for job in jobs],
        [job.kind for job in jobs],
        [job.subject_id for job in jobs],
        [job.due for job in jobs],
    ]


def _lock_streams(jobs: Sequence[NewJob]) -> None:
    """Make the streams that are missing and lock all; until the end workers claim and finish none of them."""
    streams = sorted({(job.realm_id, job.stream) for job in jobs})
    keys = [[realm for realm, _ in streams], [key for _, key in streams]]
    while not _make_and_lock(keys, len(streams)):
        pass  # one was swept away between the two statements


def _make_and_lock(keys: list[Any], count: int) -> bool:
    # A savepoint lets go of what is locked when one is missing: held any longer, two who try again could wait
    # for each other.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_MAKE_STREAMS, keys)
        cursor.execute(_LOCK_BY_KEY, keys)
        is_whole: bool = cursor.rowcount == count
        if not is_whole:
            transaction.set_rollback(True)
    return is_whole


def _not_waiting(jobs: list[NewJob]) -> list[NewJob]:
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, _columns(jobs)[:2])
        waiting = set(cursor.fetchall())
    return [job for job in jobs if (job.realm_id, job.stream, job.kind, job.subject_id) not in waiting]


def _lock(claims: Sequence[Claim]) -> list[int]:
    # Apart from what follows: a statement that waited for the lock would not see jobs committed meanwhile.
    with connection.cursor() as cursor:
        values = [[claim.stream_id for claim in claims], [claim.lease for claim in claims]]
        cursor.execute(_LOCK, values)
        return [key for (key,) in cursor.fetchall()]


def _unpark(which: str, values: list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE events_stream SET due = %s, attempts = 0, parked = '' WHERE {which} AND parked <> ''",
            values,
        )
        return int(cursor.rowcount)


def _set(changes: str, values: list[Any], streams: list[int]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE events_stream SET {changes} WHERE id = ANY(%s)", [*values, streams])
        return cursor.rowcount > 0


# Locks go in the order of (realm, key) everywhere, so that two of these never wait for each other.
_GIVEN = "unnest(%s::bigint[], %s::text[])"
_LOCK_BY_KEY = f"""
SELECT s.id FROM events_stream s JOIN {_GIVEN} g (realm, key) ON s.realm = g.realm AND s.key = g.key
ORDER BY s.realm, s.key FOR UPDATE OF s
"""
_WAITING = f"""
SELECT DISTINCT s.realm, s.key, j.kind, j.subject_id
FROM events_stream s JOIN {_GIVEN} g (realm, key) ON s.realm = g.realm AND s.key = g.key
JOIN events_job j ON j.stream_id = s.id
WHERE j.position > s.position_head OR s.leased_until IS NULL OR s.leased_until <= clock_timestamp()
"""
# An upsert of rows that workers move at the same time can deadlock inside the unique index, so streams are
# made first, locked next and only then written.
_MAKE_STREAMS = f"""
INSERT INTO events_stream (realm, key, kind, position_last, lease, attempts, parked)
SELECT g.realm, g.key, '', 0, 0, 0, '' FROM {_GIVEN} g (realm, key)
WHERE NOT EXISTS (SELECT FROM events_stream s WHERE s.realm = g.realm AND s.key = g.key)
ORDER BY g.realm, g.key ON CONFLICT DO NOTHING
"""
_ENQUEUE = """
WITH given AS (
    SELECT *, row_number() OVER (PARTITION BY realm, key ORDER BY n) AS nth
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::timestamptz[])
         WITH ORDINALITY AS g (realm, key, kind, subject_id, due, n)
), sums AS (
    SELECT realm, key, count(*) AS n FROM given GROUP BY 1, 2
), s AS (
    UPDATE events_stream t SET
        position_last = t.position_last + sums.n,
        position_head = coalesce(t.position_head, t.position_last + 1),
        kind = CASE WHEN t.position_head IS NULL THEN first.kind ELSE t.kind END,
        due = CASE WHEN t.position_head IS NULL THEN first.due ELSE t.due END
    FROM sums JOIN given first USING (realm, key)
    WHERE first.nth = 1 AND t.realm = sums.realm AND t.key = sums.key
    RETURNING t.id, t.realm, t.key, t.position_last
)
INSERT INTO events_job (stream_id, position, kind, subject_id, due)
SELECT s.id, s.position_last - sums.n + given.nth, given.kind, given.subject_id, given.due
FROM s JOIN sums USING (realm, key) JOIN given USING (realm, key)
"""
_ENQUEUE_FRESH = """
WITH told AS (
    SELECT %s::bigint AS realm, %s::text AS prefix, %s::text AS kind, %s::timestamptz AS due
), s AS (
    INSERT INTO events_stream (realm, key, kind, position_last, position_head, due, lease, attempts, parked)
    SELECT realm, prefix || subject_id, kind, 1, 1, due, 0, 0, ''
    FROM told, unnest(%s::bigint[]) AS subject_id
    RETURNING id, key
)
INSERT INTO events_job (stream_id, position, kind, subject_id, due)
SELECT s.id, 1, told.kind, substr(s.key, length(told.prefix) + 1)::bigint, told.due FROM s, told
"""
_CLAIM = """
WITH s AS (
    SELECT id FROM events_stream
    WHERE due <= %(now)s AND kind = ANY(%(kinds)s)
      AND (leased_until IS NULL OR leased_until <= clock_timestamp())
    ORDER BY due LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), u AS (
    UPDATE events_stream t
    SET leased_until = clock_timestamp() + %(lease)s, lease = t.lease + 1, attempts = t.attempts + 1
    FROM s WHERE t.id = s.id RETURNING t.*
)
SELECT u.realm, u.id, u.key, u.lease, u.attempts, j.kind, j.subject_id, j.due
FROM u JOIN events_job j ON j.stream_id = u.id AND j.position = u.position_head ORDER BY u.due, u.id
"""
_LOCK = """
SELECT s.id FROM events_stream s JOIN unnest(%s::bigint[], %s::bigint[]) g (id, lease)
    ON s.id = g.id AND s.lease = g.lease AND s.leased_until IS NOT NULL
ORDER BY s.realm, s.key FOR UPDATE OF s
"""
_ADVANCE = """
WITH s AS (
    SELECT id, position_head FROM events_stream WHERE id = ANY(%s)
), gone AS (
    DELETE FROM events_job j USING s WHERE j.stream_id = s.id AND j.position = s.position_head
), next AS (
    SELECT s.id, n.position, n.kind, n.due FROM s LEFT JOIN LATERAL (
        SELECT position, kind, due FROM events_job j
        WHERE j.stream_id = s.id AND j.position > s.position_head ORDER BY position LIMIT 1
    ) n ON true
)
UPDATE events_stream t
SET position_head = next.position, kind = coalesce(next.kind, t.kind), due = next.due,
    leased_until = NULL, attempts = 0, parked = ''
FROM next WHERE t.id = next.id
"""
_SWEEP = """
WITH empty AS (
    SELECT id FROM events_stream WHERE id > %s AND position_head IS NULL
    ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
), gone AS (
    DELETE FROM events_stream s USING empty WHERE s.id = empty.id RETURNING s.id
)
SELECT coalesce(max(id), 0), count(*) FROM gone
"""
