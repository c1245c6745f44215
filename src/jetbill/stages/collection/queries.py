"""Reads of collection: what is open per invoice, what is overdue, what credit waits for a debt."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection

from jetbill.stages.collection.models import Allocation, Payment
from jetbill.stages.customers.actions.money import OPENED
from jetbill.stages.customers.models import Customer
from jetbill.stages.ledger import queries as ledger


@dataclass(frozen=True, slots=True)
class OpenItem:
    """A debt that is not settled: an invoice, or (document None) the balance the customer moved in with."""

    customer: int
    document: int | None
    number: str
    on: date
    due_on: date
    currency: str
    total: Decimal
    open: Decimal

    def days_late(self, on: date) -> int:
        """How many days after its due day `on` is; 0 while it is not due."""
        return max(0, (on - self.due_on).days)


@dataclass(frozen=True, slots=True)
class Credit:
    """Money that settles nothing yet: of a payment, or of a credit note; `corrects` is the invoice whose turn
    is first with it."""

    customer: int
    payment: int | None
    credit_note: int | None
    on: date
    left: Decimal
    corrects: int | None = None


def open_items(customers: Sequence[int], on: date) -> dict[int, list[OpenItem]]:
    """What each customer had not settled at the end of local day `on`, the oldest due first."""
    found: dict[int, list[OpenItem]] = defaultdict(list)
    for item in _opened_before(customers, on):
        found[item.customer].append(item)
    with connection.cursor() as cursor:
        cursor.execute(_OPEN_INVOICES, {"customers": list(customers), "on": on})
        for row in cursor.fetchall():
            item = OpenItem(*row)
            found[item.customer].append(item)
    return found


def overdue(on: date) -> list[OpenItem]:
    """Every open item of the realm whose due day lies before `on`, the oldest due first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT customer_id FROM document WHERE kind = 'invoice' AND number IS NOT NULL"
            " AND due_on < %s",
            [on],
        )
        customers = [key for (key,) in cursor.fetchall()]
    items = [item for each in open_items(customers, on).values() for item in each if item.days_late(on)]
    return sorted(items, key=lambda item: (item.due_on, item.customer, item.document or 0))


def credits(customers: Sequence[int]) -> dict[int, list[Credit]]:
    """The money of each customer that settles nothing yet, oldest first."""
    found: dict[int, list[Credit]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_CREDITS, {"customers": list(customers)})
        for row in cursor.fetchall():
            credit = Credit(*row)
            found[credit.customer].append(credit)
    return found


def customers_to_settle() -> list[int]:
    """Customers who have money left and an invoice that is open, in id order."""
    with connection.cursor() as cursor:
        cursor.execute(_TO_SETTLE)
        return [key for (key,) in cursor.fetchall()]


def payment_of(source: str, source_id: str) -> Payment | None:
    """The payment that was taken in under this source and id."""
    return Payment.objects.filter(source=source, source_id=source_id).first()


def payments(customer: str = "", limit: int = 100) -> list[Payment]:
    """The newest payments first, of everybody or of one customer number."""
    rows = Payment.objects.select_related("customer", "receipt").order_by("-id")
    return list((rows.filter(customer__number=customer) if customer else rows)[:limit])


def customer_numbers(customers: Sequence[int]) -> dict[int, str]:
    """The numbers of customers by id."""
    return dict(Customer.objects.filter(pk__in=customers).values_list("id", "number"))


def day_after(on: date) -> date:
    """The end of a half-open period whose last day is `on`."""
    return on + timedelta(days=1)


def _opened_before(customers: Sequence[int], on: date) -> list[OpenItem]:
    """Balances that customers moved in with, as far as they are not settled."""
    opened = ledger.moved(OPENED, customers)
    settled: dict[int, Decimal] = defaultdict(Decimal)
    rows = Allocation.objects.filter(customer__in=list(opened), document=None, on__lte=on)
    for row in rows:
        if row.undone_on is None or row.undone_on > on:
            settled[row.customer_id] += row.amount
    currencies = dict(Customer.objects.filter(pk__in=list(opened)).values_list("id", "currency"))
    return [
        OpenItem(
            owner,
            None,
            "",
            each.on,
            each.on,
            currencies[owner],
            each.amount,
            each.amount - settled[owner],
        )
        for owner, each in sorted(opened.items())
        if each.amount > settled[owner] and each.on <= on
    ]


_OPEN = """
SELECT d.customer_id, d.id, d.number, d.on_day, coalesce(d.due_on, d.on_day) AS due, d.currency, d.total,
       d.total - coalesce((SELECT sum(a.amount) FROM allocation a
                           WHERE a.document_id = d.id AND a.on_day <= %(on)s
                             AND (a.undone_on IS NULL OR a.undone_on > %(on)s)), 0)
               AS still_open
FROM document d
WHERE d.kind = 'invoice' AND d.number IS NOT NULL AND d.on_day <= %(on)s
  AND d.customer_id = ANY(%(customers)s)
"""
_OPEN_INVOICES = f"SELECT * FROM ({_OPEN}) o WHERE still_open > 0 ORDER BY customer_id, due, on_day, id"

_UNUSED_NOTES = """
SELECT c.customer_id, NULL::bigint AS payment, c.id AS note, c.on_day,
       c.total - coalesce((SELECT sum(a.amount) FROM allocation a
                           WHERE a.credit_id = c.id AND a.undone_on IS NULL), 0) AS credit_left, c.corrects_id
FROM document c
WHERE c.kind = 'credit_note' AND c.number IS NOT NULL
"""
_CREDITS = f"""
SELECT * FROM (
  SELECT customer_id, id AS payment, NULL::bigint AS note, on_day, "left" AS credit_left,
         NULL::bigint AS corrects_id FROM payment
  WHERE "left" > 0 AND customer_id = ANY(%(customers)s)
  UNION ALL {_UNUSED_NOTES} AND c.customer_id = ANY(%(customers)s)
) u WHERE credit_left > 0 ORDER BY customer_id, on_day, payment, note
"""
_TO_SETTLE = f"""
WITH funded AS (
  SELECT customer_id FROM payment WHERE "left" > 0
  UNION SELECT customer_id FROM ({_UNUSED_NOTES}) n WHERE credit_left > 0)
SELECT DISTINCT customer_id FROM funded WHERE EXISTS (
  SELECT 1 FROM document d WHERE d.customer_id = funded.customer_id AND d.kind = 'invoice'
    AND d.number IS NOT NULL AND d.total > coalesce((
      SELECT sum(a.amount) FROM allocation a WHERE a.document_id = d.id AND a.undone_on IS NULL), 0))
ORDER BY customer_id
"""
