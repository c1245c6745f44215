"""Issues receipts and statements: numbered, sealed, with their job in the queue, in one transaction."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from jetbill.documents import canonical, view
from jetbill.stages.billing.look import Look
from jetbill.stages.billing.models import Document, Kind
from jetbill.stages.billing.numbers import deal, ensure_series
from jetbill.stages.billing.sealing import numbered
from jetbill.stages.billing.views import Setting, head
from jetbill.stages.collection import facts, queries
from jetbill.stages.collection.amounts import shown
from jetbill.stages.collection.models import Payment
from jetbill.stages.customers.queries import addressees
from jetbill.stages.events import actions as events
from jetbill.stages.events.queue import NewJob, enqueue
from jetbill.stages.ledger.queries import balances
from jetbill.stages.realms.scope import current_realm_id

DELIVER = "delivery.deliver"
OPENING = "–"
"""Stands for the number of the balance that a customer moved in with."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A document without tax to issue: whose, which kind, its day and amount, and what asked for it."""

    customer: int
    kind: Kind
    on: date
    currency: str
    amount: Decimal
    source: str


def issue_receipt(payment: Payment, look: Look, *, now: datetime) -> Document:
    """The receipt of a payment, as it settles invoices at this moment."""
    balance = balances([payment.customer_id], payment.currency).get(payment.customer_id, Decimal(0))
    made = view.Receipt(
        **top(payment.customer_id, payment.on, payment.currency, look),
        amount=shown(payment.amount, payment.currency),
        method=view.Phrase(f"method.{payment.method}"),
        reference=payment.reference,
        received=payment.on,
        settled=_settled(payment),
        unallocated=shown(payment.left, payment.currency),
        balance=shown(balance, payment.currency),
        note=view.Phrase("note.thanks"),
    )
    paper = Paper(
        payment.customer_id,
        Kind.RECEIPT,
        payment.on,
        payment.currency,
        payment.amount,
        f"payment:{payment.pk}",
    )
    document = issue_paper(paper, made, now=now)
    number = document.number or ""
    events.record(facts.ReceiptIssued(document.pk, payment.pk, number, at=now))
    return document


def top(customer: int, on: date, currency: str, look: Look) -> dict[str, Any]:
    """The head of a document to `customer`; its number is a token until it is sealed."""
    return head(Setting(addressees([customer])[customer], on, None, currency), look)


def issue_paper(paper: Paper, made: view.Receipt | view.Statement, *, now: datetime) -> Document:
    """Number and seal a view and hand it to delivery."""
    ensure_series()
    (number,) = deal(paper.kind.value, 1, paper.on)
    document = Document.objects.create(
        customer_id=paper.customer,
        kind=paper.kind,
        source=paper.source,
        series=paper.kind.value,
        number=number,
        on=paper.on,
        currency=paper.currency,
        net=paper.amount,
        tax=Decimal(0),
        total=paper.amount,
        view=numbered(canonical.encode(made), number),
        issued_at=now,
    )
    realm = current_realm_id()
    assert realm is not None
    enqueue(NewJob(realm, f"document:{document.pk}", DELIVER, document.pk, now))
    return document


def _settled(payment: Payment) -> tuple[view.Settled, ...]:
    rows = payment.allocations.filter(undone_on=None).select_related("document").order_by("id")
    items = queries.open_items([payment.customer_id], payment.on)[payment.customer_id]
    still_open = {item.document: item.open for item in items}
    return tuple(
        view.Settled(
            number=(row.document.number or "") if row.document else OPENING,
            date=row.document.on if row.document else payment.on,
            total=shown(
                row.document.total if row.document else row.amount + still_open.get(None, Decimal(0)),
                payment.currency,
            ),
            paid=shown(row.amount, payment.currency),
            open=shown(still_open.get(row.document_id, Decimal(0)), payment.currency),
        )
        for row in rows
    )
