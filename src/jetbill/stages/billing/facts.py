"""What billing may announce."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from jetbill.stages.events.fact import Fact


@dataclass(frozen=True, slots=True)
class BillRunOpened(Fact):
    """A run over the due customers of local day `on` began."""

    KIND = "bill_run.opened"
    run_id: int
    on: date
    customers: int


@dataclass(frozen=True, slots=True)
class BillRunHeld(Fact):
    """A run crossed a safety bound and waits for a person."""

    KIND = "bill_run.held"
    run_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class BillRunFinished(Fact):
    """All documents of a run are issued."""

    KIND = "bill_run.finished"
    run_id: int
    documents: int
    parked: int


@dataclass(frozen=True, slots=True)
class CustomerParked(Fact):
    """A run could not bill a customer; the others went on."""

    KIND = "customer.parked"
    customer_id: int
    run_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class InvoiceIssued(Fact):
    """An invoice has its number and can no longer change."""

    KIND = "invoice.issued"
    document_id: int
    customer_id: int
    number: str
    total: Decimal
    currency: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class InvoiceCredited(Fact):
    """A person gave all or part of an invoice back; `total` with tax, positive."""

    KIND = "invoice.credited"
    document_id: int
    credit_note: int
    number: str
    total: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class CreditNoteIssued(Fact):
    """A credit note has its number; `total` is what it gives back, positive."""

    KIND = "credit_note.issued"
    document_id: int
    customer_id: int
    number: str
    total: Decimal
    currency: str
