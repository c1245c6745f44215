"""Reads of rating: totals for billing, days for charts, rows for itemised lists, and what is unrated."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from django.db import connection

from jetbill.kernel.period_total import PeriodTotal
from jetbill.kernel.rating.layout import REASONS, Status
from jetbill.stages.realms.arrays import array_of, ids_array
from jetbill.stages.realms.blocks import Block, unpacked

ONE_DAY = timedelta(days=1)
"""A local day may begin in the month before, seen from UTC."""


def period_totals(since: Mapping[int, date | None]) -> dict[int, list[PeriodTotal]]:
    """Per customer the totals of his usage periods that end after his day in `since` (None: all of them)."""
    found: dict[int, list[PeriodTotal]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS, [ids_array(since), array_of([day or date.min for day in since.values()])])
        for row in cursor.fetchall():
            customer, subscription, component, start, end, rate_class, quantity, plan, version, *rest = row
            numerator, denominator, records, service, generation = rest
            amount = None if numerator is None else Fraction(int(numerator), int(denominator))
            found.setdefault(customer, []).append(
                PeriodTotal(
                    subscription,
                    component,
                    start,
                    end,
                    rate_class,
                    Fraction(int(quantity)),
                    plan,
                    version,
                    amount,
                    records,
                    service,
                    generation,
                )
            )
    return found


def octets_per_day(spans: Mapping[int, tuple[date, date]]) -> dict[int, dict[date, tuple[int, int]]]:
    """Per customer and local day of his half-open span the octets in and out of his data services."""
    found: dict[int, dict[date, tuple[int, int]]] = {}
    if not spans:
        return found
    starts, ends = zip(*spans.values(), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.customer_id, d.first_day + (e.place - 1)::int, sum(e.inward), sum(e.outward)"
            " FROM unnest(%s::bigint[], %s::date[], %s::date[]) AS t (customer_id, first, last)"
            " JOIN day_total d ON d.realm_id = (SELECT realm()) AND d.customer_id = t.customer_id"
            " AND d.last_day >= t.first AND d.first_day < t.last"
            " CROSS JOIN unnest(d.octets_in, d.octets_out) WITH ORDINALITY AS e (inward, outward, place)"
            " WHERE d.service_class = 'data' AND d.first_day + (e.place - 1)::int >= t.first"
            " AND d.first_day + (e.place - 1)::int < t.last"
            " GROUP BY 1, 2 HAVING sum(e.inward) + sum(e.outward) > 0",
            [list(spans), list(starts), list(ends)],
        )
        for customer, day, octets_in, octets_out in cursor.fetchall():
            found.setdefault(customer, {})[day] = (int(octets_in), int(octets_out))
    return found


def blocks_of(services: Sequence[int], span: tuple[date, date], shares: Sequence[int]) -> Iterator[Block]:
    """The newest blocks of `shares` that may hold rows of `services` from the local days of `span`."""
    first, last = span[0] - ONE_DAY, span[1] + ONE_DAY
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT b.body FROM rated_unit u JOIN rated_block b ON b.realm_id = u.realm_id"
            " AND b.unit_id = u.id AND b.generation = u.generation"
            " WHERE u.share = ANY(%s) AND u.month BETWEEN %s AND %s"
            " AND EXISTS (SELECT 1 FROM unnest(%s::bigint[]) AS s"
            " WHERE s BETWEEN b.first_service AND b.last_service) ORDER BY u.month, u.share, b.ordinal",
            [list(shares), first.replace(day=1), last, list(services)],
        )
        for (body,) in cursor.fetchall():
            yield unpacked(bytes(body))


@dataclass(frozen=True, slots=True)
class UnratedCount:
    """How much of a month is unrated for one reason."""

    month: date
    reason: str
    records: int
    octets: int
    seconds: int


def unrated() -> list[UnratedCount]:
    """What could not be rated yet, by month and reason."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT u.month, n.status, sum(n.records)::bigint, sum(n.octets)::bigint, sum(n.seconds)::bigint"
            " FROM unrated n JOIN rated_unit u ON u.id = n.unit_id GROUP BY 1, 2 ORDER BY 1, 2"
        )
        return [UnratedCount(row[0], REASONS[Status(row[1])], *row[2:]) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Rated:
    """Everything that rating has looked at: records = rated + unrated, likewise octets and seconds."""

    records: int
    octets: int
    seconds: int
    rated_records: int
    rated_octets: int
    rated_seconds: int


def rated() -> Rated:
    """The sums over all units of the realm."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(records), 0)::bigint, coalesce(sum(octets), 0)::bigint,"
            " coalesce(sum(seconds), 0)::bigint, coalesce(sum(rated_records), 0)::bigint,"
            " coalesce(sum(rated_octets), 0)::bigint, coalesce(sum(rated_seconds), 0)::bigint FROM rated_unit"
        )
        return Rated(*cursor.fetchone())


_TOTALS = """
SELECT p.customer_id, p.subscription_id, p.component, p.period_start, p.period_end, p.rate_class,
       sum(p.quantity), p.plan, p.version, sum(p.numerator), p.denominator, sum(p.records)::bigint,
       p.service_id, max(p.generation)
FROM unnest(%s::bigint[], %s::date[]) AS t (customer_id, since)
JOIN period_total p ON p.realm_id = (SELECT realm()) AND p.customer_id = t.customer_id
 AND p.period_end > t.since
GROUP BY p.customer_id, p.subscription_id, p.component, p.period_start, p.period_end, p.rate_class,
         p.plan, p.version, p.denominator, p.service_id
ORDER BY p.customer_id, p.subscription_id, p.component, p.period_start, p.rate_class, p.service_id
"""
