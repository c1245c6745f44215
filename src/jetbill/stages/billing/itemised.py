"""The itemised lists of invoices: every call that a line charges, from the rated records of its period.

The amounts of the calls of a line are shares of the line's amount, at four decimals by largest remainder, so
that the list adds up to the invoice to the cent.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np

from jetbill.documents import canonical, view
from jetbill.kernel.decks import number_of
from jetbill.kernel.money import spread
from jetbill.kernel.periods import Period
from jetbill.kernel.zones import window_s, zone
from jetbill.stages.billing.models import Document, Line
from jetbill.stages.customers.queries import ServiceName, services_of, zones_and_shares
from jetbill.stages.rating.queries import blocks_of

DIGITS = 4
COLUMNS = ("day", "time", "from", "to", "destination", "duration", "amount")


@dataclass(frozen=True, slots=True)
class Call:
    """One rated row, as the list shows it; `weight` is its exact amount as a numerator."""

    service: int
    started_s: int
    duration_s: int
    party: int
    counterparty: int
    destination: str
    weight: int


def annexes(documents: Sequence[Document]) -> dict[int, bytes]:
    """The annex (canonical JSON) of each of `documents` that has itemised lines."""
    lines: dict[int, list[Line]] = defaultdict(list)
    charged = Line.objects.filter(
        document__in=[each.pk for each in documents], records__gt=0, repairs_end=None
    )
    for line in charged.order_by("document", "ordinal"):
        lines[line.document_id].append(line)
    if not lines:
        return {}
    services = services_of({line.subscription_id for some in lines.values() for line in some})
    places = zones_and_shares([each.customer_id for each in documents])
    calls = _calls(lines, services, places)
    made = {}
    for document in documents:
        rows = calls.get(document.pk)
        if rows:
            annex = _annex(rows, services, places[document.customer_id][0])
            made[document.pk] = canonical.encode(annex)
    return made


def _calls(
    lines: Mapping[int, Sequence[Line]],
    services: Mapping[int, ServiceName],
    places: Mapping[int, tuple[str, int]],
) -> dict[int, list[tuple[Call, Decimal]]]:
    """Per document the itemised calls of its lines, each with its share of the line's amount."""
    every = [line for some in lines.values() for line in some]
    months = (min(line.period_start for line in every), max(line.period_end for line in every))
    shares = {places[line.customer_id][1] for line in every}
    rows = _rows(set(services), months, shares)
    owned: dict[int, list[int]] = defaultdict(list)
    for service in services.values():
        owned[service.subscription].append(service.id)
    found: dict[int, list[tuple[Call, Decimal]]] = defaultdict(list)
    for line in every:
        from_s, until_s = window_s(
            Period(line.period_start, line.period_end), zone(places[line.customer_id][0])
        )
        calls = [
            call
            for service in owned[line.subscription_id]
            for call in rows.get((service, line.component, line.rate_class), ())
            if from_s <= call.started_s < until_s
        ]
        amounts = _shared(line.amount, calls)
        found[line.document_id] += zip(calls, amounts, strict=True)
    return found


def _shared(amount: Decimal, calls: Sequence[Call]) -> Sequence[Decimal]:
    weights = [call.weight for call in calls]
    if not any(weights):
        return [Decimal(0)] * len(calls)
    return spread(amount, weights, DIGITS)


def _rows(
    services: set[int], months: tuple[date, date], shares: set[int]
) -> dict[tuple[int, str, str], list[Call]]:
    """Itemised rated rows of `services` by service, component and rate class, in order of time."""
    found: dict[tuple[int, str, str], list[Call]] = defaultdict(list)
    wanted = np.array(sorted(services), np.int64)
    for block in blocks_of(sorted(services), months, sorted(shares)):
        columns, legend = block.columns, block.legend
        itemised = np.array([row[4] for row in legend["components"]] or [False], bool)
        place = columns["component"]
        chosen = np.isin(columns["service"], wanted) & (place >= 0) & itemised[np.maximum(place, 0)]
        names = ("service", "component", "rate_class", "started_s", "duration_s", "party", "counterparty")
        picked = [columns[name][chosen].tolist() for name in (*names, "numerator")]
        for service, component, rate_class, started, seconds, party, called, weight in zip(
            *picked, strict=True
        ):
            destination = legend["rate_classes"][rate_class]
            key = (service, legend["components"][component][0], destination)
            found[key].append(Call(service, started, seconds, party, called, destination, weight))
    return found


def _annex(
    calls: Sequence[tuple[Call, Decimal]], services: Mapping[int, ServiceName], zone_name: str
) -> view.Annex:
    by_service: dict[int, list[tuple[Call, Decimal]]] = defaultdict(list)
    for call, amount in calls:
        by_service[call.service].append((call, amount))
    groups = tuple(_group(services[service], rows, zone_name) for service, rows in sorted(by_service.items()))
    return view.Annex((view.Itemised(view.Phrase("itemised.calls"), COLUMNS, groups),))


def _group(service: ServiceName, rows: Sequence[tuple[Call, Decimal]], zone_name: str) -> view.ItemisedGroup:
    ordered = sorted(rows, key=lambda row: row[0].started_s)
    place = zone(zone_name)
    return view.ItemisedGroup(
        identifier=service.identifier,
        name=service.name,
        amount=sum((amount for _, amount in ordered), Decimal(0)),
        rows=tuple(_row(call, amount, place) for call, amount in ordered),
    )


def _row(call: Call, amount: Decimal, place: ZoneInfo) -> tuple[str, ...]:
    shown = datetime.fromtimestamp(call.started_s, place).isoformat()  # 2026-10-01T23:55:00+01:00
    return (
        shown[:10],
        shown[11:19],
        number_of(call.party) if call.party else "",
        number_of(call.counterparty) if call.counterparty else "",
        call.destination,
        str(call.duration_s),
        f"{amount:f}",
    )
