"""What the kernel must know of the past, read for many customers at once: period totals and issued sums.

Only periods that end after each customer's own open day are read, so that the cost does not grow with years.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from django.db import connection

from jetbill.kernel.proposal import History
from jetbill.kernel.proposal.lines import InvoicedSum, Key
from jetbill.stages.billing import items
from jetbill.stages.rating import queries as rating
from jetbill.stages.realms.arrays import array_of, ids_array


class Since(NamedTuple):
    """From where on a customer's past is looked at: the ends of periods of totals and of issued lines lie
    behind these days (None: all do)."""

    totals: date | None
    lines: date | None


def histories(since: Mapping[int, Since]) -> dict[int, History]:
    """The open past of each customer in `since`; who has none is left out."""
    if not since:
        return {}
    totals = rating.period_totals({customer: each.totals for customer, each in since.items()})
    invoiced = _invoiced({customer: each.lines for customer, each in since.items()})
    return {
        customer: History(totals.get(customer, ()), invoiced.get(customer, ()))
        for customer in totals.keys() | invoiced.keys()
    }


def given_before(credits: Mapping[int, Sequence[str]]) -> dict[int, list[InvoicedSum]]:
    """What customers were given of fixed discounts, which are named by their components; who was given
    nothing is left out."""
    pairs = [(customer, component) for customer, found in credits.items() for component in found]
    return _sums(
        _GIVEN, ids_array([customer for customer, _ in pairs]), [component for _, component in pairs]
    )


def _invoiced(since: Mapping[int, date | None]) -> dict[int, list[InvoicedSum]]:
    """Per key the sum of everything issued or drafted so far, the item of the first line, their number."""
    return _sums(_INVOICED, ids_array(since), array_of([day or date.min for day in since.values()]))


def _sums(statement: str, customers: str, of_each: str | list[str]) -> dict[int, list[InvoicedSum]]:
    found: dict[int, list[InvoicedSum]] = {}
    with connection.cursor() as cursor:
        cursor.execute(statement, [customers, of_each])
        for customer, *key, amount, item, count, used in cursor.fetchall():
            measured = None if used is None else Fraction(int(used))
            sums = InvoicedSum(Key(*key), items.read(item), amount, count, measured)
            found.setdefault(customer, []).append(sums)
    return found


_SUMS = """
SELECT l.customer_id, l.subscription_id, l.component, l.period_start, l.period_end, l.rate_class,
       sum(l.amount), (array_agg(l.item ORDER BY l.revision))[1], count(*)::int,
       (array_agg(l.used ORDER BY l.revision DESC))[1]
"""
_INVOICED = f"""
{_SUMS} FROM unnest(%s::bigint[], %s::date[]) AS t (customer_id, since)
JOIN line l ON l.customer_id = t.customer_id AND l.period_end > t.since AND l.realm_id = (SELECT realm())
GROUP BY 1, 2, 3, 4, 5, 6
"""
_GIVEN = f"""
{_SUMS} FROM unnest(%s::bigint[], %s::text[]) AS t (customer_id, component)
JOIN line l ON l.customer_id = t.customer_id AND l.component = t.component AND l.realm_id = (SELECT realm())
GROUP BY 1, 2, 3, 4, 5, 6
"""
