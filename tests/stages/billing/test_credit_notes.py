"""Credit notes: by hand, whole and in parts, and how later runs go on; and which invoice a note corrects."""

import threading
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection

from jetbill.documents import canonical
from jetbill.documents.view import CreditNote
from jetbill.doors.files.book import read_inline_book
from jetbill.doors.files.marked_yaml import parse_yaml
from jetbill.kernel.book import Applies
from jetbill.kernel.terms import Happening, HappeningKind, PlanChoice
from jetbill.kernel.trouble import Refused
from jetbill.stages.billing import actions, jobs
from jetbill.stages.billing.actions import Wish
from jetbill.stages.billing.creditable import creditable
from jetbill.stages.billing.models import Document, Line
from jetbill.stages.catalog.actions import Publication, import_draft, publish
from jetbill.stages.collection.actions import settle_credit
from jetbill.stages.collection.queries import open_items
from jetbill.stages.customers import actions as customers
from jetbill.stages.customers.models import Customer, Subscription
from jetbill.stages.customers.values import NewCustomer, NewDiscount, NewSubscription
from jetbill.stages.events.models import Event
from jetbill.stages.ledger import queries as ledger
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import realm_scope

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 1, 1, 3, tzinfo=UTC)
JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
BOOK = """
code: home
name: Home
currency: EUR
taxes: {standard: {category: S, percent: 20}, low: {category: S, percent: 10}}
plans:
  fiber: {name: Fiber, fee: 31.00 monthly}
  paper: {name: Paper, fees: {fee: {price: 9.99, every: monthly, tax_class: low}}}
bundles: {home: {name: Home, offers: [fiber, {plan: paper, offer: checkbox}]}}
"""
ALL = Wish("INV-2026-000001", "Sorry")


def run(realm: Realm, on: date) -> list[Decimal]:
    with realm_scope(realm):
        opened = actions.open_run(on, is_again=True, now=NOW)
    assert opened is not None
    assert jobs.carry_on(realm.pk, opened.pk, now=NOW)
    with realm_scope(realm):
        rows = Line.objects.filter(document_id__in=list(opened.documents.values_list("id", flat=True)))
        return [row.amount for row in rows.order_by("document_id", "ordinal")]


@pytest.fixture
def home(north: Realm) -> Realm:
    """Ann takes fiber and paper from 1 January, 10 % off fiber's month and paper's, billed for January."""
    with realm_scope(north):
        import_draft(read_inline_book(parse_yaml(BOOK, "book.yaml"), Path()), by="test", now=NOW)
        publish("home", Publication(JANUARY, Applies.EVERYBODY), by="test", now=NOW)
        customers.create_customers([NewCustomer("ann", "Ann", "EUR")], by="test", now=NOW)
        choices = (PlanChoice("fiber", "fee"), PlanChoice("paper", "fee"))
        customers.subscribe([NewSubscription("ann", "home", "home", JANUARY, choices)], by="test", now=NOW)
        off = NewDiscount("ann", Decimal(10), "Welcome", JANUARY, FEBRUARY)
        customers.add_discounts([off], by="test", now=NOW)
    run(north, JANUARY)  # 31.00 - 3.10 at 20 %, 9.99 - 1.00 at 10 %: 36.89 net, 5.58 + 0.90 tax
    return north


def give(wish: Wish, on: date = date(2026, 1, 10)) -> Document:
    return actions.credit_invoice(wish, on, by="test", now=NOW)


def cancel(realm: Realm, on: date) -> None:
    with realm_scope(realm):
        end = Happening(on, HappeningKind.END)
        customers.change(Subscription.objects.get().pk, end, by="test", now=NOW)


def test_all_of_an_invoice_is_given_back_with_its_own_taxes(home: Realm) -> None:
    with realm_scope(home):
        invoice = Document.objects.get()
        note = give(ALL)
        assert (note.number, note.corrects, note.net) == ("CN-2026-000001", invoice, Decimal("36.89"))
        assert (note.tax, note.total) == (invoice.tax, invoice.total) == (Decimal("6.48"), Decimal("43.37"))
        view = canonical.decode(note.view)
        assert isinstance(view, CreditNote)
        assert (view.corrects, view.corrects_date, view.note) == ("INV-2026-000001", JANUARY, "Sorry")
        customer = Customer.objects.get().pk
        assert ledger.balances([customer], "EUR").get(customer, 0) == 0 and ledger.wrong_balances() == []
        assert all(amount == 0 for amount in ledger.trial_balance().values())
        assert {"invoice.credited", "credit_note.issued"} <= set(Event.objects.values_list("kind", flat=True))
        settle_credit(customer, date(2026, 1, 10), now=NOW)
        assert open_items([customer], date(2026, 1, 10))[customer] == []
        with pytest.raises(Refused, match="over_credited"):
            give(ALL)


