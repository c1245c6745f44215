"""Price books in tables, in two realms, as the application's role: what is loaded is what was taken in."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings

from jetbill.doors.files.book import read_checked_book
from jetbill.kernel.book import Applies, DeckRate, PriceBook, RateDeck
from jetbill.kernel.trouble import Refused
from jetbill.stages.catalog import actions, models, queries, rows
from jetbill.stages.catalog.actions import Publication
from jetbill.stages.events.models import Event
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import realm_scope
from tests.kernel.book_strategies import books

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
FOLDER = Path(__file__).parents[3] / "books"
FROM_JANUARY = Publication(date(2026, 1, 1), Applies.EVERYBODY)


@pytest.fixture(autouse=True)
def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    queries._kept.clear()


def example(name: str = "north") -> PriceBook:
    return read_checked_book(FOLDER / f"{name}.yaml").book


def draft(book: PriceBook) -> models.BookVersion:
    return actions.import_draft(book, by="staff:1", now=NOW)


def dearer(book: PriceBook) -> PriceBook:
    plan = book.plans["voice"]
    fee = replace(plan.fees[0], price=Decimal("6.90"))
    return replace(book, plans={**book.plans, "voice": replace(plan, fees=(fee,))})


@pytest.mark.parametrize("name", ["north", "hamlet", "carrier", "valley"])
def test_an_example_comes_back_digit_for_digit(north: Realm, name: str) -> None:
    with realm_scope(north):
        version = draft(example(name))
        loaded = queries.load(version.pk)
        assert replace(loaded, version=0) == example(name)
        assert rows.book_digest(loaded, rows.deck_digests(loaded)) == version.digest


@given(book=books())
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_sound_book_comes_back(north: Realm, book: PriceBook) -> None:
    with realm_scope(north):
        version = draft(book)
        loaded = queries.load(version.pk)
        assert rows.book_digest(loaded, rows.deck_digests(loaded)) == version.digest
        transaction.set_rollback(True)


def test_the_same_book_again_makes_no_version(north: Realm) -> None:
    with realm_scope(north):
        first = draft(example())
        assert draft(example()).pk == first.pk
        actions.publish("north", FROM_JANUARY, by="staff:1", now=NOW)
        assert draft(example()).pk == first.pk
        assert [row.state for row in queries.listed()] == ["published"]


def test_a_new_draft_replaces_the_old_one(north: Realm) -> None:
    with realm_scope(north):
        draft(example())
        second = draft(dearer(example()))
        assert [(row.number, row.state, row.digest) for row in queries.listed("north")] == [
            (1, "draft", second.digest)
        ]


def test_versions_are_numbered_and_the_later_one_wins(north: Realm) -> None:
    with realm_scope(north):
        draft(example())
        actions.publish("north", FROM_JANUARY, by="staff:1", now=NOW)
        draft(dearer(example()))
        actions.publish("north", Publication(date(2026, 3, 1), Applies.NEXT_PERIOD), by="staff:1", now=NOW)
        old, new = queries.versions("north")
        assert (old.version, new.version, new.applies) == (1, 2, Applies.NEXT_PERIOD)
        assert queries.book_for("north", date(2025, 12, 31)) is None
        assert queries.book_for("north", date(2026, 2, 28)) == old
        assert queries.book_for("north", date(2026, 3, 1)) == new
        assert new.plans["voice"].fees[0].price == Decimal("6.90")


def test_what_happened_is_recorded(north: Realm) -> None:
    with realm_scope(north):
        draft(example())
        actions.publish("north", FROM_JANUARY, by="staff:1", now=NOW)
        actions.deactivate("north", by="staff:1", now=NOW)
        actions.deactivate("north", by="staff:1", now=NOW)
        kinds = list(Event.objects.order_by("id").values_list("kind", flat=True))
        assert kinds == ["book.drafted", "book.published", "book.deactivated"]
        assert [row.is_active for row in queries.listed()] == [False]


def test_what_is_refused(north: Realm) -> None:
    with realm_scope(north):
        with pytest.raises(Refused, match=r"book\.no_draft"):
            actions.publish("north", FROM_JANUARY, by="staff:1", now=NOW)
        with pytest.raises(Refused, match=r"book\.unknown"):
            actions.deactivate("north", by="staff:1", now=NOW)
        with pytest.raises(Refused, match=r"book\.unsound"):
            draft(replace(example(), bundles={}, currency="EURO"))
        assert queries.listed() == []
        draft(example())
        actions.publish("north", FROM_JANUARY, by="staff:1", now=NOW)
        with pytest.raises(Refused, match=r"book\.currency_changed"):
            draft(replace(example(), currency="CHF"))
        with pytest.raises(Refused, match=r"book\.unknown_version"):
            queries.load(999_999)


@pytest.mark.parametrize(
    "table", ["book_version", "bundle", "plan", "fee", "usage_charge", "tax_rate", "book_deck"]
)
@pytest.mark.parametrize("change", ["UPDATE {} SET name = 'x'", "DELETE FROM {}"])
def test_the_database_keeps_a_published_version(north: Realm, table: str, change: str) -> None:
    with realm_scope(north):
        draft(example())
        actions.publish("north", FROM_JANUARY, by="staff:1", now=NOW)
        with pytest.raises(IntegrityError, match="published"), transaction.atomic():
            _execute(change.format(table))
        assert queries.load(queries.listed()[0].id).plans["fiber_100"].name == "Fiber 100"


def test_a_published_version_takes_no_more_rows(north: Realm) -> None:
    with realm_scope(north):
        version = draft(example())
        actions.publish("north", FROM_JANUARY, by="staff:1", now=NOW)
        with pytest.raises(IntegrityError, match="published"), transaction.atomic():
            models.Plan.objects.create(version=version, ordinal=99, code="x", name="X", is_active=True)


def test_a_sealed_deck_stays(north: Realm) -> None:
    with realm_scope(north):
        draft(example())
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            _execute("UPDATE deck_rate SET per_minute = 0")
        with pytest.raises(IntegrityError, match="sealed"), transaction.atomic():
            _execute("UPDATE rate_deck SET digest = 'x'")
        rest = "destination, per_minute, connect_fee, minimum_s, first_s, next_s, effective, "
        rest += "from_prefix, is_blocked"
        more = f"INSERT INTO deck_rate (realm_id, deck_id, ordinal, prefix, {rest}) "
        more += f"SELECT realm_id, deck_id, 99999, '999', {rest} FROM deck_rate LIMIT 1"
        with pytest.raises(IntegrityError, match="sealed"), transaction.atomic():
            _execute(more)


def test_a_deck_is_kept_once_for_all_versions(north: Realm) -> None:
    with realm_scope(north):
        draft(example())
        actions.publish("north", FROM_JANUARY, by="staff:1", now=NOW)
        draft(dearer(example()))
        assert models.BookDeck.objects.count() == 2
        assert models.RateDeck.objects.count() == 1


def test_loading_takes_few_queries_and_only_once(north: Realm) -> None:
    with realm_scope(north):
        version = draft(example())
        with CaptureQueriesContext(connection) as first:
            queries.load(version.pk)
        with CaptureQueriesContext(connection) as again:
            queries.load(version.pk)
        assert len(first) <= 12 and len(again) == 1


def test_mallory_sees_no_book(north: Realm, south: Realm) -> None:
    with realm_scope(north):
        version = draft(example())
        queries.load(version.pk)
    with realm_scope(south):
        assert queries.listed() == [] and queries.versions("north") == ()
        with pytest.raises(Refused, match=r"book\.unknown_version"):
            queries.load(version.pk)
        assert draft(example()).number == 1


@pytest.mark.parametrize("count", [20_000, pytest.param(200_000, marks=pytest.mark.slow)])
def test_a_large_deck_goes_in_and_out(north: Realm, count: int) -> None:
    rates = tuple(DeckRate(str(100_000 + n), f"D{n % 300}", Decimal("0.01")) for n in range(count))
    book = replace(example("carrier"), decks={"a-z": RateDeck("a-z", "A-Z", rates)})
    with realm_scope(north):
        assert queries.load(draft(book).pk).decks["a-z"].rates == rates


def _execute(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
