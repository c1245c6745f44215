"""Discounts on bill runs: as the story tells them, and ended in the middle of what was billed."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from jetbill.doors.files.book import read_inline_book
from jetbill.doors.files.marked_yaml import parse_yaml
from jetbill.kernel.book import Applies
from jetbill.kernel.terms import PlanChoice
from jetbill.stages.billing import actions, jobs
from jetbill.stages.billing.models import Line
from jetbill.stages.catalog.actions import Publication, import_draft, publish
from jetbill.stages.customers import actions as customers
from jetbill.stages.customers.models import Discount
from jetbill.stages.customers.values import NewCustomer, NewDiscount, NewSubscription
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import realm_scope

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 1, 1, 3, tzinfo=UTC)
BOOK = """
code: home
name: Home
currency: EUR
taxes: {standard: {category: S, percent: 20}}
plans: {fiber: {name: Fiber, fee: 31.00 monthly}}
"""


@pytest.fixture
def home(north: Realm) -> Realm:
    """A realm in which Ann takes fiber from 1 January and has 10 % off in January and February."""
    with realm_scope(north):
        import_draft(read_inline_book(parse_yaml(BOOK, "book.yaml"), Path()), by="test", now=NOW)
        publish("home", Publication(date(2026, 1, 1), Applies.EVERYBODY), by="test", now=NOW)
        customers.create_customers([NewCustomer("ann", "Ann", "EUR")], by="test", now=NOW)
        taken = NewSubscription("ann", "home", "fiber", date(2026, 1, 1), (PlanChoice("fiber", "fee"),))
        customers.subscribe([taken], by="test", now=NOW)
        off = NewDiscount("ann", Decimal(10), "Welcome", date(2026, 1, 1), date(2026, 3, 1))
        customers.add_discounts([off], by="test", now=NOW)
    return north


def billed(realm: Realm, on: date) -> list[Decimal]:
    with realm_scope(realm):
        run = actions.open_run(on, is_again=True, now=NOW)
    assert run is not None
    assert jobs.carry_on(realm.pk, run.pk, now=NOW)
    with realm_scope(realm):
        rows = Line.objects.filter(document_id__in=list(run.documents.values_list("id", flat=True)))
        return [row.amount for row in rows.order_by("document_id", "ordinal")]


def test_three_bills_are_those_of_the_story(home: Realm) -> None:
    whole, off = Decimal("31.00"), Decimal("-3.10")  # stories/a_percent_discount.yaml
    assert billed(home, date(2026, 1, 1)) == [whole, off]
    assert billed(home, date(2026, 2, 1)) == [whole, off]
    assert billed(home, date(2026, 3, 1)) == [whole]


def test_an_amount_for_some_months_is_as_in_the_story(home: Realm) -> None:
    with realm_scope(home):
        customers.end_discount(Discount.objects.get().pk, date(2026, 1, 1), by="test", now=NOW)
        off = NewDiscount("ann", Decimal(0), "Welcome", date(2026, 1, 11), amount=Decimal(5), months=2)
        customers.add_discounts([off], by="test", now=NOW)
    whole, less = Decimal("31.00"), Decimal("-5.00")
    assert billed(home, date(2026, 1, 1)) == [whole]
    assert billed(home, date(2026, 2, 1)) == [whole, less]  # the first period that begins from the 11th on
    assert billed(home, date(2026, 3, 1)) == [whole, less]
    assert billed(home, date(2026, 4, 1)) == [whole]


def test_a_discount_that_ended_sooner_than_was_billed_is_taken_back(home: Realm) -> None:
    billed(home, date(2026, 1, 1))
    billed(home, date(2026, 2, 1))
    with realm_scope(home):
        customers.end_discount(Discount.objects.get().pk, date(2026, 2, 1), by="test", now=NOW)
    assert billed(home, date(2026, 3, 1)) == [Decimal("3.10"), Decimal("31.00")]
