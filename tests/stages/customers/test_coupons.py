"""Coupons are redeemed within their limits, also by two at once; customers bring customers, once."""

import threading
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from jetbill.doors.files.book import read_inline_book
from jetbill.doors.files.marked_yaml import parse_yaml
from jetbill.kernel.book import Applies
from jetbill.kernel.terms import PlanChoice
from jetbill.kernel.trouble import Refused
from jetbill.stages.catalog.actions import Publication, import_draft, publish
from jetbill.stages.customers import actions
from jetbill.stages.customers.models import Discount, OneOff, Redemption, Referral
from jetbill.stages.customers.values import NewCustomer, NewRedemption, NewSubscription
from jetbill.stages.events.models import Event
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import realm_scope

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 1, 1, 3, tzinfo=UTC)
JANUARY = date(2026, 1, 1)
BOOK = """
code: home
name: Home
currency: EUR
taxes: {standard: 20}
plans:
  fiber: {product: INT, fee: 31.00 monthly}
  voice: {product: VOI, fee: 8.00 monthly}
promotions:
  welcome: {percent: 10, plans: fiber, months: 3, coupon: {limit: 3, until: 2026-06-30, since: 2026-01-01}}
  gift: {bill_credit: 50.00, coupon: {per_customer: 2}}
  loyalty: {percent: 5, after_months: 24}
referral: {name: A friend came, referrer: 20.00, referred: 10.00}
"""
CUSTOMERS = tuple(f"c{number}" for number in range(8))


@pytest.fixture
def home(north: Realm) -> Realm:
    """Eight customers with fiber; c1 has voice only."""
    with realm_scope(north):
        import_draft(read_inline_book(parse_yaml(BOOK, "book.yaml"), Path()), by="test", now=NOW)
        publish("home", Publication(JANUARY, Applies.EVERYBODY), by="test", now=NOW)
        actions.create_customers([NewCustomer(each, each, "EUR") for each in CUSTOMERS], by="test", now=NOW)
        plans = {each: "voice" if each == "c1" else "fiber" for each in CUSTOMERS}
        actions.subscribe(
            [
                NewSubscription(each, "home", plan, JANUARY, (PlanChoice(plan, "fee"),))
                for each, plan in plans.items()
            ],
            by="test",
            now=NOW,
        )
    return north


def redeem(customer: str, code: str = "welcome", on: date = JANUARY, **more: str) -> Redemption:
    return actions.redeem(NewRedemption(customer, code, on, **more), by="test", now=NOW)


def test_a_coupon_becomes_a_discount_of_the_customer(home: Realm) -> None:
    with realm_scope(home):
        assert redeem("c0").number == 1
        given = Discount.objects.get()
        assert (given.percent, given.plans, given.start, given.end) == (
            10,
            ["fiber"],
            JANUARY,
            date(2026, 4, 1),
        )
        assert (given.source, given.source_id, given.subscription_id) == ("coupon", "home/welcome/1", None)
        assert Event.objects.filter(kind="coupon.redeemed").count() == 1


def test_a_bill_credit_is_off_the_next_bills(home: Realm) -> None:
    with realm_scope(home):
        redeem("c0", "gift")
        redeem("c0", "gift")
        assert [(each.kind, each.amount) for each in OneOff.objects.all()] == [("discount", Decimal(-50))] * 2
        with pytest.raises(Refused, match=r"coupon\.had"):
            redeem("c0", "gift")


@pytest.mark.parametrize(
    "wish, said",
    [
        (NewRedemption("c9", "welcome", JANUARY), "customer.unknown"),
        (NewRedemption("c0", "welcome", JANUARY, subscription="tv"), "subscription.unknown"),
        (NewRedemption("c0", "welcom", JANUARY), "coupon.unknown"),
        (NewRedemption("c0", "loyalty", JANUARY), "coupon.unknown"),
        (NewRedemption("c0", "welcome", date(2025, 12, 31)), "coupon.unknown"),
        (NewRedemption("c0", "welcome", JANUARY, book="other"), "coupon.unknown"),
        (NewRedemption("c0", "welcome", date(2026, 7, 1)), "coupon.late"),
        (NewRedemption("c1", "welcome", JANUARY), "coupon.fits_nothing"),
    ],
)
def test_a_coupon_that_is_none_of_his_is_refused(home: Realm, wish: NewRedemption, said: str) -> None:
    with realm_scope(home):
        with pytest.raises(Refused, match=said):
            actions.redeem(wish, by="test", now=NOW)
        assert not Redemption.objects.exists() and not Discount.objects.exists()


def test_a_coupon_of_another_realm_is_unknown(home: Realm, south: Realm) -> None:
    with realm_scope(south), pytest.raises(Refused, match=r"customer\.unknown"):
        redeem("c0")


def at_once(realm: Realm, wishes: list[tuple[str, str]]) -> list[str]:
    """What becomes of wishes that are made on as many connections at the same time, "" where all is well."""
    start, told = threading.Barrier(len(wishes)), [""] * len(wishes)

    def wish(number: int, customer: str, code: str) -> None:
        try:
            with realm_scope(realm):
                start.wait()
                redeem(customer, code)
        except Refused as refused:
            told[number] = refused.code
        finally:
            connection.close()

    threads = [threading.Thread(target=wish, args=(number, *each)) for number, each in enumerate(wishes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


@pytest.mark.timeout(120)
def test_limits_hold_for_many_connections_at_once(home: Realm) -> None:
    others = [each for each in CUSTOMERS if each != "c1"]
    assert sorted(at_once(home, [(each, "welcome") for each in others[:2]])) == ["", ""]
    told = at_once(home, [(each, "welcome") for each in others[2:]])
    assert sorted(told) == [""] + ["coupon.used_up"] * 4
    with realm_scope(home):
        assert sorted(Redemption.objects.values_list("number", flat=True)) == [1, 2, 3]
        assert Discount.objects.count() == 3


@pytest.mark.timeout(120)
def test_a_customer_redeems_no_more_often_than_he_may_on_two_connections(home: Realm) -> None:
    assert sorted(at_once(home, [("c0", "gift"), ("c0", "gift"), ("c0", "gift")])) == ["", "", "coupon.had"]
    with realm_scope(home):
        assert OneOff.objects.count() == 2


def test_the_database_refuses_a_second_redemption_of_one_number(home: Realm) -> None:
    with realm_scope(home):
        row = redeem("c0")
        with pytest.raises(IntegrityError), transaction.atomic():
            Redemption.objects.create(
                customer_id=row.customer_id, book="home", code="welcome", number=1, on=JANUARY
            )


def test_who_brings_a_customer_and_who_comes_have_something_off(home: Realm) -> None:
    with realm_scope(home):
        actions.refer("c1", "c0", JANUARY, by="test", now=NOW)
        given = OneOff.objects.order_by("customer__number").values_list("customer__number", "amount", "kind")
        assert list(given) == [("c0", -20, "discount"), ("c1", -10, "discount")]
        assert Event.objects.filter(kind="customer.referred").count() == 1
        for new, by_whom, said in (
            ("c1", "c2", "known"),
            ("c0", "c1", "circle"),
            ("c2", "c2", "himself"),
            ("c9", "c0", "customer.unknown"),
        ):
            with pytest.raises(Refused, match=said):
                actions.refer(new, by_whom, JANUARY, by="test", now=NOW)
        with pytest.raises(Refused, match=r"referral\.none"):
            actions.refer("c2", "c0", date(2025, 1, 1), by="test", now=NOW)
        assert Referral.objects.count() == 1
