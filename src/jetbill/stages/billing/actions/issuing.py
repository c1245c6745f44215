"""Issues drafts in customer order: numbers, sealed views, postings, facts and outbox, a transaction a chunk.

The date and the time stamp are the run's, so a run that was killed and resumed issues the very same bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection, transaction

from jetbill.kernel.posting import Posting as Leg
from jetbill.stages.billing import facts
from jetbill.stages.billing.actions.runs import finish
from jetbill.stages.billing.models import BillRun, ChunkState, Kind, RunState
from jetbill.stages.billing.numbers import deal
from jetbill.stages.billing.sealing import Sealed, sealed
from jetbill.stages.events import actions as events
from jetbill.stages.events.fact import Fact
from jetbill.stages.events.queue import NewJob, enqueue_many
from jetbill.stages.ledger.actions import Booking, book
from jetbill.stages.realms.scope import current_realm_id

DELIVER = "delivery.deliver"


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as issuing reads it."""

    id: int
    customer: int
    kind: str
    on: date
    due_on: date | None
    currency: str
    total: Decimal
    accounts: list[str]
    amounts: list[Decimal]
    view: bytes


@transaction.atomic
def issue_next(run_id: int, *, now: datetime) -> bool:
    """Issue the next chunk of a run; False when there is nothing left to issue. One process at a time does.

    The run's row is locked, so a second process waits and then takes the following chunk.
    """
    run = BillRun.objects.select_for_update().get(pk=run_id)
    if run.state != RunState.ISSUING:
        return False
    chunk = run.chunks.filter(state=ChunkState.DRAFTED).order_by("ordinal").first()
    if chunk is None:
        finish(run, now=now)
        return False
    drafts = _drafts(run_id, chunk.ordinal)
    issue(drafts, stamp=run.stamp)
    chunk.state = ChunkState.ISSUED
    chunk.save(update_fields=["state"])
    return True


def issue(drafts: Sequence[Draft], *, stamp: datetime) -> list[str]:
    """Give drafts their numbers in the given order, and all that follows from it; returns the numbers."""
    if not drafts:
        return []
    bookings = [_booking(draft) for draft in drafts]
    book([booking for booking in bookings if booking.entry], now=stamp)
    numbers = _numbers(drafts)
    _seal(drafts, numbers, stamp)
    events.record_many([_fact(draft, number, stamp) for draft, number in zip(drafts, numbers, strict=True)])
    realm = current_realm_id()
    assert realm is not None
    enqueue_many([NewJob(realm, f"document:{draft.id}", DELIVER, draft.id, stamp) for draft in drafts])
    return numbers


def _drafts(run_id: int, chunk: int) -> list[Draft]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, customer_id, kind, on_day, due_on, currency, total, accounts, amounts, view"
            " FROM document WHERE run_id = %s AND chunk = %s AND number IS NULL ORDER BY customer_id, id",
            [run_id, chunk],
        )
        return [Draft(*row[:-1], bytes(row[-1])) for row in cursor.fetchall()]


def _booking(draft: Draft) -> Booking:
    entry = tuple(map(Leg, draft.accounts, draft.amounts))
    kind = f"{draft.kind}.issued"
    return Booking(kind, draft.id, draft.customer, draft.on, draft.currency, entry)


def _numbers(drafts: Sequence[Draft]) -> list[str]:
    """Per kind from its own series, in order."""
    by_kind: dict[str, list[int]] = {}
    for place, draft in enumerate(drafts):
        by_kind.setdefault(draft.kind, []).append(place)
    numbers = [""] * len(drafts)
    for kind, places in sorted(by_kind.items()):
        for place, number in zip(places, deal(kind, len(places), drafts[places[0]].on), strict=True):
            numbers[place] = number
    return numbers


def _seal(drafts: Sequence[Draft], numbers: Sequence[str], stamp: datetime) -> None:
    views: list[Sealed] = [sealed(draft.view, number) for draft, number in zip(drafts, numbers, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE document SET number = t.number, series = document.kind, view = t.view,"
            " view_digest = t.digest, issued_at = %s"
            " FROM unnest(%s::bigint[], %s::text[], %s::bytea[], %s::bytea[]) AS t (id, number, view, digest)"
            " WHERE document.id = t.id",
            [
                stamp,
                [draft.id for draft in drafts],
                list(numbers),
                [view.view for view in views],
                [view.digest for view in views],
            ],
        )
        assert cursor.rowcount == len(drafts), "a draft vanished while it was issued"
        cursor.execute(
            "UPDATE account SET last_balance = b.amount FROM balance b"
            " WHERE account.customer_id = ANY(%s) AND b.owner = account.customer_id"
            " AND b.realm_id = account.realm_id",
            [[draft.customer for draft in drafts]],
        )


def _fact(draft: Draft, number: str, stamp: datetime) -> Fact:
    if draft.kind == Kind.INVOICE:
        return facts.InvoiceIssued(
            draft.id, draft.customer, number, draft.total, draft.currency, draft.due_on, at=stamp
        )
    return facts.CreditNoteIssued(draft.id, draft.customer, number, draft.total, draft.currency, at=stamp)
