"""Opens a bill run, deals its customers into chunks, holds it at a safety bound and finishes it."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, connection, transaction
from django.db.models import Max, Sum

from jetbill.kernel.trouble import Refused
from jetbill.stages.billing import facts, queries
from jetbill.stages.billing.due import due_customers
from jetbill.stages.billing.look import Policies
from jetbill.stages.billing.models import Account, BillRun, ChunkState, Document, Line, RunChunk, RunState
from jetbill.stages.billing.numbers import ensure_series, set_aside
from jetbill.stages.events import actions as events

CHUNK = 1_000


@transaction.atomic
def open_run(on: date, *, is_again: bool = False, now: datetime) -> BillRun | None:
    """The unfinished run of the realm if it is of day `on`, else a new one; None if nobody is due.

    `is_again` looks once more at whom a run of that day could not bill. Two processes that open the same day
    at once work on the same run. Raises Refused("bill_run.unfinished") when a run of another day is not done.
    """
    found = queries.unfinished_run()
    if found is None:
        customers = due_customers(on, is_again=is_again)
        if not customers:
            return None
        found = _opened(on, customers, now) or queries.unfinished_run()
    if found is None or found.on != on or found.rerate_since is not None:
        raise Refused("bill_run.unfinished", on=found.on if found else on)
    return found


@transaction.atomic
def open_rerate(since: date, on: date, customers: Sequence[int] = (), *, now: datetime) -> BillRun | None:
    """A run that prices anew what was issued of the periods that reach beyond `since`, of `customers` or of
    everybody; None if nobody of them was ever billed. An unfinished one of the same `since` goes on.

    Raises Refused("bill_run.unfinished") while another run is not done.
    """
    found = queries.unfinished_run()
    if found is None:
        billed = Account.objects.filter(billed_to__isnull=False).order_by("customer_id")
        billed = billed.filter(customer_id__in=customers) if customers else billed
        chosen = list(billed.values_list("customer_id", flat=True))
        if not chosen:
            return None
        found = _opened(on, chosen, now, since) or queries.unfinished_run()
    if found is None or found.rerate_since != since:
        raise Refused("bill_run.unfinished", on=found.on if found else on)
    return found


def _opened(
    on: date, customers: Sequence[int], now: datetime, rerate_since: date | None = None
) -> BillRun | None:
    ensure_series()
    last = BillRun.objects.filter(on=on).aggregate(last=Max("ordinal"))["last"] or 0
    try:
        with transaction.atomic():
            run = BillRun.objects.create(
                on=on, ordinal=last + 1, stamp=now, customers=len(customers), rerate_since=rerate_since
            )
    except IntegrityError:
        return None  # somebody else opened it a moment ago
    RunChunk.objects.bulk_create(
        RunChunk(run=run, ordinal=ordinal, customers=list(customers[first : first + CHUNK]))
        for ordinal, first in enumerate(range(0, len(customers), CHUNK))
    )
    events.record(facts.BillRunOpened(run.pk, on, len(customers), at=now))
    return run


@transaction.atomic
def close_drafting(run_id: int, policies: Policies, *, now: datetime) -> RunState | None:
    """Once every chunk is drafted: go on to issuing, or hold the run at a safety bound. None: not yet."""
    run = BillRun.objects.select_for_update().get(pk=run_id)
    if run.state != RunState.DRAFTING:
        return RunState(run.state)
    if run.chunks.filter(state=ChunkState.WAITING).exists():
        return None
    because = _crossed_bound(run, policies)
    if not because:
        _begin_issuing(run)
        return RunState.ISSUING
    run.state, run.held_because = RunState.HELD, because
    run.save(update_fields=["state", "held_because"])
    events.record(facts.BillRunHeld(run.pk, because, at=now))
    return RunState.HELD


@transaction.atomic
def release(run_id: int) -> None:
    """A person has looked at a held run: issue it. Raises Refused("bill_run.not_held") for another."""
    run = BillRun.objects.select_for_update().filter(pk=run_id, state=RunState.HELD).first()
    if run is None:
        raise Refused("bill_run.not_held", run=run_id)
    _begin_issuing(run)


def _begin_issuing(run: BillRun) -> None:
    """From now on the run can only go on: the numbers of all its documents are set aside."""
    kinds: Counter[str] = Counter()
    for counted in run.chunks.values_list("kinds", flat=True):
        kinds.update(counted)
    run.first_numbers = {kind: set_aside(kind, count) for kind, count in sorted(kinds.items())}
    run.state = RunState.ISSUING
    run.save(update_fields=["first_numbers", "state"])


@transaction.atomic
def discard(run_id: int) -> None:
    """Throw the drafts of a run away, as if it had never begun; refused once it has numbers."""
    run = BillRun.objects.select_for_update().get(pk=run_id)
    if run.first_numbers or run.state == RunState.DONE:
        raise Refused("bill_run.issued", run=run_id)
    drafts = Document.objects.filter(run=run).values("pk")
    Line.objects.filter(document_id__in=drafts).delete()
    Document.objects.filter(run=run).delete()
    if run.rerate_since is None:
        with connection.cursor() as cursor:
            cursor.execute(_BILLED_AS_BEFORE, [run.pk])
    run.delete()


def finish(run: BillRun, *, now: datetime) -> None:
    """Everything is issued."""
    run.state, run.finished_at = RunState.DONE, now
    run.save(update_fields=["state", "finished_at"])
    events.record(
        facts.BillRunFinished(
            run.pk,
            run.chunks.aggregate(n=Sum("documents"))["n"] or 0,
            run.parked.count(),
            at=now,
        )
    )


def _crossed_bound(run: BillRun, policies: Policies) -> str:
    """Why a person must look at the run before it is issued; "" if nothing is out of the ordinary."""
    sums = run.chunks.aggregate(parked=Sum("parked"), amount=Sum("amount"))
    parked, amount = sums["parked"] or 0, sums["amount"] or Decimal(0)
    if parked > 10 and parked * 100 > policies.bound_parked * run.customers:
        return f"{parked} of {run.customers} customers are parked, more than {policies.bound_parked} of 100"
    before = None if run.rerate_since else queries.average_before(run)
    if before and run.customers >= 20:
        average = amount / run.customers
        if average > before * policies.bound_total:
            return f"{average:.2f} a customer is over {policies.bound_total} times the {before:.2f} of before"
    return ""


_BILLED_AS_BEFORE = """
WITH drafted AS (
  SELECT unnest(customers) AS customer_id FROM run_chunk WHERE run_id = %s AND state <> 'waiting'),
never AS (
  DELETE FROM account a USING drafted d WHERE a.customer_id = d.customer_id AND a.considered_before IS NULL)
UPDATE account a
SET considered_on = a.considered_before, billed_to = a.billed_before, considered_before = NULL
FROM drafted d WHERE a.customer_id = d.customer_id AND a.considered_before IS NOT NULL
"""
