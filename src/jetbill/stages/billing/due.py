"""Who is due: customers whose latest bill day lies after the last run that dealt with them.

A day that was missed is caught up by the next run, because the question is never "is it today?". Example:
bill day 31, billed to 2026-01-31, run on 2026-03-02: the latest bill day is 2026-02-28, so he is due.
"""

from datetime import date, timedelta

from django.db import connection

from jetbill.kernel.book import Every, Span
from jetbill.kernel.periods import bill_day


def due_customers(on: date, *, is_again: bool = False) -> list[int]:
    """The ids of the customers to bill as of local day `on`, in id order. One statement.

    Whom a run of that very day could not bill (parked, carried forward) is due again only with `is_again`.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [_latest_bill_days(on), on, on, is_again, on])
        return [customer for (customer,) in cursor.fetchall()]


def _latest_bill_days(on: date) -> list[date]:
    """For each bill day 1 to 31 the latest boundary on or before `on`."""
    start = on.replace(day=1) - timedelta(days=40)
    monthly = Every(1, Span.MONTH)
    return [bill_day(start, day, monthly).at_or_before(on) for day in range(1, 32)]


# Bill day 0 means that each subscription keeps the day it began on; a bill-day change holds from its day on.
# A customer who was never billed counts as billed to the day before his first subscription began.
_DUE = """
WITH latest AS (SELECT %s::date[] AS days),
     live AS (
       SELECT s.customer_id, min(s.started_on) AS first_day,
              max(latest.days[extract(day FROM s.started_on)::int]) AS anniversary
       FROM subscription s, latest
       WHERE s.started_on <= %s
       GROUP BY s.customer_id),
     days AS (
       SELECT c.id, live.first_day, live.anniversary,
              coalesce((SELECT b.bill_day FROM bill_day_change b
                        WHERE b.customer_id = c.id AND b.on_day <= %s
                        ORDER BY b.on_day DESC, b.id DESC LIMIT 1), c.bill_day) AS bill_day
       FROM customer c JOIN live ON live.customer_id = c.id)
SELECT days.id
FROM days CROSS JOIN latest
LEFT JOIN account a ON a.customer_id = days.id AND a.realm_id = realm()
WHERE (a.considered_on IS NULL OR %s OR a.considered_on < %s)
  AND coalesce(a.billed_to, days.first_day - 1)
      < CASE WHEN days.bill_day = 0 THEN days.anniversary ELSE latest.days[days.bill_day] END
ORDER BY days.id
"""
