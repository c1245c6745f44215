"""Who agreed to the same: a customer's terms as one text, without his name and ids.

Thousands of customers have the same text, and what follows from it need not be read and worked out for each.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from django.db import connection

from jetbill.stages.realms.arrays import ids_array


class Signature(NamedTuple):
    """Customers with equal `terms` agreed to the same, on days from `first` to `last`. `subscriptions` are
    their ids, in order."""

    customer: int
    terms: str
    first: date
    last: date
    subscriptions: list[int]


def signatures(customers: Sequence[int]) -> list[Signature]:
    """The signatures of those of `customers` whose subscriptions had one happening each, who have no single
    lines and no discounts and kept their bill day; the others are better looked at one by one."""
    if not customers:
        return []
    ids = ids_array(customers)
    with connection.cursor() as cursor:
        cursor.execute(_WITH_MORE, [ids, ids, ids])
        others = {customer for (customer,) in cursor.fetchall()}
        cursor.execute(_SIGNATURES, [ids])
        rows = cursor.fetchall()
    return [
        Signature._make(row)
        for row in rows
        if row[0] not in others and (len(row[4]) == 1 or len(row[4]) == len(set(row[4])))
    ]


_WITH_MORE = """
SELECT customer_id FROM one_off WHERE customer_id = ANY(%s::bigint[])
UNION ALL SELECT customer_id FROM discount WHERE customer_id = ANY(%s::bigint[])
UNION ALL SELECT customer_id FROM bill_day_change WHERE customer_id = ANY(%s::bigint[])
"""
# A row as text quotes its values, so that no two different ones are equal.
_SIGNATURES = """
SELECT t.customer_id,
       ROW(c.zone, c.currency, c.bill_day, c.country, c.tax_exempt, c.billed_through)::text || t.terms,
       t.first, t.last, t.subscriptions
FROM (SELECT s.customer_id, min(h.on_day) AS first, max(h.on_day) AS last,
             string_agg(ROW(s.book, s.bundle, s.billed_through, h.kind, h.slot, h.choices)::text, ''
                        ORDER BY s.id) AS terms,
             array_agg(s.id ORDER BY s.id) AS subscriptions
      FROM subscription s JOIN happening h ON h.realm_id = s.realm_id AND h.subscription_id = s.id
      WHERE s.customer_id = ANY(%s::bigint[]) GROUP BY s.customer_id) AS t
JOIN customer c ON c.id = t.customer_id
"""
