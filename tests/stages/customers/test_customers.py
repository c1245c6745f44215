"""Customers, what they took and whose identifiers are whose, in two realms, as the application's role."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from jetbill.kernel.terms import Happening, HappeningKind, PlanChoice
from jetbill.kernel.trouble import Refused
from jetbill.stages.customers import actions, queries
from jetbill.stages.customers.models import Customer, Identifier, ServiceIdentifier, Subscription
from jetbill.stages.customers.values import (
    NewCustomer,
    NewDiscount,
    NewNumber,
    NewOneOff,
    NewService,
    NewSubscription,
    OpeningBalance,
)
from jetbill.stages.ledger import queries as ledger
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import realm_scope

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
FIBER = (PlanChoice("fiber", "monthly"),)


def ann(number: str = "C-1", **more: Any) -> NewCustomer:
    return NewCustomer(number=number, name="Ann", currency="EUR", email="ann@north.example", **more)


def take_fiber(number: str = "C-1", login: str = "ann") -> NewSubscription:
    services = (NewService("line", "data", (login,)),)
    return NewSubscription(number, "home", "internet", date(2026, 1, 11), FIBER, services)


def test_customers_are_made_once(north: Realm) -> None:
    with realm_scope(north):
        assert actions.create_customers([ann()], by="test", now=NOW).made == 1
        again = actions.create_customers([ann(), ann("C-2", parent="C-1")], by="test", now=NOW)
        assert (again.made, again.known) == (1, ("C-1",))
        rows = {row.number: row for row in Customer.objects.all()}
        assert rows["C-2"].share == rows["C-1"].share == rows["C-1"].pk % 64


def test_a_parent_may_stand_below_its_child_in_the_list(north: Realm) -> None:
    with realm_scope(north):
        actions.create_customers([ann("C-2", parent="C-1"), ann("C-1")], by="test", now=NOW)
        assert Customer.objects.get(number="C-2").parent.number == "C-1"


def test_an_unknown_parent_is_refused_and_nothing_is_made(north: Realm) -> None:
    with realm_scope(north):
        with pytest.raises(Refused, match="parent_unknown"), transaction.atomic():
            actions.create_customers([ann("C-1"), ann("C-2", parent="C-9")], by="test", now=NOW)
        assert not Customer.objects.exists()


def test_the_same_number_is_somebody_else_in_another_realm(north: Realm, south: Realm) -> None:
    with realm_scope(north):
        actions.create_customers([ann()], by="test", now=NOW)
    with realm_scope(south):
        assert queries.ids_by_number(["C-1"]) == {}
        assert actions.create_customers([ann()], by="test", now=NOW).made == 1


def test_terms_come_back_as_values(north: Realm) -> None:
    with realm_scope(north):
        actions.create_customers([ann(bill_day=31)], by="test", now=NOW)
        (subscription,) = actions.subscribe([take_fiber()], by="test", now=NOW)
        pause = Happening(date(2026, 2, 3), HappeningKind.PAUSE)
        actions.change(subscription, pause, by="test", now=NOW)
        customer = Customer.objects.get()
        actions.change_bill_day(customer.pk, 15, date(2026, 3, 1), by="test", now=NOW)
        actions.add_one_offs(
            [NewOneOff("C-1", date(2026, 2, 1), "Router", Decimal("49.00"))], by="test", now=NOW
        )
        agreed = queries.agreements([customer.pk])[customer.pk]
    assert (agreed.customer.bill_day, agreed.customer.zone) == (31, "Europe/Berlin")
    (taken,) = agreed.subscriptions
    assert [(each.on, each.kind) for each in taken.happenings] == [
        (date(2026, 1, 11), HappeningKind.START),
        (date(2026, 2, 3), HappeningKind.PAUSE),
    ]
    assert taken.happenings[0].choices == FIBER
    assert agreed.bill_day_changes[0].bill_day == 15
    assert agreed.one_offs[0].amount == Decimal(49)


def test_reading_terms_takes_as_many_queries_for_many_as_for_one(
    north: Realm, django_assert_num_queries: Any
) -> None:
    with realm_scope(north):
        many = [ann(f"C-{number}") for number in range(30)]
        actions.create_customers(many, by="test", now=NOW)
        actions.subscribe([take_fiber(one.number, one.number) for one in many], by="test", now=NOW)
        ids = list(Customer.objects.values_list("id", flat=True))
        with django_assert_num_queries(7):
            assert len(queries.agreements(ids)) == 30


def test_a_change_outside_the_life_of_a_subscription_is_refused(north: Realm) -> None:
    with realm_scope(north):
        actions.create_customers([ann()], by="test", now=NOW)
        (subscription,) = actions.subscribe([take_fiber()], by="test", now=NOW)
        end = Happening(date(2026, 3, 1), HappeningKind.END)
        actions.change(subscription, end, by="test", now=NOW)
        assert Subscription.objects.get().ended_on == date(2026, 3, 1)
        for day in (date(2026, 1, 10), date(2026, 3, 1)):
            with pytest.raises(Refused):
                actions.change(subscription, Happening(day, HappeningKind.PAUSE), by="test", now=NOW)


def test_an_identifier_belongs_to_one_service_at_a_time_and_may_move(north: Realm) -> None:
    with realm_scope(north):
        actions.create_customers([ann(), ann("C-2")], by="test", now=NOW)
        actions.subscribe([take_fiber()], by="test", now=NOW)
        with pytest.raises(Refused, match="taken"), transaction.atomic():
            actions.subscribe([take_fiber("C-2")], by="test", now=NOW)
        actions.subscribe([take_fiber("C-2", "bob")], by="test", now=NOW)
        moved = datetime(2026, 2, 1, tzinfo=UTC)
        actions.move_numbers([NewNumber("C-2", "line", "ann", moved)], by="test", now=NOW)
        spans = ServiceIdentifier.objects.filter(identifier__value="ann").order_by("start")
        assert [(span.start, span.end) for span in spans] == [
            (datetime(2026, 1, 10, 23, tzinfo=UTC), moved),  # midnight in Berlin
            (moved, None),
        ]


def test_whatever_changes_terms_counts_the_share_up(north: Realm) -> None:
    with realm_scope(north):
        actions.create_customers([ann()], by="test", now=NOW)
        share = Customer.objects.get().share
        before = queries.share_versions().get(share, 0)
        actions.subscribe([take_fiber()], by="test", now=NOW)
        assert queries.share_versions().get(share, 0) == before + 1


def test_an_identifier_is_known_from_the_first_record_that_names_it(north: Realm) -> None:
    with realm_scope(north):
        first = queries.identifier_ids(["x", "y"])
        assert queries.identifier_ids(["y", "z"])["y"] == first["y"]
        assert Identifier.objects.count() == 3
        assert queries.shares_of_identifiers(first.values()) == {}


def test_lines_from_outside_count_once(north: Realm) -> None:
    line = NewOneOff("C-1", date(2026, 2, 1), "Call-out", Decimal(90), source="desk", source_id="7")
    with realm_scope(north):
        actions.create_customers([ann()], by="test", now=NOW)
        assert actions.add_one_offs([line], by="test", now=NOW).made == 1
        assert actions.add_one_offs([line], by="test", now=NOW).made == 0


def test_a_balance_is_opened_once_and_stands_in_the_ledger(north: Realm) -> None:
    opening = OpeningBalance("C-1", date(2026, 1, 1), Decimal("-12.50"), "from before")
    with realm_scope(north):
        actions.create_customers([ann()], by="test", now=NOW)
        customer = Customer.objects.get().pk
        assert actions.open_balances([opening], now=NOW).made == 1
        assert actions.open_balances([opening], now=NOW).known == ("C-1",)
        assert ledger.balances([customer], "EUR") == {customer: Decimal("-12.5")}
        assert ledger.wrong_balances() == []
        assert sum(ledger.trial_balance().values()) == 0


@pytest.mark.parametrize(
    "forbidden",
    [
        "UPDATE posting SET amounts = '{0}'",
        "DELETE FROM posting",
        "INSERT INTO posting"
        " (realm_id, kind, source, owner, on_day, currency, accounts, amounts, recorded_at)"
        " VALUES (realm(), 'x', 1, 1, '2026-01-01', 'EUR', '{bank,receivable}', '{1,2}', now())",
    ],
)
def test_the_database_refuses_a_posting_that_is_changed_or_does_not_balance(
    north: Realm, forbidden: str
) -> None:
    refused = pytest.raises((IntegrityError, ProgrammingError))
    with realm_scope(north), refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(forbidden)


def test_a_percent_discount_is_given_once_and_may_end_earlier(north: Realm, south: Realm) -> None:
    given = NewDiscount("C-1", Decimal(10), "Welcome", date(2026, 2, 1), source="file", source_id="7")
    with realm_scope(north):
        actions.create_customers([ann()], by="test", now=NOW)
        assert actions.add_discounts([given], by="test", now=NOW).made == 1
        assert actions.add_discounts([given], by="test", now=NOW).known == ("7",)
        customer = Customer.objects.get().pk
        (found,) = queries.agreements([customer])[customer].discounts
        assert (found.percent, found.start, found.end, found.subscription) == (
            10,
            date(2026, 2, 1),
            None,
            None,
        )
        actions.end_discount(found.id, date(2026, 5, 1), by="test", now=NOW)
        with pytest.raises(Refused, match="ended"):
            actions.end_discount(found.id, date(2026, 6, 1), by="test", now=NOW)
        (found,) = queries.agreements([customer])[customer].discounts
        assert found.end == date(2026, 5, 1)
    with realm_scope(south), pytest.raises(Refused, match=r"discount\.unknown"):
        actions.end_discount(found.id, date(2026, 5, 1), by="test", now=NOW)


@pytest.mark.parametrize(
    "wrong, said",
    [
        ({"customer": "C-9"}, "customer.unknown"),
        ({"subscription": "tv"}, "subscription.unknown"),
        ({"percent": Decimal(101)}, "discount.percent"),
        ({"percent": Decimal(0)}, "discount.either"),
        ({"amount": Decimal(5)}, "discount.either"),
        ({"percent": Decimal(0), "amount": Decimal("0.001")}, "discount.amount"),
        ({"months": 0}, "discount.months"),
        ({"months": 3, "end": date(2026, 5, 1)}, "discount.months"),
        ({"plans": ("tv",)}, "discount.plan_unknown"),
        ({"end": date(2026, 2, 1)}, "discount.days"),
    ],
)
def test_a_discount_that_cannot_be_is_refused(north: Realm, wrong: dict[str, Any], said: str) -> None:
    told = {"customer": "C-1", "percent": Decimal(5), "text": "Off", "start": date(2026, 2, 1), **wrong}
    with realm_scope(north):
        actions.create_customers([ann()], by="test", now=NOW)
        with pytest.raises(Refused, match=said):
            actions.add_discounts([NewDiscount(**told)], by="test", now=NOW)
