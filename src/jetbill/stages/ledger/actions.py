"""Books postings, thousands in one statement: the rows, and the balances they move."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

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
    book_selected(_GIVEN, [*map(list, zip(*rows, strict=True))], now=now)


def book_selected(query: str, values: Sequence[Any], *, now: datetime, closes: bool = False) -> int:
    """`book` what a query gives, or a change returns: kind, source, owner, on_day, currency, accounts,
    amounts. Gives the number of its rows.

    For thousands of rows that are in the database already. With `closes` the balances that they move are
    closed, also by a row without accounts, which books nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BOOK.replace("QUERY", query), [*values, now, list(OPEN_ACCOUNTS), closes, closes])
        (count,) = cursor.fetchone()
    return int(count)


def _array(values: object) -> str:
    """A PostgreSQL array literal: unnest cannot take arrays of arrays of different lengths."""
    quoted = ('"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values)  # type: ignore[attr-defined]
    return "{" + ",".join(quoted) + "}"


_GIVEN = """
SELECT kind, source, owner, on_day, currency, accounts::text[], amounts::numeric[]
FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::date[], %s::text[], %s::text[], %s::text[])
     AS t (kind, source, owner, on_day, currency, accounts, amounts)
"""

# Balances move in the order of owners, so that two writers never wait for each other in a ring.
_BOOK = """
WITH given (kind, source, owner, on_day, currency, accounts, amounts) AS MATERIALIZED (QUERY), booked AS (
  INSERT INTO posting (realm_id, kind, source, owner, on_day, currency, accounts, amounts, recorded_at)
  SELECT (SELECT realm()), g.*, %s::timestamptz FROM given g WHERE cardinality(accounts) > 0), leg AS (
  SELECT owner, currency, unnest(accounts) AS account, unnest(amounts) AS amount FROM given
  UNION ALL SELECT owner, currency, NULL, NULL FROM given WHERE cardinality(accounts) = 0), moved AS (
  SELECT owner, currency, coalesce(sum(amount) FILTER (WHERE account = ANY(%s::text[])), 0) AS amount
  FROM leg GROUP BY owner, currency), kept AS (
  INSERT INTO balance (realm_id, owner, currency, amount, closed)
  SELECT (SELECT realm()), owner, currency, amount, CASE WHEN %s THEN amount END
  FROM moved ORDER BY owner, currency
  ON CONFLICT (realm_id, owner, currency) DO UPDATE SET amount = balance.amount + excluded.amount,
    closed = CASE WHEN %s THEN balance.amount + excluded.amount ELSE balance.closed END)
SELECT count(*) FROM given
"""
