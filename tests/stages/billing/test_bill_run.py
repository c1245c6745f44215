"""A bill run as people use it: drafted, issued, run again, interrupted, parked, in two realms."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from jetbill.documents import canonical
from jetbill.documents.view import CreditNote, Invoice
from jetbill.doors.files.book import read_inline_book
from jetbill.doors.files.marked_yaml import parse_yaml
from jetbill.kernel.book import Applies
from jetbill.kernel.proposal import Bill
from jetbill.kernel.terms import Happening, HappeningKind, PlanChoice
from jetbill.kernel.trouble import Refused
from jetbill.stages.billing import actions, jobs, queries
from jetbill.stages.billing.facts import InvoiceIssued
from jetbill.stages.billing.models import BillRun, Document, Line, ParkedAccount, RunState
from jetbill.stages.catalog.actions import Publication, import_draft, publish
from jetbill.stages.customers import actions as customers
from jetbill.stages.customers.models import Customer, OneOff, Subscription
from jetbill.stages.customers.values import NewCustomer, NewOneOff, NewSubscription, OpeningBalance
from jetbill.stages.events.models import Event
from jetbill.stages.ledger import queries as ledger
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import realm_scope

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 2, 1, 3, tzinfo=UTC)
FEBRUARY = date(2026, 2, 1)
BOOK = """
code: home
name: Home
currency: EUR
taxes: {standard: {category: S, percent: 20}}
plans:
  fiber: {name: Fiber, fee: 31.00 monthly}
  voice: {name: Voice, fee: 9.00 monthly in arrears}
bundles:
  home: {name: Home, offers: [fiber, {plan: voice, offer: checkbox}]}
