"""Stored usage becomes rated records and totals: by share and month, again when more comes, in two realms."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from jetbill.doors.files.book import read_inline_book
from jetbill.doors.files.marked_yaml import parse_yaml
from jetbill.doors.files.usage_format import find_format
from jetbill.doors.files.usage_import import Into, import_usage
from jetbill.kernel.book import Applies
from jetbill.kernel.rating.layout import REASONS, Status
from jetbill.kernel.terms import PlanChoice
from jetbill.stages.catalog.actions import Publication, import_draft, publish
from jetbill.stages.customers import actions as customers
from jetbill.stages.customers.models import Customer, ServiceIdentifier
from jetbill.stages.customers.values import NewCustomer, NewService, NewSubscription
from jetbill.stages.events import queue
from jetbill.stages.rating import actions, jobs, queries
from jetbill.stages.rating.columns import NOBODY
from jetbill.stages.rating.models import RatedBlock, RatedUnit
from jetbill.stages.rating.unrated import unrated_identifiers
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import outside_realms, realm_scope

RATE = "rating.rate"
pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 2, 1, 3, tzinfo=UTC)
JANUARY = date(2026, 1, 1)
BOOK = """
code: home
name: Home
currency: EUR
taxes: {standard: {category: S, percent: 20}}
plans:
  fiber:
    name: Fiber
    fee: 31.00 monthly
    data: {included: 100 GB, then: 0.10 per GB}
    calls: {per_minute: 0.06, connect: 0.01, first: 60, next: 1}
