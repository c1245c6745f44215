"""Issued documents for tests of delivery and collection, made as issuing makes them, without a bill run."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from jetbill.documents import canonical
from jetbill.documents.view import Brand, Group, Invoice, Line, Party, State, TaxRow, Totals
from jetbill.kernel.posting import RECEIVABLE, entry
from jetbill.stages.billing.models import Document, Kind
from jetbill.stages.billing.numbers import deal, ensure_series
from jetbill.stages.customers import actions as customers
from jetbill.stages.customers.models import Customer
from jetbill.stages.customers.values import NewCustomer
from jetbill.stages.events.queue import NewJob, enqueue_many
from jetbill.stages.ledger.actions import Booking, book
from jetbill.stages.realms.scope import current_realm_id

STAMP = datetime(2026, 2, 1, 5, tzinfo=UTC)
SELLER = Party("North Networks", "DE", ("1 Harbour Road", "10115 Berlin"), email="billing@north.example")
BRAND = Brand("North")


def customer(number: str = "C-1", name: str = "Ann", **more: Any) -> Customer:
    """A customer of the open realm, by default with an address for mail."""
    values: dict[str, Any] = {"currency": "EUR", "email": f"{number.lower()}@customer.example", **more}
    customers.create_customers([NewCustomer(number, name, **values)], by="test", now=STAMP)
    return Customer.objects.get(number=number)


def issue_invoices(owners: Sequence[Customer], amount: str = "119.00", **more: Any) -> list[Document]:
    """One invoice for each, numbered, booked and with its job in the queue."""
    ensure_series()
    on, due_on = more.get("on", date(2026, 2, 1)), more.get("due_on", date(2026, 2, 15))
    numbers = deal("invoice", len(owners), on)
    documents = Document.objects.bulk_create(
        [
            _invoice(owner, number, Decimal(amount), (on, due_on))
            for owner, number in zip(owners, numbers, strict=True)
        ]
    )
    book(
        [
            Booking(
                "invoice.issued",
                each.pk,
                each.customer_id,
                each.on,
                each.currency,
                entry({RECEIVABLE: each.total, "revenue:fiber": -each.total}),
            )
            for each in documents
        ],
        now=STAMP,
    )
    realm = current_realm_id()
    assert realm is not None
    enqueue_many(
        [NewJob(realm, f"document:{each.pk}", "delivery.deliver", each.pk, STAMP) for each in documents]
    )
    return list(documents)


def _invoice(owner: Customer, number: str, total: Decimal, days: tuple[date, date]) -> Document:
    on, due_on = days
    net = (total / Decimal("1.19")).quantize(Decimal("0.01"))
    line = Line("Fibre 500", net, "std", quantity=Decimal(1), unit_price=net)
    view = canonical.encode(
        Invoice(
            state=State.ISSUED,
            number=number,
            date=on,
            locale={"de": "de_DE", "en": "en_IE"}.get(owner.language, "en_IE"),
            currency=owner.currency,
            customer=owner.number,
            seller=SELLER,
            buyer=Party(owner.name, "DE", ("2 Mill Lane", "10115 Berlin")),
            brand=BRAND,
            groups=(Group("Recurring", net, (line,)),),
            taxes=(TaxRow("std", "S", Decimal(19), net, total - net),),
            totals=Totals(net, total - net, total, total),
            due=due_on,
        )
    )
    return Document(
        customer=owner,
        kind=Kind.INVOICE,
        series="invoice",
        number=number,
        on=on,
        due_on=due_on,
        currency=owner.currency,
        net=net,
        tax=total - net,
        total=total,
        view=view,
        view_digest=bytes.fromhex(canonical.digest(view)),
        issued_at=STAMP,
    )
