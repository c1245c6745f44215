"""What books take off and coupons give stands on the bills of a run as the stories tell it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from jetbill.doors.files.book import read_inline_book
from jetbill.doors.files.marked_yaml import parse_yaml
from jetbill.kernel.book import Applies
from jetbill.kernel.terms import Happening, HappeningKind, PlanChoice
from jetbill.kernel.trouble import Refused
from jetbill.stages.billing.models import Line
from jetbill.stages.catalog.actions import Publication, import_draft, publish
from jetbill.stages.customers import actions as customers
from jetbill.stages.customers.models import Subscription
from jetbill.stages.customers.values import NewBillCredit, NewCustomer, NewRedemption, NewSubscription
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import realm_scope
from tests.stages.billing.test_discounts import billed

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 1, 1, 3, tzinfo=UTC)
BOOK = """
code: home
name: Home
currency: EUR
taxes: {standard: 20}
plans:
  fiber: {product: INT, fee: 28.00 monthly}
  voice: {product: VOI, fee: 8.00 monthly}
promotions:
  family: {name: Voice with fiber, percent: 50, plans: voice, beside: fiber}
  loyalty: {percent: 10, plans: fiber, after_months: 2}
  welcome: {amount: 3.00, plans: fiber, months: 2, coupon: {limit: 10}}
  gift: {bill_credit: 70.00, coupon: {limit: 10}}
"""


@pytest.fixture
def home(north: Realm) -> Realm:
    """A realm that looks back one month."""
    with realm_scope(north):
        Realm.objects.filter(pk=north.pk).update(policies={"look_back": 1})
        import_draft(read_inline_book(parse_yaml(BOOK, "book.yaml"), Path()), by="test", now=NOW)
        publish("home", Publication(date(2025, 1, 1), Applies.EVERYBODY), by="test", now=NOW)
        customers.create_customers([NewCustomer("ann", "Ann", "EUR")], by="test", now=NOW)
    return north


def takes(realm: Realm, plan: str, on: date, customer: str = "ann") -> None:
    with realm_scope(realm):
        taken = NewSubscription(customer, "home", plan, on, (PlanChoice(plan, "fee"),))
        customers.subscribe([taken], by="test", now=NOW)


def money(*amounts: str) -> list[Decimal]:
    return [Decimal(each) for each in amounts]


def test_voice_is_half_its_price_while_there_is_fiber(home: Realm) -> None:
    """As stories/voice_at_half_price_with_fiber.yaml tells it from March on."""
    takes(home, "voice", date(2026, 1, 1))
    takes(home, "fiber", date(2026, 3, 1))
    assert billed(home, date(2026, 3, 1)) == money("8.00", "8.00", "8.00", "-4.00", "28.00")
    assert billed(home, date(2026, 4, 1)) == money("8.00", "-4.00", "28.00")
    with realm_scope(home):
        ended = Happening(date(2026, 3, 21), HappeningKind.END)
        fiber = Subscription.objects.get(bundle="fiber")
        customers.change(fiber.pk, ended, by="test", now=NOW)
    # 11 of 31 days of fiber come back, and all of April with what it made cheaper
    assert billed(home, date(2026, 5, 1)) == money("4.00", "-28.00", "8.00", "-9.94")


def test_a_coupon_and_the_age_of_the_contract_take_off_one_after_the_other(home: Realm) -> None:
    takes(home, "fiber", date(2026, 1, 1))
    assert billed(home, date(2026, 1, 1)) == money("28.00")
    with realm_scope(home):
        customers.redeem(NewRedemption("ann", "welcome", date(2026, 1, 20)), by="test", now=NOW)
    assert billed(home, date(2026, 2, 1)) == money("28.00", "-3.00")
    # the book's 10 % go first: 2.80, then the 3.00
    assert billed(home, date(2026, 3, 1)) == money("28.00", "-2.80", "-3.00")
    assert billed(home, date(2026, 4, 1)) == money("28.00", "-2.80")


def test_a_bill_credit_is_given_until_it_is_used_up_however_long_that_takes(home: Realm) -> None:
    takes(home, "voice", date(2026, 1, 1))
    with realm_scope(home):
        customers.redeem(NewRedemption("ann", "gift", date(2026, 1, 1)), by="test", now=NOW)
    for month in range(1, 9):
        assert billed(home, date(2026, month, 1)) == money("8.00", "-8.00")
    assert billed(home, date(2026, 9, 1)) == money("8.00", "-6.00")
    assert billed(home, date(2026, 10, 1)) == money("8.00")
    with realm_scope(home):
        keys = Line.objects.filter(component__startswith="one_off:").values_list("rate_class", "revision")
        assert len(set(keys)) == 9


def test_a_bill_credit_a_month_is_as_in_the_story(home: Realm) -> None:
    """stories/five_off_each_of_three_bills.yaml, from January on."""
    takes(home, "voice", date(2026, 1, 1))
    assert billed(home, date(2026, 1, 1)) == money("8.00")
    with realm_scope(home):
        wish = NewBillCredit("ann", Decimal(5), "Sorry", date(2026, 1, 20), 3)
        assert customers.give_bill_credit(wish, by="test", now=NOW) == 3
        with pytest.raises(Refused, match=r"discount\.amount"):
            customers.give_bill_credit(replace(wish, amount=Decimal("0.001")), by="test", now=NOW)
    for month in (2, 3, 4):
        assert billed(home, date(2026, month, 1)) == money("8.00", "-5.00")
    assert billed(home, date(2026, 5, 1)) == money("8.00")


def test_who_are_of_one_age_are_alike_and_who_are_not_are_not(home: Realm) -> None:
    """On 1 May those of 1 March and later are younger than two months, or just so old."""
    with realm_scope(home):
        for number in range(6):
            customers.create_customers([NewCustomer(f"c{number}", "C", "EUR")], by="test", now=NOW)
    for number in range(6):
        takes(home, "fiber", date(2026, 1, 1) if number < 3 else date(2026, 3, 2), f"c{number}")
    for month in (1, 2, 3, 4):
        billed(home, date(2026, month, 1))
    assert billed(home, date(2026, 5, 1)) == money(*("28.00", "-2.80") * 3, *("28.00",) * 3)
    assert billed(home, date(2026, 6, 1)) == money(*("28.00", "-2.80") * 6)
