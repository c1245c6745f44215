"""The itemised lists of invoices: every call that a line charges, from the rated records of its period.

The amounts of the calls of a line are shares of the line's amount, at four decimals by largest remainder, so
that the list adds up to the invoice to the cent.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from jetbill.documents import canonical, view
from jetbill.kernel.decks import number_of
from jetbill.kernel.money import spread
from jetbill.kernel.zones import zone
from jetbill.stages.billing.line_records import Around, LineRecord, records_of
from jetbill.stages.billing.models import Document, Line
from jetbill.stages.customers.queries import ServiceName, services_of, zones_and_shares

DIGITS = 4
Listed = tuple[LineRecord, Decimal]
"""A call as the list shows it, with its share of the line's amount."""
COLUMNS = ("day", "time", "from", "to", "destination", "duration", "amount")


def annexes(documents: Sequence[Document]) -> dict[int, bytes]:
    """The annex (canonical JSON) of each of `documents` that has itemised lines."""
    charged = Line.objects.filter(
        document_id__in=[each.pk for each in documents], records__gt=0, repairs_end=None
    )
    every = list(charged.order_by("document_id", "ordinal"))
    if not every:
        return {}
    around = Around(
        services_of({line.subscription_id for line in every}),
        zones_and_shares([each.customer_id for each in documents]),
    )
    calls: dict[int, list[Listed]] = defaultdict(list)
    for line, records in records_of(every, around, only_itemised=True):
        calls[line.document_id] += zip(records, _shared(line.amount, records), strict=True)
    made = {}
    for document in documents:
        if rows := calls.get(document.pk):
            annex = _annex(rows, around.services, around.places[document.customer_id][0])
            made[document.pk] = canonical.encode(annex)
    return made


def _shared(amount: Decimal, calls: Sequence[LineRecord]) -> Sequence[Decimal]:
    weights = [call.weight for call in calls]
    if not any(weights):
        return [Decimal(0)] * len(calls)
    return spread(amount, weights, DIGITS)


def _annex(calls: Sequence[Listed], services: Mapping[int, ServiceName], zone_name: str) -> view.Annex:
    by_service: dict[int, list[Listed]] = defaultdict(list)
    for call, amount in _whole(calls):
        by_service[call.service].append((call, amount))
    groups = tuple(_group(services[service], rows, zone_name) for service, rows in sorted(by_service.items()))
    return view.Annex((view.Itemised(view.Phrase("itemised.calls"), COLUMNS, groups),))


def _whole(calls: Sequence[Listed]) -> list[Listed]:
    """One row a call, though several lines charge it, such as its minutes at peak and those after."""
    rows: dict[tuple[int, tuple[int, int]], Listed] = {}
    for call, amount in calls:
        key = (call.service, call.source)
        if key in rows:
            known, before = rows[key]
            # They differ where the period ends inside it: one line stops there, one charges it by the call.
            seconds = min(known.duration_s, call.duration_s)
            call, amount = replace(known, duration_s=seconds), before + amount
        rows[key] = (call, amount)
    return list(rows.values())


def _group(service: ServiceName, rows: Sequence[Listed], zone_name: str) -> view.ItemisedGroup:
    ordered = sorted(rows, key=lambda row: row[0].started_s)
    place = zone(zone_name)
    return view.ItemisedGroup(
        identifier=service.identifier,
        name=service.name,
        amount=sum((amount for _, amount in ordered), Decimal(0)),
        rows=tuple(_row(call, amount, place) for call, amount in ordered),
    )


def _row(call: LineRecord, amount: Decimal, place: ZoneInfo) -> tuple[str, ...]:
    shown = datetime.fromtimestamp(call.started_s, place).isoformat()  # 2026-10-01T23:55:00+01:00
    return (
        shown[:10],
        shown[11:19],
        number_of(call.party) if call.party else "",
        number_of(call.counterparty) if call.counterparty else "",
        call.rate_class,
        str(call.duration_s),
        f"{amount:f}",
    )