def test_what_a_person_gave_back_is_not_billed_again_nor_given_back_twice(home: Realm) -> None:
    with realm_scope(home):
        give(ALL)
    assert run(home, FEBRUARY) == [Decimal("31.00"), Decimal("9.99")]
    cancel(home, date(2026, 1, 16))
    # of January nothing is left to give back, of February all
    assert sorted(run(home, MARCH)) == [Decimal("-31.00"), Decimal("-9.99")]


def test_a_repair_gives_back_only_what_is_left(home: Realm) -> None:
    with realm_scope(home):
        give(Wish("INV-2026-000001", "Slow", lines={1: Decimal("20.00")}))
    cancel(home, date(2026, 1, 16))
    # 16 of 31 days of 31.00 are 16.00, but only 11.00 are left; the discount is repaired as ever
    assert Decimal("-11.00") in run(home, FEBRUARY)


def test_parts_never_add_up_to_more_than_was_billed(home: Realm) -> None:
    with realm_scope(home):
        invoice = Document.objects.get()
        notes = [give(Wish(ALL.invoice, "Bit by bit", Decimal("1.01"))) for _ in range(20)]
        notes.append(give(ALL))
        assert sum(note.total for note in notes) == invoice.total
        assert sum(note.tax for note in notes) == invoice.tax
        assert all(amount == 0 for amount in ledger.trial_balance().values())
        assert [line.left for line in creditable(invoice)] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    "wish, said",
    [
        (Wish("INV-2026-000009", "x"), "invoice.unknown"),
        (Wish("INV-2026-000001", "x", Decimal("36.90")), "invoice.over_credited"),
        (Wish("INV-2026-000001", "x", Decimal("0")), "credit.amount"),
        (Wish("INV-2026-000001", "x", Decimal("1.001")), "credit.amount"),
        (Wish("INV-2026-000001", "x", lines={1: Decimal("31.01")}), "invoice.over_credited"),
        (Wish("INV-2026-000001", "x", lines={2: None}), "invoice.over_credited"),
        (Wish("INV-2026-000001", "x", lines={9: None}), "credit.line_unknown"),
        (Wish("INV-2026-000001", " "), "credit.reason"),
    ],
)
def test_what_cannot_be_given_back_is_refused(home: Realm, south: Realm, wish: Wish, said: str) -> None:
    with realm_scope(home):
        with pytest.raises(Refused, match=said):
            give(wish)
        assert Document.objects.count() == 1
    with realm_scope(south), pytest.raises(Refused, match=r"invoice\.unknown"):
        give(ALL)


def test_nothing_is_given_back_while_a_run_bills_him(home: Realm) -> None:
    with realm_scope(home):
        opened = actions.open_run(FEBRUARY, now=NOW)
        assert opened is not None
        with pytest.raises(Refused, match="being_billed"):
            give(ALL)


def test_a_note_of_a_run_names_the_newest_invoice_that_it_repairs(home: Realm) -> None:
    run(home, FEBRUARY)
    cancel(home, date(2026, 1, 16))
    run(home, MARCH)
    with realm_scope(home):
        note = Document.objects.get(kind="credit_note")
        view = canonical.decode(note.view)
        assert isinstance(view, CreditNote)
        assert (view.corrects, view.corrects_date) == ("INV-2026-000002", FEBRUARY)
        assert getattr(view.note, "values", {}) == {"numbers": "INV-2026-000001 (2026-01-01)"}
        assert note.corrects == Document.objects.get(number="INV-2026-000002")


@pytest.mark.django_db(transaction=True)
def test_a_credit_and_a_run_of_the_same_instant_never_overlook_each_other(home: Realm) -> None:
    drafted, refused = threading.Event(), []

    def credit() -> None:
        drafted.wait(60)
        try:
            with realm_scope(home):
                give(ALL)
        except Refused as answer:
            refused.append(answer.code)
        finally:
            connection.close()

    other = threading.Thread(target=credit)
    other.start()
    with realm_scope(home):  # opened and drafted, but not committed: the other cannot see it yet
        opened = actions.open_run(FEBRUARY, now=NOW)
        assert opened is not None and actions.draft_next(opened, jobs.press_for(opened), now=NOW)
        drafted.set()
        other.join(1)
        assert other.is_alive(), "the credit waits until the draft is committed"
    other.join(60)
    assert refused == ["customer.being_billed"]
