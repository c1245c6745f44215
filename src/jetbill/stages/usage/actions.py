"""Take usage in: a file is begun, its batches are taken in one after the other, and it is finished.

Each batch is one transaction with its counters and the line it reaches, so that a file that was cut off goes
on where it stopped and two importers of one file share the work. Rating of what changed is queued with it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from jetbill.kernel.trouble import Refused
from jetbill.stages.customers import queries as customers
from jetbill.stages.events import actions as events
from jetbill.stages.events import queue
from jetbill.stages.realms.copying import copy_rows
from jetbill.stages.realms.scope import current_realm_id
from jetbill.stages.usage import facts, records, sessions
from jetbill.stages.usage.models import QuarantinedRow, State, UsageFile
from jetbill.stages.usage.months import make_months, make_report_months, month_numbers
from jetbill.stages.usage.values import BadRow, Batch, Counted, FileFacts, Outcome, Records, Reports

NO_SHARE = -1
"""Stands for the share of identifiers that belong to nobody (yet)."""
RATE = "rating.rate"
_MOST_KNOWN = 1_000_000


@dataclass(slots=True)
class Known:
    """What one importer remembers between batches: identifiers of a realm with the shares they belong to."""

    ids: dict[str, int] = field(default_factory=dict)
    shares: dict[int, frozenset[int]] = field(default_factory=dict)

    def learn(self, names: Iterable[str]) -> None:
        """Look up names that are new to it, in few queries; unknown ones become identifiers."""
        if len(self.ids) > _MOST_KNOWN:
            self.ids, self.shares = {}, {}
        new = [name for name in names if name not in self.ids]
        if not new:
            return
        found = customers.identifier_ids(new)
        self.ids |= found
        owned = customers.shares_of_identifiers(found.values())
        self.shares |= {one: frozenset(owned.get(one, (NO_SHARE,))) for one in found.values()}


def begin(file: FileFacts, now: datetime) -> UsageFile:
    """The row of a file; one that was begun before goes on, one that was finished is `finished_at`."""
    row, _ = UsageFile.objects.get_or_create(
        digest=file.digest,
        format=file.format,
        format_digest=file.format_digest,
        defaults={
            "name": file.name,
            "header": list(file.header),
            "size": file.size,
            "lines": file.lines,
            "begun_at": now,
        },
    )
    return row


def prepare(batch: Batch, known: Known) -> None:
    """What a batch needs before its own transaction: identifiers and months, kept even if it fails.

    Apart, because two importers that make the same identifier would otherwise wait for each other's batch.
    """
    good = batch.good
    used = np.flatnonzero(np.bincount(good.identifier.codes, minlength=len(good.identifier.texts)))
    known.learn(good.identifier.texts[code] for code in used)
    if isinstance(good, Reports):
        make_report_months(good.at)
    make_months(good.started if isinstance(good, Records) else good.at)


def take_in(file: int, batch: Batch, known: Known, now: datetime) -> Outcome:
    """Store a prepared batch; answers what became of its rows, nothing if another importer was faster."""
    row = UsageFile.objects.select_for_update().get(pk=file)
    if batch.last_line <= row.line_done:
        return Outcome()
    batch = _after(batch, row.line_done)
    stored = _store(row.pk, batch, known, now)
    quarantined = _quarantine(row.pk, stored.bad)
    outcome = Outcome(
        Counted(batch.rows, stored.measured.octets, stored.measured.seconds),
        stored.taken,
        stored.duplicates + Counted(len(stored.bad) - quarantined),
        Counted(quarantined),
        batch.passed_over,
    )
    _count(row, outcome)
    row.line_done = batch.last_line
    row.save()
    return outcome


def finish(file: int, now: datetime) -> UsageFile:
    """The file was read to its end; tells it once."""
    row = UsageFile.objects.select_for_update().get(pk=file)
    if row.finished_at is not None:
        return row
    row.finished_at = now
    row.save(update_fields=["finished_at"])
    counts = row.read_records, row.taken_records, row.duplicates_records, row.quarantined_records
    events.record(facts.UsageImported(row.pk, row.name, *counts, at=now))
    if row.quarantined_records:
        events.record(facts.UsageQuarantined(row.pk, row.name, row.quarantined_records, at=now))
    return row


def take_again(row: QuarantinedRow, batch: Batch, known: Known, now: datetime) -> str:
    """Take in a row of quarantine that was read once more; answers "" or why it is still no usage."""
    file = UsageFile.objects.select_for_update().get(pk=row.file_id)
    locked = QuarantinedRow.objects.select_for_update().get(pk=row.pk)
    if locked.state == State.TAKEN:
        raise Refused("quarantine.taken", row=row.pk)
    stored = _store(file.pk, batch, known, now) if not batch.bad else None
    if stored is None or stored.bad:
        reason = (stored.bad if stored else batch.bad)[0].reason
        QuarantinedRow.objects.filter(pk=row.pk).update(reason=reason)
        return reason
    file.quarantined_records -= 1
    if not batch.rows:  # mended, it claims no usage at all
        file.read_records -= 1
        file.passed_over += batch.passed_over
    # it was counted as read when it came; only now is it known how much it measures
    _add(file, "read", Counted(0, stored.measured.octets, stored.measured.seconds))
    _add(file, "taken", stored.taken)
    _add(file, "duplicates", stored.duplicates)
    file.save()
    QuarantinedRow.objects.filter(pk=row.pk).update(state=State.TAKEN, raw=row.raw, decided_at=now)
    return ""


def set_aside(rows: Sequence[int], *, by: str, now: datetime) -> int:
    """A person says that these rows of quarantine are no usage; they stay counted and shown. How many."""
    waiting = QuarantinedRow.objects.filter(pk__in=rows, state=State.OPEN)
    return waiting.update(state=State.SET_ASIDE, decided_at=now, decided_by=by)


@dataclass(frozen=True, slots=True)
class _Stored:
    measured: Counted
    taken: Counted
    duplicates: Counted
    bad: tuple[BadRow, ...]


def _store(file: int, batch: Batch, known: Known, now: datetime) -> _Stored:
    good, bad, repeated = batch.good, batch.bad, 0
    ids = np.array([known.ids.get(text, 0) for text in good.identifier.texts], np.int64)
    if isinstance(good, Reports):
        good, impossible, repeated = sessions.take_in(file, good, batch.rules)
        bad += impossible
        sessions.close(batch.restarts)
    taken, measured = records.add(file, good, ids[good.identifier.codes])
    if taken.records:
        _queue_rating(good, ids, known, now)
    return _Stored(measured, taken, _less(measured, taken) + Counted(repeated), bad)


def _after(batch: Batch, line_done: int) -> Batch:
    """The part of a batch behind a line; counts of what came before are with the earlier import."""
    good = batch.good
    if not line_done or (len(good) and int(good.line.min()) > line_done):
        return batch
    kept = good.take(good.line > line_done)
    bad = tuple(row for row in batch.bad if row.line > line_done)
    return Batch(batch.last_line, len(kept) + len(bad), kept, bad, 0, batch.restarts, batch.rules)


def _quarantine(file: int, bad: Sequence[BadRow]) -> int:
    if not bad:
        return 0
    rows = [(file, row.line, row.key.hex(), row.raw, row.reason, str(State.OPEN), "") for row in bad]
    columns = ("file_id", "line", "key", "raw", "reason", "state", "decided_by")
    added = copy_rows("usage_quarantine", columns, rows, on_conflict="DO NOTHING")
    assert isinstance(added, int)
    return added


def _queue_rating(good: Records, ids: "np.ndarray", known: Known, now: datetime) -> None:
    realm = current_realm_id()
    assert realm is not None
    month = month_numbers(good.started)
    # one number for both: unique over two columns is twenty times slower
    both = np.unique(month * len(ids) + good.identifier.codes)
    pairs = zip((both // len(ids)).tolist(), ids[both % len(ids)].tolist(), strict=True)
    dirty = {(int(m), share) for m, one in pairs for share in known.shares.get(one, (NO_SHARE,))}
    jobs = [
        queue.NewJob(realm, f"rating:{share}", RATE, (1970 + m // 12) * 100 + m % 12 + 1, now)
        for m, share in sorted(dirty, key=lambda pair: (pair[1], pair[0]))
    ]
    queue.enqueue_many(jobs, once=True)


def _count(row: UsageFile, outcome: Outcome) -> None:
    for name in ("read", "taken", "duplicates", "quarantined"):
        _add(row, name, getattr(outcome, name))
    row.passed_over += outcome.passed_over


def _less(one: Counted, other: Counted) -> Counted:
    octets, seconds = one.octets - other.octets, one.seconds - other.seconds
    return Counted(one.records - other.records, octets, seconds)


def _add(row: UsageFile, name: str, counted: Counted) -> None:
    for unit in ("records", "octets", "seconds"):
        setattr(row, f"{name}_{unit}", getattr(row, f"{name}_{unit}") + getattr(counted, unit))