"""


def sell_home(realm: Realm) -> None:
    with realm_scope(realm):
        sell(BOOK, "home")


def sell(written: str, code: str) -> None:
    book = read_inline_book(parse_yaml(written, "book.yaml"), None)  # type: ignore[arg-type]
    import_draft(book, by="test", now=NOW)
    publish(code, Publication(date(2026, 1, 1), Applies.EVERYBODY), by="test", now=NOW)


def sign_up(*numbers: str, on: date = date(2026, 1, 11), currency: str = "EUR", book: str = "home") -> None:
    customers.create_customers(
        [
            NewCustomer(number, f"Customer {number}", currency, email=f"{number}@x.example")
            for number in numbers
        ],
        by="test",
        now=NOW,
    )
    choices = (PlanChoice("fiber", "fee"),)
    customers.subscribe(
        [NewSubscription(number, book, "home", on, choices) for number in numbers], by="test", now=NOW
    )


def carry(realm: Realm, on: date = FEBRUARY) -> BillRun:
    with realm_scope(realm):
        run = actions.open_run(on, is_again=True, now=NOW)
    assert run is not None
    assert jobs.carry_on(realm.pk, run.pk, now=NOW)
    with realm_scope(realm):
        return BillRun.objects.get(pk=run.pk)


@pytest.fixture
def home(north: Realm) -> Realm:
    sell_home(north)
    return north


def test_ann_who_began_on_the_11th_pays_21_days_and_the_next_month(home: Realm) -> None:
    with realm_scope(home):
        sign_up("C-1")
    assert carry(home).state == RunState.DONE
    with realm_scope(home):
        document = Document.objects.get()
        assert (document.number, document.net, document.tax, document.total) == (
            "INV-2026-000001",
            Decimal("52.00"),
            Decimal("10.40"),
            Decimal("62.40"),
        )
        view = canonical.decode(bytes(document.view))
        assert isinstance(view, Invoice)
        assert [line.amount for group in view.groups for line in group.lines] == [
            Decimal("21.00"),
            Decimal("31.00"),
        ]
        assert (view.number, view.totals.amount_due) == ("INV-2026-000001", Decimal("62.40"))
        assert canonical.encode(view) == document.view
        customer = Customer.objects.get().pk
        assert ledger.balances([customer], "EUR") == {customer: Decimal("62.40")}
        assert sum(ledger.trial_balance().values()) == 0
        told = InvoiceIssued(
            document.pk, customer, "INV-2026-000001", document.total, "EUR", document.due_on, at=NOW
        )
        event = Event.objects.get(kind=told.KIND)
        assert (event.subject, event.at, event.by, event.payload) == (
            told.subject(),
            NOW,
            told.by,
            told.payload(),
        )
        kinds = Event.objects.values_list("kind", flat=True)
        assert {"bill_run.opened", "invoice.issued", "bill_run.finished"} <= set(kinds)


def test_what_a_customer_moved_in_with_is_his_previous_balance(home: Realm) -> None:
    with realm_scope(home):
        sign_up("ann")
        opened = OpeningBalance("ann", date(2026, 1, 10), Decimal("41.40"), "from before")
        customers.open_balances([opened], now=NOW)
    carry(home)
    with realm_scope(home):
        invoice = canonical.decode(bytes(Document.objects.get(kind="invoice").view))
    assert isinstance(invoice, Invoice)
    assert (invoice.totals.previous_balance, invoice.totals.payments) == (Decimal("41.40"), 0)
    assert invoice.totals.amount_due == invoice.totals.total + Decimal("41.40")


def test_the_same_day_again_bills_nothing(home: Realm) -> None:
    with realm_scope(home):
        sign_up("C-1", "C-2")
    carry(home)
    with realm_scope(home):
        assert actions.open_run(FEBRUARY, is_again=True, now=NOW) is None
        assert Document.objects.count() == 2


def test_numbers_follow_the_customers_without_a_hole(home: Realm) -> None:
    with realm_scope(home):
        sign_up(*(f"C-{number}" for number in range(25)))
    carry(home)
    with realm_scope(home):
        found = list(Document.objects.order_by("customer").values_list("number", flat=True))
    assert found == [f"INV-2026-{n:06d}" for n in range(1, 26)]


def test_a_week_of_downtime_is_caught_up(home: Realm) -> None:
    with realm_scope(home):
        sign_up("C-1")
    carry(home, date(2026, 2, 8))
    with realm_scope(home):
        assert Document.objects.get().on == date(2026, 2, 8)
        assert actions.open_run(date(2026, 2, 9), now=NOW) is None
        assert actions.open_run(date(2026, 3, 1), now=NOW) is not None


def test_somebody_who_left_gets_a_credit_note(home: Realm) -> None:
    with realm_scope(home):
        sign_up("C-1")
    carry(home)
    with realm_scope(home):
        subscription = Subscription.objects.get().pk
        end = Happening(date(2026, 2, 15), HappeningKind.END)
        customers.change(subscription, end, by="test", now=NOW)
    carry(home, date(2026, 3, 1))
    with realm_scope(home):
        note = Document.objects.get(kind="credit_note")
        assert (note.number, note.total) == ("CN-2026-000001", Decimal("18.60"))  # 14 of 28 days, 15.50
        view = canonical.decode(bytes(note.view))
        assert isinstance(view, CreditNote) and canonical.encode(view) == note.view
        assert view.totals.total == Decimal("18.60")
        assert ledger.wrong_balances() == []


def test_a_customer_who_cannot_be_billed_is_parked_and_the_others_go_on(home: Realm) -> None:
    with realm_scope(home):
        sign_up("C-1", "C-2")
        Subscription.objects.filter(customer__number="C-1").update(book="gone")
    run = carry(home)
    with realm_scope(home):
        assert Document.objects.get().customer.number == "C-2"
        parked = ParkedAccount.objects.get(run=run)
        assert parked.customer.number == "C-1" and "gone" in parked.reason
        assert actions.open_run(FEBRUARY, now=NOW) is None
        Subscription.objects.update(book="home")
    carry(home)
    with realm_scope(home):
        assert Document.objects.count() == 2


def test_a_value_that_cannot_be_parks_one_customer_only(home: Realm) -> None:
    with realm_scope(home):
        sign_up("C-1", "C-2", "C-3")
        line = NewOneOff("C-2", date(2026, 1, 20), "Router", Decimal("99.00"))
        customers.add_one_offs([line], by="test", now=NOW)
        OneOff.objects.update(kind="loan")
    run = carry(home)
    with realm_scope(home):
        billed = Document.objects.order_by("number").values_list("customer__number", flat=True)
        assert list(billed) == ["C-1", "C-3"]
        parked = ParkedAccount.objects.get(run=run)
        assert parked.customer.number == "C-2" and "loan" in parked.reason


def test_what_a_payment_slip_cannot_carry_is_billed_without_one(home: Realm) -> None:
    brand = {"bank": {"iban": "IE29AIBK93115212345678", "name": "North Networks"}}
    with realm_scope(home):
        Realm.objects.filter(pk=home.pk).update(brand=brand)
        sign_up("ann", "bob")
        opened = OpeningBalance("ann", date(2026, 1, 10), Decimal("999999999.00"), "more than a slip holds")
        customers.open_balances([opened], now=NOW)
        abroad = BOOK.replace("code: home", "code: abroad").replace("currency: EUR", "currency: USD")
        sell(abroad, "abroad")
        sign_up("vera", currency="USD", book="abroad")
    run = carry(home)
    with realm_scope(home):
        assert not ParkedAccount.objects.filter(run=run).exists()
        slips = {
            document.customer.number: canonical.decode(document.view).slip  # type: ignore[union-attr]
            for document in Document.objects.all()
        }
    assert {number: slip is not None for number, slip in slips.items()} == {
        "ann": False,
        "bob": True,
        "vera": False,
    }


def test_a_killed_run_goes_on_where_it_was(home: Realm) -> None:
    with realm_scope(home):
        sign_up("C-1", "C-2")
        run = actions.open_run(FEBRUARY, now=NOW)
        assert run is not None
        assert actions.draft_next(run, jobs.press_for(run), now=NOW)
        assert Document.objects.filter(number=None).count() == 2
    carry(home)
    with realm_scope(home):
        assert Document.objects.exclude(number=None).count() == 2


def test_a_run_that_is_thrown_away_leaves_nothing(home: Realm) -> None:
    with realm_scope(home):
        sign_up("C-1")
        run = actions.open_run(FEBRUARY, now=NOW)
        assert run is not None
        actions.draft_next(run, jobs.press_for(run), now=NOW)
        actions.discard(run.pk)
        assert not Line.objects.exists() and not Document.objects.exists() and not BillRun.objects.exists()
    carry(home)
    carry(home, date(2026, 3, 1))
    with realm_scope(home):
        assert Document.objects.count() == 2
        run = actions.open_run(date(2026, 4, 1), now=NOW)
        assert run is not None
        actions.draft_next(run, jobs.press_for(run), now=NOW)
        actions.discard(run.pk)
    carry(home, date(2026, 4, 1))
    with realm_scope(home):
        assert Document.objects.count() == 3


def test_a_preview_is_what_the_run_bills(home: Realm) -> None:
    with realm_scope(home):
        sign_up("C-1")
        shown = actions.preview(Customer.objects.get().pk, jobs.press_for(BillRun(on=FEBRUARY)))
        assert isinstance(shown.answer, Bill) and shown.view is not None
        assert not Document.objects.exists()
        view = canonical.decode(shown.view)
        assert view.state == "preview" and view.number == ""
    carry(home)
    with realm_scope(home):
        assert Document.objects.get().total == shown.answer.tax.payable


def test_an_issued_document_is_final(home: Realm) -> None:
    with realm_scope(home):
        sign_up("C-1")
    carry(home)
    with realm_scope(home):
        for forbidden in ("UPDATE document SET total = 1", "DELETE FROM line", "DELETE FROM document"):
            with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(forbidden)


def test_a_run_far_above_the_last_one_waits_for_a_person(home: Realm) -> None:
    with realm_scope(home):
        sign_up(*(f"C-{number}" for number in range(20)))
    carry(home)
    with realm_scope(home):
        Realm.objects.filter(pk=home.pk).update(policies={"bound_total": 0})
        run = actions.open_run(date(2026, 3, 1), now=NOW)
        assert run is not None
    assert jobs.carry_on(home.pk, run.pk, now=NOW)
    with realm_scope(home):
        assert queries.progress(run.pk).state == RunState.HELD
        with pytest.raises(Refused, match="unfinished"):
            actions.open_run(date(2026, 3, 2), now=NOW)
        actions.release(run.pk)
        with pytest.raises(Refused, match="issued"):
            actions.discard(run.pk)
    assert jobs.carry_on(home.pk, run.pk, now=NOW)
    with realm_scope(home):
        assert queries.progress(run.pk).state == RunState.DONE


def test_another_realm_sees_and_bills_nothing_of_it(home: Realm, south: Realm) -> None:
    with realm_scope(home):
        sign_up("C-1")
    carry(home)
    with realm_scope(south):
        assert not Document.objects.exists()
        assert actions.open_run(FEBRUARY, now=NOW) is None


def test_a_chunk_of_many_customers_takes_as_many_queries_as_one_of_few(home: Realm) -> None:
    with realm_scope(home):
        sign_up(*(f"C-{number}" for number in range(60)))
        run = actions.open_run(FEBRUARY, now=NOW)
        assert run is not None
        chunk, press = run.chunks.get(), jobs.press_for(run)
        everybody = chunk.customers
        counts = []
        for ordinal, some in enumerate((everybody[:3], everybody[3:])):
            run.chunks.update_or_create(ordinal=ordinal, defaults={"customers": some, "state": "waiting"})
            with CaptureQueriesContext(connection) as drafting:
                assert actions.draft_next(run, press, now=NOW)
            counts.append(len(drafting))
    assert counts[1] <= counts[0]
