"""Books postings, thousands in two statements: the rows, and the balances they move."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection

from jetbill.kernel.posting import Entry
from jetbill.stages.ledger.models import OPEN_ACCOUNTS


@dataclass(frozen=True, slots=True)
class Booking:
    """An entry of the kernel with what made it; see `models.Posting`."""

    kind: str
    source: int
    owner: int
    on: date
    currency: str
    entry: Entry


def book(bookings: Sequence[Booking], *, now: datetime) -> None:
    """Book all or none; raises IntegrityError if one was booked before or does not balance."""
    if not bookings:
        return
    rows = [
        (
            one.kind,
            one.source,
            one.owner,
            one.on,
            one.currency,
            _array(leg.account for leg in one.entry),
            _array(leg.amount for leg in one.entry),
        )
        for one in bookings
    ]
    with connection.cursor() as cursor:
        cursor.execute(_BOOK, [*map(list, zip(*rows, strict=True)), now])
        cursor.execute(_MOVE, [*_moves(bookings)])


def _moves(bookings: Sequence[Booking]) -> tuple[list[int], list[str], list[Decimal]]:
    """Owners, currencies and sums, in owner order so that two writers never wait for each other in a ring."""
    sums: dict[tuple[int, str], Decimal] = {}
    for one in bookings:
        key = (one.owner, one.currency)
        moved = sum((leg.amount for leg in one.entry if leg.account in OPEN_ACCOUNTS), Decimal(0))
        sums[key] = sums.get(key, Decimal(0)) + moved
    keys = sorted(sums)
    return [owner for owner, _ in keys], [currency for _, currency in keys], [sums[key] for key in keys]


def _array(values: object) -> str:
    """A PostgreSQL array literal: unnest cannot take arrays of arrays of different lengths."""
    quoted = ('"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values)  # type: ignore[attr-defined]
    return "{" + ",".join(quoted) + "}"


_BOOK = """
INSERT INTO posting (realm_id, kind, source, owner, on_day, currency, accounts, amounts, recorded_at)
SELECT (SELECT realm()), kind, source, owner, on_day, currency, accounts::text[], amounts::numeric[], now_at
FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::date[], %s::text[], %s::text[], %s::text[])
     AS t (kind, source, owner, on_day, currency, accounts, amounts),
     (SELECT %s::timestamptz) AS n (now_at)
"""

_MOVE = """
INSERT INTO balance (realm_id, owner, currency, amount)
SELECT (SELECT realm()), owner, currency, amount
FROM unnest(%s::bigint[], %s::text[], %s::numeric[]) AS t (owner, currency, amount)
ON CONFLICT (realm_id, owner, currency) DO UPDATE SET amount = balance.amount + excluded.amount
"""
