"""Which issued invoice a credit note corrects: that of the lines that it gives back (BT-25, BT-26)."""

from collections.abc import Sequence

from django.db import connection

from jetbill.documents import view
from jetbill.kernel.proposal import Outcome
from jetbill.stages.billing.proposing import Charged
from jetbill.stages.billing.views import Corrected
from jetbill.stages.realms.arrays import array_of, ids_array

SHOWN = 10
"""So many further invoices are named."""


def corrected(bills: Sequence[Charged]) -> dict[int, Corrected]:
    """Per customer of a negative bill the newest invoice of whose lines it gives something back; others are
    named in its note. Who is given back nothing that was invoiced (goodwill) is left out."""
    keys = [
        (each.customer, *line.repairs)
        for each in bills
        if each.bill.outcome in (Outcome.CREDIT_NOTE, Outcome.ACCOUNT_CREDIT)
        for line in each.bill.lines
        if line.repairs is not None
    ]
    if not keys:
        return {}
    customers, subscriptions, components, starts, ends, classes = zip(*keys, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            _INVOICES,
            [
                *(ids_array(customers), ids_array(subscriptions), list(components)),
                *(array_of(starts), array_of(ends), list(classes)),
            ],
        )
        found: dict[int, list[Corrected]] = {}
        for customer, *invoice in cursor.fetchall():
            found.setdefault(customer, []).append(Corrected(*invoice))
    return {customer: _newest(invoices) for customer, invoices in found.items()}


def _newest(invoices: list[Corrected]) -> Corrected:
    first, *others = invoices
    if not others:
        return first
    numbers = ", ".join(f"{each.number} ({each.on})" for each in others[:SHOWN])
    return Corrected(
        first.document, first.number, first.on, view.Phrase("note.also_corrects", {"numbers": numbers})
    )


_INVOICES = """
SELECT DISTINCT d.customer_id, d.id, d.number, d.on_day
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::date[], %s::date[], %s::text[])
  AS t (customer_id, subscription_id, component, period_start, period_end, rate_class)
JOIN line l ON l.realm_id = (SELECT realm()) AND l.customer_id = t.customer_id
 AND l.period_end = t.period_end AND l.subscription_id = t.subscription_id
 AND l.component = t.component AND l.period_start = t.period_start AND l.rate_class = t.rate_class
JOIN document d ON d.realm_id = l.realm_id AND d.id = l.document_id
WHERE d.kind = 'invoice' AND d.number IS NOT NULL
ORDER BY d.customer_id, d.on_day DESC, d.id DESC
"""
