"""What the collection stage may announce."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from jetbill.stages.events.fact import Fact


@dataclass(frozen=True, slots=True)
class PaymentReceived(Fact):
    """Money came in on local day `on`."""

    KIND = "payment.received"
    payment_id: int
    customer: int
    amount: Decimal
    currency: str
    on: date


@dataclass(frozen=True, slots=True)
class PaymentAllocated(Fact):
    """So much of a payment settles a document (None: the balance the customer moved in with)."""

    KIND = "payment.allocated"
    payment_id: int
    document: int | None
    amount: Decimal
    still_open: Decimal


@dataclass(frozen=True, slots=True)
class PaymentTakenBack(Fact):
    """A payment was returned, or had been entered by mistake; what it settled is open again."""

    KIND = "payment.taken_back"
    payment_id: int
    customer: int
    amount: Decimal
    because: str


@dataclass(frozen=True, slots=True)
class ReceiptIssued(Fact):
    """A receipt acknowledges a payment."""

    KIND = "receipt.issued"
    receipt_id: int
    payment: int
    number: str


@dataclass(frozen=True, slots=True)
class StatementIssued(Fact):
    """A statement of a period goes to the customer; `end` is the first day after it."""

    KIND = "statement.issued"
    statement_id: int
    customer: int
    number: str
    start: date
    end: date
