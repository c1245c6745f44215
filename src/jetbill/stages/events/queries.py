"""Reads about events and the queue."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from jetbill.stages.events.models import Event


@dataclass(frozen=True, slots=True)
class KindCount:
    """How the jobs of one kind stand: waiting includes those due later; parked streams need a person."""

    kind: str
    waiting: int
    due: int
    parked: int


@dataclass(frozen=True, slots=True)
class ParkedJob:
    """A job that a person must look at; it stops only its own stream."""

    stream_id: int
    realm_id: int
    stream: str
    kind: str
    subject_id: int
    attempts: int
    code: str


def events_about(subject: str, limit: int = 100) -> list[Event]:
    """The newest events about "invoice:17", newest first; inside a scope."""
    return list(Event.objects.filter(subject=subject).order_by("-id")[:limit])


def queue_counts(now: datetime) -> list[KindCount]:
    """One row per kind of the heads of all streams."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, count(*) FILTER (WHERE parked = ''), count(*) FILTER (WHERE due <= %s),"
            " count(*) FILTER (WHERE parked <> '') FROM events_stream WHERE position_head IS NOT NULL"
            " GROUP BY kind ORDER BY kind",
            [now],
        )
        return [KindCount(*row) for row in cursor.fetchall()]


def has_waiting(realm_id: int, kind: str, until: datetime) -> bool:
    """Whether jobs of this kind that were due at `until` are not done yet; those that have failed before
    do not count, so that nothing waits for them for ever.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM events_stream s JOIN events_job j ON j.stream_id = s.id"
            " WHERE s.realm = %s AND s.parked = '' AND s.attempts <= 1 AND j.kind = %s AND j.due <= %s)",
            [realm_id, kind, until],
        )
        return bool(cursor.fetchone()[0])


def parked_jobs(limit: int = 100) -> list[ParkedJob]:
    """Streams that a person must decide about, over all realms, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.id, s.realm, s.key, j.kind, j.subject_id, s.attempts, s.parked FROM events_stream s"
            " JOIN events_job j ON j.stream_id = s.id AND j.position = s.position_head"
            " WHERE s.parked <> '' ORDER BY s.id LIMIT %s",
            [limit],
        )
        return [ParkedJob(*row) for row in cursor.fetchall()]
