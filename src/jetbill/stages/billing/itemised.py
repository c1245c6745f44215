"""The itemised lists of invoices: every call that a line charges, from the rated records of its period.

The amounts of the calls of a line are shares of the line's amount, at four decimals by largest remainder, so
that the list adds up to the invoice to the cent.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
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
_READ = (
    *("service", "component", "rate_class", "started_s", "duration_s", "party", "counterparty"),
    *("file", "line", "numerator"),
)
COLUMNS = ("day", "time", "from", "to", "destination", "duration", "amount")


@dataclass(frozen=True, slots=True)
class Call:
    """One record, as the list shows it; `weights` are the exact amounts of its pieces as numerators."""

    service: int
    started_s: int
    duration_s: int
    party: int
    counterparty: int
    source: tuple[int, int]  # file and line
    destination: str
    weights: tuple[int, ...]

    def within(self, from_s: int, until_s: int) -> "Call | None":
        """What of it lies in a billing period. Who talks over its end is charged for each side in its own."""
        ends_s = self.started_s + self.duration_s
        if from_s <= self.started_s and ends_s <= until_s:
            return self
        if from_s <= self.started_s < until_s:
            # Cut by rating too, unless it is charged by the call: then it belongs to where it begins.
            is_cut = len(self.weights) > 1
            seconds = until_s - self.started_s if is_cut else self.duration_s
            return replace(self, duration_s=seconds, weights=self.weights[:1])
        if self.started_s < from_s < ends_s and len(self.weights) > 1:
            return replace(self, started_s=from_s, duration_s=ends_s - from_s, weights=self.weights[1:])
        return None


def annexes(documents: Sequence[Document]) -> dict[int, bytes]:
    """The annex (canonical JSON) of each of `documents` that has itemised lines."""
    lines: dict[int, list[Line]] = defaultdict(list)
    charged = Line.objects.filter(
        document_id__in=[each.pk for each in documents], records__gt=0, repairs_end=None
    )
    for line in charged.order_by("document_id", "ordinal"):
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
            part
            for service in owned[line.subscription_id]
            for call in rows.get((service, line.component, line.rate_class), ())
            if (part := call.within(from_s, until_s)) is not None
        ]
        amounts = _shared(line.amount, calls)
        found[line.document_id] += zip(calls, amounts, strict=True)
    return found


def _shared(amount: Decimal, calls: Sequence[Call]) -> Sequence[Decimal]:
    weights = [sum(call.weights) for call in calls]
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
        picked = zip(*[columns[name][chosen].tolist() for name in _READ], strict=True)
        for source, pieces in groupby(picked, key=itemgetter(slice(0, -1))):  # pieces lie side by side
            service, component, rate_class, started, seconds, party, called, file, line = source
            destination = legend["rate_classes"][rate_class]
            weights = tuple([piece[-1] for piece in pieces])
            call = Call(service, started, seconds, party, called, (file, line), destination, weights)
            found[service, legend["components"][component][0], destination].append(call)
    return found


def _annex(
    calls: Sequence[tuple[Call, Decimal]], services: Mapping[int, ServiceName], zone_name: str
) -> view.Annex:
    by_service: dict[int, list[tuple[Call, Decimal]]] = defaultdict(list)
    for call, amount in _whole(calls):
        by_service[call.service].append((call, amount))
    groups = tuple(_group(services[service], rows, zone_name) for service, rows in sorted(by_service.items()))
    return view.Annex((view.Itemised(view.Phrase("itemised.calls"), COLUMNS, groups),))


def _whole(calls: Sequence[tuple[Call, Decimal]]) -> list[tuple[Call, Decimal]]:
    """One row a call, though several lines charge it, such as its minutes at peak and those after."""
    rows: dict[tuple[int, tuple[int, int]], tuple[Call, Decimal]] = {}
    for call, amount in calls:
        key = (call.service, call.source)
        if key in rows:
            known, before = rows[key]
            # They differ where the period ends inside it: one line stops there, one charges it by the call.
            seconds = min(known.duration_s, call.duration_s)
            call, amount = replace(known, duration_s=seconds), before + amount
        rows[key] = (call, amount)
    return list(rows.values())


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
