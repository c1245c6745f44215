"""Reads of billing: runs and their progress, what was invoiced, documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Q, Sum

from jetbill.kernel.proposal.one_offs import component_of
from jetbill.kernel.terms import OneOffKind
from jetbill.stages.billing.models import BillRun, ChunkState, Document, Line, RunState
from jetbill.stages.customers.models import OneOff
from jetbill.stages.realms.arrays import ids_array


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is, counted from committed chunks."""

    run: int
    on: date
    state: str
    customers: int
    chunks: int
    drafted: int
    issued: int
    documents: int
    parked: int
    amount: Decimal


def unfinished_run() -> BillRun | None:
    """The realm's run that is not done yet; there is at most one."""
    return BillRun.objects.exclude(state=RunState.DONE).first()


def progress(run_id: int) -> Progress:
    """The committed state of a run."""
    run = BillRun.objects.get(pk=run_id)
    done = run.chunks.aggregate(
        chunks=Count("id"),
        drafted=Count("id", filter=~Q(state=ChunkState.WAITING)),
        issued=Count("id", filter=Q(state=ChunkState.ISSUED)),
        documents=Sum("documents"),
        parked=Sum("parked"),
        amount=Sum("amount"),
    )
    return Progress(
        run.pk,
        run.on,
        run.state,
        run.customers,
        done["chunks"],
        done["drafted"],
        done["issued"],
        done["documents"] or 0,
        done["parked"] or 0,
        done["amount"] or Decimal(0),
    )


def average_before(run: BillRun) -> Decimal | None:
    """The amount per customer of the last finished run before `run`; None if there is none."""
    ordinary = BillRun.objects.filter(state=RunState.DONE, customers__gt=0, rerate_since=None)
    last = ordinary.filter(on__lt=run.on).order_by("-on").first()
    if last is None:
        return None
    amount = last.chunks.aggregate(amount=Sum("amount"))["amount"] or Decimal(0)
    return amount / last.customers


def billed_to(customers: Sequence[int]) -> dict[int, date | None]:
    """Up to which day each customer was billed; whom no run looked at yet is left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT customer_id, billed_to FROM account"
            " WHERE realm_id = (SELECT realm()) AND customer_id = ANY(%s::bigint[])",
            [ids_array(customers)],
        )
        return dict(cursor.fetchall())


def invoiced_before(customers: Sequence[int], first: date, last: date) -> dict[int, str]:
    """What was invoiced from `first` up to before `last`, as "2026-01-01 31.00,2026-01-20 -5.00": document
    dates and totals, credit notes negative. One text each: `surroundings` reads equal ones once."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT customer_id,"
            " string_agg(on_day || ' ' || CASE kind WHEN 'invoice' THEN total ELSE -total END, ',')"
            " FROM document WHERE customer_id = ANY(%s::bigint[]) AND on_day >= %s AND on_day < %s"
            " AND number IS NOT NULL AND kind IN ('invoice', 'credit_note') GROUP BY customer_id",
            [ids_array(customers), first, last],
        )
        return dict(cursor.fetchall())


@dataclass(frozen=True, slots=True)
class Credit:
    """An amount off a customer's next bills, and what of it stands on bills and drafts already."""

    customer: str
    text: str
    on: date
    amount: Decimal
    given: Decimal


def bill_credits(customer: int | None = None) -> list[Credit]:
    """The bill credits of a customer or of all, the newest first."""
    found = (
        OneOff.objects.filter(kind=OneOffKind.DISCOUNT.value)
        .select_related("customer")
        .order_by("-on", "-id")
    )
    rows = list(found if customer is None else found.filter(customer=customer))
    lines = Line.objects.filter(
        customer_id__in={row.customer_id for row in rows},
        component__in=[component_of(row.pk) for row in rows],
    )
    given = dict(lines.values_list("component").annotate(given=Sum("amount")))
    return [
        Credit(
            *(row.customer.number, row.text, row.on, -row.amount * row.quantity),
            -given.get(component_of(row.pk), Decimal(0)),
        )
        for row in rows
    ]


def document_called(number: str) -> Document | None:
    """The issued document with this number."""
    return Document.objects.select_related("customer").filter(number=number).first()


def revenue_by_product(run_id: int) -> list[tuple[str, Decimal, int]]:
    """(product code, net amount, lines) of the issued documents of a run, the largest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.item::jsonb->>2, sum(l.net), count(*) FROM line l"
            " JOIN document d ON d.id = l.document_id"
            " WHERE d.run_id = %s AND d.number IS NOT NULL GROUP BY 1 ORDER BY 2 DESC",
            [run_id],
        )
        return [(product or "(none)", net, count) for product, net, count in cursor.fetchall()]
