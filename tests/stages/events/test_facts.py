"""Facts become events of their realm, in the transaction of the change."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jetbill.stages.events import actions, fact
from jetbill.stages.events.catalogue import catalogue
from jetbill.stages.events.fact import Fact
from jetbill.stages.events.models import Event
from jetbill.stages.events.queries import events_about
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import NoRealm, realm_scope

NOW = datetime(2026, 2, 1, 6, 0, tzinfo=UTC)


@pytest.fixture
def lamp() -> Iterator[type[Fact]]:
    """A fact of nobody, forgotten after the test so that it does not enter the catalogue."""

    @dataclass(frozen=True, slots=True)
    class LampLit(Fact):
        """A lamp was lit."""

        KIND = "lamp.lit"
        lamp_id: int
        price: Decimal
        on: date

    yield LampLit
    del fact._known["lamp.lit"]


def _lit(lamp: type[Fact], number: int, **more: object) -> Fact:
    return lamp(number, Decimal("31.00"), date(2026, 2, 1), at=NOW, **more)  # type: ignore[call-arg]


def test_a_fact_is_stored_with_exact_values(lamp: type[Fact], north: Realm) -> None:
    with realm_scope(north):
        first = actions.record(_lit(lamp, 7, by="staff:1"))
        second = actions.record(_lit(lamp, 7, caused_by=first))
        event = Event.objects.get(pk=first)
        assert [each.pk for each in events_about("lamp:7")] == [second, first]
    assert (event.kind, event.subject, event.at, event.by) == ("lamp.lit", "lamp:7", NOW, "staff:1")
    assert event.payload == {"lamp_id": 7, "price": "31.00", "on": "2026-02-01"}


@pytest.mark.parametrize("count", [3, 200])
def test_many_facts_keep_their_order_and_cost_few_queries(lamp: type[Fact], north: Realm, count: int) -> None:
    with realm_scope(north):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            keys = actions.record_many([_lit(lamp, number) for number in range(count)])
        subjects = dict(Event.objects.values_list("id", "subject"))
    assert [subjects[key] for key in keys] == [f"lamp:{number}" for number in range(count)]
    assert len(queries) <= 4


def test_mallory_reads_no_event_of_the_north(lamp: type[Fact], north: Realm, south: Realm) -> None:
    with realm_scope(north):
        actions.record_many([_lit(lamp, number) for number in range(60)])
    with realm_scope(south):
        assert Event.objects.count() == 0
        assert events_about("lamp:7") == []
    with pytest.raises(NoRealm):
        actions.record(_lit(lamp, 1))


def test_a_change_taken_back_takes_its_fact_back(lamp: type[Fact], north: Realm) -> None:
    with pytest.raises(ZeroDivisionError), realm_scope(north):
        actions.record(_lit(lamp, 7))
        _ = 1 // 0
    with realm_scope(north):
        assert Event.objects.count() == 0


def test_an_event_of_another_realm_cannot_be_the_cause(lamp: type[Fact], north: Realm, south: Realm) -> None:
    from django.db import IntegrityError, transaction

    with realm_scope(north):
        cause = actions.record(_lit(lamp, 7))
    with realm_scope(south), pytest.raises(IntegrityError), transaction.atomic():
        actions.record(_lit(lamp, 8, caused_by=cause))


def test_a_kind_is_in_the_past_tense_with_a_dot() -> None:
    with pytest.raises(TypeError, match="is not like"):
        type("Wrong", (Fact,), {"KIND": "lamp"})


def test_the_catalogue_shows_schema_and_sample(lamp: type[Fact]) -> None:
    text = catalogue([lamp])
    assert "## lamp.lit" in text and "A lamp was lit." in text
    assert "| `price` | decimal number as text |" in text
    assert '"on": "2026-02-01"' in text