"""
HEAD = "identifier,started,duration,octets_in,octets_out,counterparty,service_class,direction,id\n"
USAGE = HEAD + (
    "ann,2026-01-11T23:00:00Z,7200,0,130000000000,,data,out,a\n"
    "3531,2026-01-12T10:00:00Z,90,0,0,491234,voice,out,b\n"
    "3531,2026-01-12T11:00:00Z,30,0,0,491234,voice,out,c\n"
    "who,2026-01-12T11:00:00Z,30,500,0,,data,out,d\n"
)


@pytest.fixture
def home(transactional_db: None, north: Realm) -> Realm:
    with realm_scope(north):
        import_draft(read_inline_book(parse_yaml(BOOK, "book.yaml"), Path()), by="test", now=NOW)
        publish("home", Publication(JANUARY, Applies.EVERYBODY), by="test", now=NOW)
        customers.create_customers([NewCustomer("C-1", "Ann", "EUR")], by="test", now=NOW)
        services = (NewService("line", "data", ("ann",)), NewService("phone", "voice", ("3531",)))
        choices = (PlanChoice("fiber", "fee"),)
        customers.subscribe(
            [NewSubscription("C-1", "home", "fiber", JANUARY, choices, services)], by="test", now=NOW
        )
    return north


def take_in(realm: Realm, text: str, folder: Path) -> None:
    path = folder / f"usage-{abs(hash(text))}.csv"
    path.write_text(text)
    import_usage(path, find_format("plain"), Into(realm, NOW))


NUMBERS = tuple(f"C-{number}" for number in range(2, 40))


def share_of_ann() -> int:
    return Customer.objects.get(number="C-1").share


def share_of(number: str) -> int:
    if not Customer.objects.filter(number=number).exists():
        customers.create_customers([NewCustomer(number, "Bob", "EUR")], by="test", now=NOW)
    return Customer.objects.get(number=number).share


def subscribe(number: str, service: NewService, on: date = JANUARY) -> None:
    choices = (PlanChoice("fiber", "fee"),)
    new = NewSubscription(number, "home", "fiber", on, choices, (service,))
    customers.subscribe([new], by="test", now=NOW)


def test_usage_becomes_totals_days_and_blocks(home: Realm, tmp_path: Path) -> None:
    take_in(home, USAGE, tmp_path)
    with realm_scope(home):
        unit = actions.rate_unit(share_of_ann(), JANUARY, now=NOW)
        assert (unit.records, unit.rated_records, unit.generation) == (3, 3, 1)
        customer = Customer.objects.get().pk
        found = {each.component: each for each in queries.period_totals({customer: None})[customer]}
    data, calls = found["0:data"], found["0:calls"]
    assert (data.quantity, data.amount, data.records) == (Fraction(130 * 10**9), None, 1)
    # 90 s are 60 + 30, 30 s are 60: 150 s at 0.06 a minute and two connect fees.
    assert (calls.quantity, calls.amount, calls.records) == (150, Fraction(17, 100), 2)
    assert (calls.period_start, calls.period_end) == (date(2026, 1, 1), date(2026, 2, 1))


def test_a_session_over_midnight_is_shared_between_its_days(home: Realm, tmp_path: Path) -> None:
    take_in(home, USAGE, tmp_path)
    with realm_scope(home):
        actions.rate_unit(share_of_ann(), JANUARY, now=NOW)
        customer = Customer.objects.get().pk
        days = queries.octets_per_day({customer: (JANUARY, date(2026, 2, 1))})[customer]
    # 23:00Z is midnight in Berlin: the two hours are those of the 12th.
    assert days == {date(2026, 1, 12): (0, 130 * 10**9)}


def test_usage_of_nobody_is_kept_as_unrated_until_somebody_has_it(home: Realm, tmp_path: Path) -> None:
    take_in(home, USAGE, tmp_path)
    with realm_scope(home):
        unit = actions.rate_unit(NOBODY, JANUARY, now=NOW)
        assert (unit.records, unit.rated_records) == (1, 0)
        (count,) = queries.unrated()
        assert (count.records, count.octets) == (1, 500)


def test_the_logins_of_unrated_usage_are_named_with_the_reason(home: Realm, tmp_path: Path) -> None:
    blocked = (
        HEAD
        + "ann,2025-12-31T23:00:00Z,30,0,0,,message,out,e\nann,2026-01-13T10:00:00Z,0,0,0,,message,out,f\n"
    )
    take_in(home, USAGE + "who,2026-01-13T11:00:00Z,30,1,0,,data,out,g\n", tmp_path)
    take_in(home, blocked, tmp_path)
    with realm_scope(home):
        actions.rate_unit(share_of_ann(), JANUARY, now=NOW)
        actions.rate_unit(NOBODY, JANUARY, now=NOW)
        found = [(each.identifier, each.records, each.reason) for each in unrated_identifiers(JANUARY, 10)]
        assert found[0] == ("who", 2, REASONS[Status.NO_SERVICE])
        assert [row[:2] for row in found[1:]] == [("ann", 1)]
        assert unrated_identifiers(date(2026, 3, 1), 10) == []


def test_a_new_version_of_a_book_rates_what_the_old_one_could_not(home: Realm, tmp_path: Path) -> None:
    """`calls` of a plan that has no charge for them stay unrated until one is published for everybody."""
    bare = BOOK.replace("    calls: {per_minute: 0.06, connect: 0.01, first: 60, next: 1}\n", "")
    with realm_scope(home):
        import_draft(read_inline_book(parse_yaml(bare, "book.yaml"), Path()), by="test", now=NOW)
        publish("home", Publication(date(2026, 1, 2), Applies.EVERYBODY), by="test", now=NOW)
    take_in(home, USAGE, tmp_path)
    with realm_scope(home):
        actions.rate_unit(share_of_ann(), JANUARY, now=NOW)
        assert [each.reason for each in queries.unrated()] == [REASONS[Status.NO_CHARGE]]
        import_draft(read_inline_book(parse_yaml(BOOK, "book.yaml"), Path()), by="test", now=NOW)
        publish("home", Publication(date(2026, 1, 3), Applies.EVERYBODY), by="test", now=NOW)
        assert actions.rate_stale(JANUARY, JANUARY, now=NOW) == 1
        assert queries.unrated() == []


def test_usage_from_before_its_login_was_known_is_rated_once_it_is(home: Realm, tmp_path: Path) -> None:
    take_in(home, USAGE, tmp_path)
    with realm_scope(home):
        actions.rate_unit(share_of_ann(), JANUARY, now=NOW)
        actions.rate_unit(NOBODY, JANUARY, now=NOW)
        bob = next(number for number in NUMBERS if share_of(number) != share_of_ann())
        subscribe(bob, NewService("line", "data", ("who",)))
    with realm_scope(home):
        assert actions.rate_stale(JANUARY, JANUARY, now=NOW) == 2
        assert (queries.rated().records, queries.rated().rated_records) == (4, 4)
        assert queries.unrated() == []
        assert actions.rate_stale(JANUARY, JANUARY, now=NOW) == 0


def test_usage_between_two_owners_of_a_login_counts_once(home: Realm, tmp_path: Path) -> None:
    take_in(home, USAGE, tmp_path)
    with realm_scope(home):
        bob = next(number for number in NUMBERS if share_of(number) != share_of_ann())
        ann = ServiceIdentifier.objects.get(identifier__value="ann")
        ann.end = datetime(2026, 1, 10, tzinfo=UTC)
        ann.save()
        subscribe(bob, NewService("line", "data", ("ann",)), date(2026, 1, 20))
    with realm_scope(home):
        for share in (share_of_ann(), share_of(bob), NOBODY):
            actions.rate_unit(share, JANUARY, now=NOW)
        assert queries.rated().records == 4
        assert sum(each.records for each in queries.unrated()) == 2


def test_rating_again_replaces_the_totals_and_counts_up_the_generation(home: Realm, tmp_path: Path) -> None:
    take_in(home, USAGE, tmp_path)
    with realm_scope(home):
        actions.rate_unit(share_of_ann(), JANUARY, now=NOW)
    more = HEAD + "ann,2026-01-20T10:00:00Z,60,0,1000000000,,data,out,e\n"
    take_in(home, more, tmp_path)
    with realm_scope(home):
        unit = actions.rate_unit(share_of_ann(), JANUARY, now=NOW)
        assert (unit.records, unit.generation) == (4, 2)
        customer = Customer.objects.get().pk
        found = {each.component: each for each in queries.period_totals({customer: None})[customer]}
        assert found["0:data"].quantity == 131 * 10**9
        assert set(RatedBlock.objects.values_list("generation", flat=True)) == {2}


def test_a_change_of_terms_makes_a_unit_stale(home: Realm, tmp_path: Path) -> None:
    take_in(home, USAGE, tmp_path)
    with realm_scope(home):
        actions.rate_unit(share_of_ann(), JANUARY, now=NOW)
        assert actions.rate_stale(JANUARY, JANUARY, now=NOW) == 0
        customers.change_bill_day(Customer.objects.get().pk, 15, date(2026, 1, 15), by="test", now=NOW)
        assert actions.rate_stale(JANUARY, JANUARY, now=NOW) == 1
        customer = Customer.objects.get().pk
        ends = {each.period_end for each in queries.period_totals({customer: None})[customer]}
        assert ends == {date(2026, 1, 15)}


def test_blocks_hold_every_rated_and_unrated_record(home: Realm, tmp_path: Path) -> None:
    take_in(home, USAGE, tmp_path)
    with realm_scope(home):
        actions.rate_unit(share_of_ann(), JANUARY, now=NOW)
        services = [row.first_service for row in RatedBlock.objects.all()]
        (block,) = queries.blocks_of([*services, 10**9], (JANUARY, date(2026, 1, 31)), [share_of_ann()])
    components = block.legend["components"]
    told = [components[place][0] for place in block.columns["component"].tolist()]
    assert sorted(told) == ["0:calls", "0:calls", "0:data"]
    amounts = [
        Fraction(numerator, components[place][2])
        for numerator, place in zip(
            block.columns["numerator"].tolist(), block.columns["component"].tolist(), strict=True
        )
        if components[place][2]
    ]
    assert sum(amounts) == Fraction(17, 100)


def test_the_job_of_one_share_takes_others_along(home: Realm, tmp_path: Path) -> None:
    with realm_scope(home):
        bob = next(number for number in NUMBERS if share_of(number) != share_of_ann())
        subscribe(bob, NewService("line", "data", ("bob",)))
    more = "bob,2026-01-20T10:00:00Z,60,0,1000000000,,data,out,e\n"
    take_in(home, USAGE + more, tmp_path)
    with outside_realms():
        (claim,) = queue.claim_due(NOW, 1, timedelta(minutes=1), [RATE])
    jobs.rate_share(claim, NOW)
    with outside_realms():
        assert queue.finish(claim)
        assert queue.claim_due(NOW, 9, timedelta(minutes=1), [RATE]) == []
    with realm_scope(home):
        assert (queries.rated().records, queries.rated().rated_records) == (5, 4)


def test_a_month_without_usage_is_rated_as_nothing(home: Realm, tmp_path: Path) -> None:
    take_in(home, USAGE, tmp_path)
    with realm_scope(home):
        unit = actions.rate_unit(share_of_ann(), date(2026, 2, 1), now=NOW)
        assert (unit.records, unit.generation) == (0, 1)


def test_another_realm_has_nothing_to_rate(home: Realm, south: Realm, tmp_path: Path) -> None:
    take_in(home, USAGE, tmp_path)
    with realm_scope(south):
        for share in range(64):
            assert actions.rate_unit(share, JANUARY, now=NOW).records == 0
        assert RatedUnit.objects.count() == 64
