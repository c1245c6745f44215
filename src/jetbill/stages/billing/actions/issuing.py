"""Issues drafts in customer order: numbers, postings, facts and outbox, in sets, a transaction a chunk.

The numbers of the whole run were set aside when its drafting ended, so that several processes issue chunks at
once, each with the numbers it would have had alone. Date and time stamp are the run's: a run that was killed
and resumed issues the very same documents. Nothing is read but what has to be numbered: the draft holds the
rest.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any

from django.db import connection, transaction

from jetbill.kernel.payment_slips import rf_reference
from jetbill.stages.billing import facts
from jetbill.stages.billing.actions.runs import finish
from jetbill.stages.billing.models import BillRun, ChunkState, Kind, RunChunk, RunState
from jetbill.stages.billing.numbers import deal, numbers_from
from jetbill.stages.events import actions as events
from jetbill.stages.events.queue import enqueue_fresh
from jetbill.stages.ledger.actions import book_selected
from jetbill.stages.realms.arrays import ids_array, texts_array
from jetbill.stages.realms.scope import current_realm_id

DELIVER = "delivery.deliver"


class Issuing(Enum):
    """What came of asking for a chunk to issue."""

    ISSUED = "issued"
    OTHERS = "others"
    DONE = "done"


@transaction.atomic
def issue_next(run_id: int, *, now: datetime) -> Issuing:
    """Issue the next chunk of a run that nobody else is issuing. Whoever finds none left finishes the run.

    OTHERS: the rest is being issued by other processes. DONE: there is nothing to issue (any more).
    """
    run = BillRun.objects.get(pk=run_id)
    if run.state != RunState.ISSUING:
        return Issuing.DONE
    waiting = run.chunks.filter(state=ChunkState.DRAFTED).defer("customers")
    chunk = waiting.select_for_update(skip_locked=True).order_by("ordinal").first()
    if chunk is None:
        return _finished(run_id, now)
    drafts = [(draft, kind) for kind, ids in chunk.drafts.items() for draft in ids]
    issue(drafts, on=run.on, stamp=run.stamp, numbers=_numbers_of(run, chunk))
    chunk.state = ChunkState.ISSUED
    chunk.save(update_fields=["state"])
    return Issuing.ISSUED


def issue(
    drafts: Sequence[tuple[int, str]],
    *,
    on: date,
    stamp: datetime,
    numbers: Mapping[str, Sequence[str]] | None = None,
) -> list[str]:
    """Give drafts, as (id, kind), their numbers in the given order, and all that follows from it.

    `on` is the day that they bear. `numbers` are those set aside for them, by kind; without, they are dealt.
    Returns the numbers in the order of the drafts.
    """
    if not drafts:
        return []
    if numbers is None:
        kinds = [kind for _, kind in drafts]
        numbers = {kind: deal(kind, kinds.count(kind), on) for kind in sorted(set(kinds))}
    for some in numbers.values():
        rf_reference(max(some, key=len))  # raises for a number that no payment reference can hold
    left = {kind: iter(some) for kind, some in numbers.items()}
    given = [next(left[kind]) for _, kind in drafts]
    _issue(drafts, given, stamp)
    return given


def _numbers_of(run: BillRun, chunk: RunChunk) -> dict[str, list[str]]:
    """The numbers of a chunk: those after the chunks before it."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED_BEFORE, [run.pk, chunk.ordinal])
        before: dict[str, int] = dict(cursor.fetchall())
    first: dict[str, int] = run.first_numbers or {}
    return {
        kind: numbers_from(kind, first[kind] + before.get(kind, 0), count, run.on)
        for kind, count in chunk.kinds.items()
    }


def _finished(run_id: int, now: datetime) -> Issuing:
    run = BillRun.objects.select_for_update().get(pk=run_id)
    if run.chunks.exclude(state=ChunkState.ISSUED).exists():
        return Issuing.OTHERS
    if run.state == RunState.ISSUING:
        finish(run, now=now)
    return Issuing.DONE


def _issue(drafts: Sequence[tuple[int, str]], numbers: list[str], stamp: datetime) -> None:
    ids = [draft for draft, _ in drafts]
    given = [stamp, ids_array(ids), texts_array(numbers)]
    count = book_selected(_NUMBER, given, now=stamp, closes=True)
    assert count == len(drafts), "a draft vanished while it was issued"
    for kind, fact, content in _FACTS:
        if of_kind := [draft for draft, each in drafts if each == kind]:
            source = "FROM document d WHERE d.id = ANY(%s::bigint[]) ORDER BY d.id"
            events.record_selected(fact, content, source, [ids_array(of_kind)], at=stamp)
    realm = current_realm_id()
    assert realm is not None
    enqueue_fresh(DELIVER, "document", ids, realm_id=realm, due=stamp)


_CONTENT = {
    "document_id": "d.id",
    "customer_id": "d.customer_id",
    "number": "d.number",
    "total": "d.total",
    "currency": "d.currency",
}
_FACTS: tuple[tuple[Kind, Any, dict[str, str]], ...] = (
    (Kind.INVOICE, facts.InvoiceIssued, {**_CONTENT, "due_on": "d.due_on"}),
    (Kind.CREDIT_NOTE, facts.CreditNoteIssued, _CONTENT),
)
_COUNTED_BEFORE = """
SELECT kind, sum(count::bigint)::bigint FROM run_chunk, jsonb_each_text(kinds) AS told (kind, count)
WHERE run_id = %s AND ordinal < %s GROUP BY kind
"""
# Returns what the ledger books. The digest is `sealing.issued_digest`. A document that has a number refuses
# to be updated.
_NUMBER = """
UPDATE document SET number = t.number, series = document.kind, issued_at = %s,
       view_digest = sha256(document.view_digest || convert_to(t.number, 'UTF8'))
FROM unnest(%s::bigint[], %s::text[]) AS t (id, number)
WHERE document.id = t.id
RETURNING document.kind || '.issued', document.id, document.customer_id, document.on_day, document.currency,
          document.accounts, document.amounts
"""
