"""Reads of the ledger: balances, trial balance, and the proof that balances are the postings' sums."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from jetbill.stages.ledger.models import OPEN_ACCOUNTS, Posting
from jetbill.stages.realms.arrays import ids_array


@dataclass(frozen=True, slots=True)
class Movement:
    """What one posting changed in what an owner owes on local day `on`; `kind` and `source` name it."""

    kind: str
    source: int
    on: date
    amount: Decimal


def movements(owner: int, currency: str, before: date) -> list[Movement]:
    """Every change of what `owner` owes before local day `before`, in order; moves inside it are left out."""
    rows = Posting.objects.filter(owner=owner, currency=currency, on__lt=before).order_by("on", "id")
    found = [
        Movement(row.kind, row.source, row.on, _owed(zip(row.accounts, row.amounts, strict=True)))
        for row in rows
    ]
    return [each for each in found if each.amount]


def moved(kind: str, owners: Sequence[int]) -> dict[int, Movement]:
    """The posting of `kind` of each owner that has one, for kinds that an owner has once."""
    rows = Posting.objects.filter(kind=kind, source__in=owners)
    return {
        row.owner: Movement(kind, row.source, row.on, _owed(zip(row.accounts, row.amounts, strict=True)))
        for row in rows
    }


class Standing(NamedTuple):
    """What somebody owes, and what it was when it was closed last (None: never); see `models.Balance`."""

    amount: Decimal
    closed: Decimal | None


def standings(owners: Sequence[int], currency: str) -> dict[int, Standing]:
    """How each of `owners` stands in `currency`; who has no posting is left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT owner, amount, closed FROM balance WHERE owner = ANY(%s::bigint[]) AND currency = %s",
            [ids_array(owners), currency],
        )
        return {owner: Standing(amount, closed) for owner, amount, closed in cursor.fetchall()}


def balances(owners: Sequence[int], currency: str) -> dict[int, Decimal]:
    """What each of `owners` owes (negative: credit) in `currency`; who has no posting owes nothing."""
    return {owner: standing.amount for owner, standing in standings(owners, currency).items()}


def booked(kind: str, sources: Sequence[int]) -> set[int]:
    """Which of `sources` have a posting of `kind`."""
    return set(Posting.objects.filter(kind=kind, source__in=sources).values_list("source", flat=True))


def trial_balance() -> dict[tuple[str, str], Decimal]:
    """(currency, account) -> sum of all postings; each currency sums to zero."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT currency, account, sum(amount)"
            " FROM posting, unnest(accounts, amounts) AS leg (account, amount)"
            " GROUP BY currency, account ORDER BY currency, account"
        )
        return {(currency, account): amount for currency, account, amount in cursor.fetchall()}


def wrong_balances() -> list[int]:
    """Owners whose stored balance is not the sum of their postings; always empty."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(b.owner, p.owner) FROM balance b FULL JOIN ("
            " SELECT owner, currency, coalesce(sum(amount) FILTER (WHERE account = ANY(%s)), 0) AS amount"
            " FROM posting, unnest(accounts, amounts) AS leg (account, amount) GROUP BY owner, currency"
            ") p USING (owner, currency) WHERE coalesce(b.amount, 0) <> coalesce(p.amount, 0)",
            [list(OPEN_ACCOUNTS)],
        )
        return [owner for (owner,) in cursor.fetchall()]


def _owed(legs: Iterable[tuple[str, Decimal]]) -> Decimal:
    return sum((amount for account, amount in legs if account in OPEN_ACCOUNTS), Decimal(0))
