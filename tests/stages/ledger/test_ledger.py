"""The database itself keeps the ledger: nothing unbalanced, doubled or changed stands, whoever writes it."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, transaction

from jetbill.kernel.posting import RECEIVABLE, entry
from jetbill.stages.ledger import queries
from jetbill.stages.ledger.actions import Booking, book
from jetbill.stages.ledger.models import Posting
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import realm_scope

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 2, 1, 5, tzinfo=UTC)


def booking(source: int, amount: str = "119.00") -> Booking:
    made = entry({RECEIVABLE: Decimal(amount), "revenue:fiber": -Decimal(amount)})
    return Booking("invoice.issued", source, 7, date(2026, 2, 1), "EUR", made)


def row(accounts: list[str], amounts: list[str]) -> Posting:
    legs = [Decimal(amount) for amount in amounts]
    return Posting(
        kind="k",
        source=1,
        owner=7,
        on=date(2026, 2, 1),
        currency="EUR",
        accounts=accounts,
        amounts=legs,
        recorded_at=NOW,
    )


def test_what_is_booked_moves_the_balance_and_the_books_stay_even(north: Realm) -> None:
    with realm_scope(north):
        book([booking(1), booking(2, "-19.00")], now=NOW)
        assert queries.balances([7], "EUR") == {7: Decimal("100.00")}
        assert sum(queries.trial_balance().values()) == 0 and queries.wrong_balances() == []


@pytest.mark.parametrize(
    "accounts, amounts",
    [
        (["receivable", "revenue"], ["1.00", "-1.01"]),
        (["receivable"], ["0.01"]),
        (["receivable", "revenue"], ["1.00", "-1.00", "0.00"]),
    ],
)
def test_a_posting_that_does_not_balance_is_refused(
    north: Realm, accounts: list[str], amounts: list[str]
) -> None:
    with realm_scope(north):
        good = row(["receivable", "revenue"], ["1.00", "-1.00"])
        with pytest.raises(IntegrityError), transaction.atomic():
            good.source = 2
            Posting.objects.bulk_create([good, row(accounts, amounts)])
        assert not Posting.objects.exists()


def test_nothing_is_booked_twice_and_of_a_batch_all_or_nothing(north: Realm) -> None:
    with realm_scope(north):
        book([booking(1)], now=NOW)
        with pytest.raises(IntegrityError), transaction.atomic():
            book([booking(2), booking(1)], now=NOW)
        assert Posting.objects.count() == 1 and queries.balances([7], "EUR") == {7: Decimal("119.00")}


def test_a_posting_is_never_changed_or_taken_away(north: Realm) -> None:
    with realm_scope(north):
        book([booking(1)], now=NOW)
        for wrong in (lambda: Posting.objects.update(owner=8), lambda: Posting.objects.all().delete()):
            with pytest.raises((ProgrammingError, DatabaseError)), transaction.atomic():
                wrong()
        assert Posting.objects.get().owner == 7
