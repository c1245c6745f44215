"""Money comes in, settles invoices, and is told: in postings, receipts and statements; in two realms."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from jetbill.documents import canonical
from jetbill.documents.view import Receipt, State, Statement
from jetbill.drivers.mail.mailbox.driver import Mailbox
from jetbill.kernel.payment_slips import rf_reference
from jetbill.kernel.trouble import Refused
from jetbill.stages.billing.models import Document, Kind
from jetbill.stages.collection import jobs, queries
from jetbill.stages.collection.actions import (
    NewPayment,
    issue_statement,
    receive_payment,
    settle_credit,
    statement,
    take_back,
)
from jetbill.stages.collection.models import Allocation, Payment
from jetbill.stages.customers import actions as customers
from jetbill.stages.customers.models import Customer
from jetbill.stages.customers.values import OpeningBalance
from jetbill.stages.delivery.models import Delivery
from jetbill.stages.events.models import Event
from jetbill.stages.ledger import queries as ledger
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import outside_realms, realm_scope
from tests.issued import STAMP, customer, issue_invoices
from tests.post_office import room_at, work_off

pytestmark = pytest.mark.django_db
DAY = date(2026, 2, 10)


def pay(amount: str, on: date = DAY, number: str = "C-1", **more: Any) -> Payment:
    values: dict[str, Any] = {"source": "bank", "source_id": f"{number} {on} {amount}", **more}
    return receive_payment(NewPayment(number, Decimal(amount), on, **values), by="test", now=STAMP)


def still_open(owner: Customer, on: date = DAY) -> list[tuple[str, Decimal]]:
    return [(item.number[-1:], item.open) for item in queries.open_items([owner.pk], on)[owner.pk]]


def owes(owner: Customer) -> Decimal:
    assert ledger.wrong_balances() == []
    return ledger.balances([owner.pk], "EUR").get(owner.pk, Decimal(0))


def test_the_oldest_invoice_is_settled_first_and_the_rest_is_credit(north: Realm) -> None:
    with realm_scope(north):
        ann = customer()
        issue_invoices([ann], "100.00", on=date(2026, 1, 1), due_on=date(2026, 1, 15))
        issue_invoices([ann], "50.00")
        payment = pay("120.00")
        assert still_open(ann) == [("2", Decimal("30.00"))]
        assert (payment.left, owes(ann)) == (0, Decimal("30.00"))
        payment = pay("40.00")
        assert still_open(ann) == []
        assert (payment.left, owes(ann)) == (Decimal("10.00"), Decimal("-10.00"))
        assert sum(ledger.trial_balance().values()) == 0


def test_the_invoice_that_a_payment_names_comes_first(north: Realm) -> None:
    with realm_scope(north):
        ann = customer()
        issue_invoices([ann], "100.00", due_on=date(2026, 1, 15))
        issue_invoices([ann], "50.00")
        pay("60.00", invoice="INV-2026-000002")
        assert still_open(ann) == [("1", Decimal("90.00"))]
        with pytest.raises(Refused, match=r"invoice\.unknown"):
            pay("1.00", invoice="INV-2026-000009")


def test_the_same_payment_counts_once(north: Realm) -> None:
    with realm_scope(north):
        ann = customer()
        issue_invoices([ann])
        first, second = pay("10.00"), pay("10.00")
        assert first.pk == second.pk and owes(ann) == Decimal("109.00")
        with pytest.raises(IntegrityError), transaction.atomic():
            first.pk = None
            first.save()


@pytest.mark.parametrize("amount", ["0", "-5", "1.005"])
def test_an_amount_that_cannot_be_is_refused(north: Realm, amount: str) -> None:
    with realm_scope(north):
        customer()
        with pytest.raises(Refused, match=r"payment\.amount"):
            pay(amount)
        assert not Payment.objects.exists()


def test_a_receipt_says_what_was_settled(north: Realm) -> None:
    with realm_scope(north):
        ann = customer()
        issue_invoices([ann], "100.00")
        payment = pay("130.00", reference="RF18 5390")
        receipt = payment.receipt
        assert receipt is not None and receipt.number == "RCT-2026-000001"
        view = canonical.decode(bytes(receipt.view))
        assert isinstance(view, Receipt) and view.state is State.ISSUED
        assert canonical.encode(view) == bytes(receipt.view)
        (settled,) = view.settled
        assert (settled.number, settled.paid, settled.open) == ("INV-2026-000001", Decimal("100.00"), 0)
        assert (view.unallocated, view.balance) == (Decimal("30.00"), Decimal("-30.00"))
        assert (str(view.amount), str(settled.total)) == ("130.00", "100.00")
        assert view.amount == sum(each.paid for each in view.settled) + view.unallocated


def test_a_receipt_is_mailed(north: Realm, tmp_path: Path) -> None:
    with realm_scope(north):
        issue_invoices([customer(language="de")])
        pay("10.00")
    work_off(room_at(tmp_path, 0, lambda realm: Mailbox(tmp_path / realm.slug)))
    with realm_scope(north):
        mail = Delivery.objects.get(document__kind=Kind.RECEIPT)
        assert mail.state == "sent" and "haben wir 10,00\xa0€ erhalten" in mail.text


def test_a_realm_can_do_without_receipts(north: Realm) -> None:
    with outside_realms():
        Realm.objects.filter(pk=north.pk).update(policies={"receipts": False})
    with realm_scope(north):
        issue_invoices([customer()])
        assert pay("10.00").receipt is None


def test_a_payment_that_is_taken_back_opens_the_invoice_again(north: Realm) -> None:
    with realm_scope(north):
        ann = customer()
        issue_invoices([ann], "100.00")
        payment = pay("130.00")
        later = DAY + timedelta(days=5)
        take_back(payment.pk, later, "no funds", by="test", now=STAMP)
        assert owes(ann) == Decimal("100.00")
        assert still_open(ann, later) == [("1", Decimal("100.00"))]
        assert still_open(ann) == [], "on the day before it was settled"
        with pytest.raises(Refused, match="taken_back"):
            take_back(payment.pk, later, "again", by="test", now=STAMP)
        assert Payment.objects.get().left == 0
        assert [each.kind for each in Event.objects.filter(kind__startswith="payment").order_by("id")] == [
            "payment.received",
            "payment.allocated",
            "payment.taken_back",
        ]


def test_credit_settles_the_next_invoice_by_itself(north: Realm) -> None:
    with realm_scope(north):
        ann, bob = customer(), customer("C-2", "Bob")
        issue_invoices([bob])
        pay("30.00")
        issue_invoices([ann], "100.00")
    for _ in range(2):
        jobs.settle_what_is_left(STAMP + timedelta(days=20))
    with realm_scope(north):
        assert still_open(ann, date(2026, 3, 1)) == [("2", Decimal("70.00"))]
        assert Allocation.objects.count() == 1 and queries.customers_to_settle() == []


def test_the_balance_he_moved_in_with_is_the_oldest_debt(north: Realm) -> None:
    with realm_scope(north):
        ann = customer()
        customers.open_balances([OpeningBalance("C-1", date(2026, 1, 1), Decimal("40.00"), "")], now=STAMP)
        issue_invoices([ann], "100.00")
        pay("50.00")
        assert still_open(ann) == [("1", Decimal("90.00"))]
        assert owes(ann) == Decimal("90.00")


def test_a_credit_note_that_corrects_nothing_settles_like_money(north: Realm) -> None:
    with realm_scope(north):
        ann = customer()
        (invoice,) = issue_invoices([ann], "100.00")
        note = Document(customer=ann, kind=Kind.CREDIT_NOTE, series="credit_note", number="CN-1")
        note.on, note.currency, note.net, note.tax, note.total = DAY, "EUR", 30, 0, Decimal(30)
        note.view = invoice.view
        note.save()
        assert len(settle_credit(ann.pk, DAY, now=STAMP)) == 1
        assert still_open(ann) == [("1", Decimal("70.00"))]
        assert settle_credit(ann.pk, DAY, now=STAMP) == []


def test_a_credit_note_settles_first_the_invoice_it_corrects_and_then_the_oldest(north: Realm) -> None:
    with realm_scope(north):
        ann = customer()
        issue_invoices([ann], "50.00", on=date(2026, 1, 1), due_on=date(2026, 1, 15))
        (invoice,) = issue_invoices([ann], "20.00")
        note = Document(customer=ann, kind=Kind.CREDIT_NOTE, series="credit_note", number="CN-1")
        note.on, note.currency, note.net, note.tax, note.total = DAY, "EUR", 30, 0, Decimal(30)
        note.view, note.corrects = invoice.view, invoice
        note.save()
        assert [row.amount for row in settle_credit(ann.pk, DAY, now=STAMP)] == [20, 10]
        assert still_open(ann) == [("1", Decimal("40.00"))]
        assert settle_credit(ann.pk, DAY, now=STAMP) == []


def test_what_is_overdue(north: Realm) -> None:
    with realm_scope(north):
        ann, bob = customer(), customer("C-2", "Bob")
        issue_invoices([ann, bob], "100.00", due_on=date(2026, 2, 15))
        pay("100.00")
        assert queries.overdue(date(2026, 2, 15)) == []
        (late,) = queries.overdue(date(2026, 2, 18))
        assert (late.customer, late.open, late.days_late(date(2026, 2, 18))) == (bob.pk, Decimal(100), 3)


def test_a_statement_adds_up(north: Realm) -> None:
    with realm_scope(north):
        ann = customer()
        issue_invoices([ann], "100.00", on=date(2026, 1, 1), due_on=date(2026, 1, 15))
        issue_invoices([ann], "50.00")
        payment = pay("120.00")
        take_back(payment.pk, date(2026, 2, 20), "no funds", by="test", now=STAMP)
        pay("100.00", date(2026, 3, 5))
        made = statement("C-1", date(2026, 2, 1), date(2026, 3, 1))
        assert (made.opening, made.closing) == (Decimal("100.00"), Decimal("150.00"))
        rows = [(each.number, each.debit, each.credit, each.balance) for each in made.entries]
        assert rows == [
            ("INV-2026-000002", 50, None, 150),
            ("RCT-2026-000001", None, 120, 30),
            ("RCT-2026-000001", 120, None, 150),
        ]
        assert made.ageing is not None and made.ageing.days_60 == 100 and made.ageing.days_30 == 50
        with pytest.raises(Refused, match="empty_period"):
            statement("C-1", DAY, DAY)


def test_a_statement_is_issued_and_mailed(north: Realm, tmp_path: Path) -> None:
    with realm_scope(north):
        issue_invoices([customer()])
        document = issue_statement("C-1", date(2026, 2, 1), date(2026, 3, 1), by="test", now=STAMP)
        assert document.number == "ST-2026-000001"
    work_off(room_at(tmp_path, 0, lambda realm: Mailbox(tmp_path / realm.slug)))
    with realm_scope(north):
        mail = Delivery.objects.get(document=document)
        assert mail.state == "sent" and "1–28 Feb 2026" in mail.text


def test_mallory_pays_and_sees_nothing_of_north(north: Realm, south: Realm) -> None:
    with realm_scope(north):
        ann = customer()
        issue_invoices([ann])
        payment = pay("10.00")
    with realm_scope(south):
        for forbidden in (
            lambda: pay("10.00"),
            lambda: statement("C-1", date(2026, 1, 1), DAY),
            lambda: take_back(payment.pk, DAY, "mine now", by="mallory", now=STAMP),
        ):
            with pytest.raises(Refused, match="unknown"):
                forbidden()
        assert queries.payments() == [] and queries.open_items([ann.pk], DAY) == {}


def test_a_statement_carries_a_slip_when_something_is_owed(north: Realm) -> None:
    with realm_scope(north):
        Realm.objects.filter(pk=north.pk).update(
            brand={"bank": {"iban": "DE89370400440532013000", "name": "North Networks"}}
        )
        ann = customer()
        issue_invoices([ann], "100.00")
        made = issue_statement("C-1", date(2026, 2, 1), date(2026, 3, 1), by="test", now=STAMP)
        owed = canonical.decode(made.view)
        assert isinstance(owed, Statement) and owed.slip is not None
        assert owed.slip.amount == Decimal("100.00")
        assert owed.slip.reference == rf_reference(owed.number) and owed.slip.reference in owed.slip.payload
        pay("100.00")
        assert statement("C-1", date(2026, 2, 1), date(2026, 3, 1)).slip is None
        issue_invoices([ann], "1000000000.00")
        owed_most = statement("C-1", date(2026, 2, 1), date(2026, 3, 1))
        assert owed_most.closing == Decimal("1000000000.00") and owed_most.slip is None  # no slip holds it
