"""Takes in a payment, settles invoices with it and acknowledges it; takes a payment back."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from jetbill.kernel import posting
from jetbill.kernel.money import exponent
from jetbill.kernel.trouble import Refused
from jetbill.stages.billing.look import look_of
from jetbill.stages.billing.models import Document, Kind
from jetbill.stages.collection import facts, queries
from jetbill.stages.collection.actions.papers import issue_receipt
from jetbill.stages.collection.actions.settling import settle_credit
from jetbill.stages.collection.models import Payment
from jetbill.stages.customers.models import Customer
from jetbill.stages.events import actions as events
from jetbill.stages.ledger.actions import Booking, book
from jetbill.stages.realms.queries import current_realm

METHODS = ("transfer", "cash", "card", "direct_debit")
RECEIVED, RETURNED, UNDONE = "payment.received", "payment.returned", "allocation.undone"


@dataclass(frozen=True, slots=True)
class NewPayment:
    """Money from a customer (number) on local day `on`, in his currency; `invoice` is the number of the one
    it names. The same (source, source_id) counts once.
    """

    customer: str
    amount: Decimal
    on: date
    source: str
    source_id: str
    method: str = "transfer"
    reference: str = ""
    invoice: str = ""


def receive_payment(new: NewPayment, *, by: str, now: datetime) -> Payment:
    """Book the money, settle the invoice it names and then the oldest, and issue a receipt if the realm's
    policy is so. What is left stays as credit. A payment that is known is returned as it is.

    Raises Refused for an unknown customer, method or invoice, or an amount that cannot be.
    """
    owner = Customer.objects.select_for_update().filter(number=new.customer).first()
    if owner is None:
        raise Refused("customer.unknown", customer=new.customer)
    if known := queries.payment_of(new.source, new.source_id):
        return known
    _check(new, owner.currency)
    first = _named_invoice(new, owner)
    payment = Payment.objects.create(
        customer=owner,
        source=new.source,
        source_id=new.source_id,
        on=new.on,
        amount=new.amount,
        left=new.amount,
        currency=owner.currency,
        method=new.method,
        reference=new.reference,
        recorded_at=now,
    )
    entry = posting.payment_received(new.amount, _account(new.method))
    book([Booking(RECEIVED, payment.pk, owner.pk, new.on, owner.currency, entry)], now=now)
    events.record(
        facts.PaymentReceived(payment.pk, owner.pk, new.amount, owner.currency, new.on, at=now, by=by)
    )
    settle_credit(owner.pk, new.on, first=first, now=now)
    payment.refresh_from_db()
    look = look_of(current_realm())
    if look.policies.receipts:
        payment.receipt = issue_receipt(payment, look, now=now)
        payment.save(update_fields=["receipt"])
    return payment


def take_back(payment_id: int, on: date, because: str, *, by: str, now: datetime) -> Payment:
    """The bank returned it, or it was entered by mistake: from local day `on` what it settled is open again.

    Raises Refused for a payment that is unknown or was taken back before.
    """
    payment = Payment.objects.select_for_update().filter(pk=payment_id).first()
    if payment is None:
        raise Refused("payment.unknown", payment=payment_id)
    if payment.taken_back_on is not None:
        raise Refused("payment.taken_back", payment=payment_id, on=payment.taken_back_on)
    if on < payment.on:
        raise Refused("payment.not_yet", payment=payment_id, on=payment.on)
    owner, currency = payment.customer_id, payment.currency
    undone = list(payment.allocations.filter(undone_on=None).order_by("id"))
    payment.allocations.filter(undone_on=None).update(undone_on=on)
    bookings = [
        Booking(UNDONE, row.pk, owner, on, currency, posting.allocation_undone(row.amount)) for row in undone
    ]
    entry = posting.payment_returned(payment.amount, _account(payment.method))
    book([*bookings, Booking(RETURNED, payment.pk, owner, on, currency, entry)], now=now)
    payment.left, payment.taken_back_on, payment.taken_back_because = Decimal(0), on, because
    payment.save(update_fields=["left", "taken_back_on", "taken_back_because"])
    events.record(facts.PaymentTakenBack(payment.pk, owner, payment.amount, because, at=now, by=by))
    settle_credit(owner, on, now=now)
    return payment


def _check(new: NewPayment, currency: str) -> None:
    places = new.amount.normalize().as_tuple().exponent
    if new.amount <= 0 or not isinstance(places, int) or -places > exponent(currency):
        raise Refused("payment.amount", amount=f"{new.amount} {currency}")
    if new.method not in METHODS:
        raise Refused("payment.method", method=new.method, known=", ".join(METHODS))


def _named_invoice(new: NewPayment, owner: Customer) -> int | None:
    if not new.invoice:
        return None
    named = Document.objects.filter(customer=owner, kind=Kind.INVOICE, number=new.invoice).first()
    if named is None:
        raise Refused("invoice.unknown", invoice=new.invoice, customer=owner.number)
    return named.pk


def _account(method: str) -> str:
    return posting.CASH if method == "cash" else posting.BANK
