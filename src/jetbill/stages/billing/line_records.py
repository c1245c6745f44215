"""The rated records that lines charge, from the blocks of their months: what of them is in the period."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np

from jetbill.kernel.periods import Period
from jetbill.kernel.zones import window_s, zone
from jetbill.stages.billing.models import Line
from jetbill.stages.customers.queries import ServiceName
from jetbill.stages.rating.queries import blocks_of

_READ = (
    *("component", "rate_class", "service", "period", "file", "line"),
    *("started_s", "duration_s", "party", "counterparty", "numerator", "quantity"),
)


@dataclass(frozen=True, slots=True)
class LineRecord:
    """One record as far as one line charges it. `weight` is its exact amount as a numerator over
    `denominator` (0: the charge prices the total), `quantity` counts base units of the charge."""

    service: int
    source: tuple[int, int]  # file and line
    started_s: int
    duration_s: int
    party: int
    counterparty: int
    rate_class: str
    weight: int
    quantity: int
    denominator: int

    @property
    def amount(self) -> Fraction | None:
        """What it costs, exactly; None where the charge prices the total."""
        return Fraction(self.weight, self.denominator) if self.denominator else None

    def plus(self, other: "LineRecord") -> "LineRecord":
        """Both, which are pieces of one record."""
        weight, quantity = self.weight + other.weight, self.quantity + other.quantity
        return replace(self, weight=weight, quantity=quantity)

    def clipped(self, from_s: int, until_s: int) -> "LineRecord":
        """Shown only as long as it lies between these instants."""
        start, end = max(self.started_s, from_s), min(self.started_s + self.duration_s, until_s)
        return replace(self, started_s=start, duration_s=max(0, end - start))


@dataclass(frozen=True, slots=True)
class Around:
    """What lines are of: the services of their subscriptions, by id; per customer his zone and share."""

    services: Mapping[int, ServiceName]
    places: Mapping[int, tuple[str, int]]


Charged = tuple[int, str, str, int]
"""Service, component, rate class, and the first day of the usage period by its ordinal."""
Rows = dict[Charged, dict[tuple[int, int], LineRecord]]


def records_of(
    lines: Sequence[Line], around: Around, *, only_itemised: bool = False
) -> Iterator[tuple[Line, list[LineRecord]]]:
    """Each line with the records that it charges, in order of time within a service.

    A record that is cut where a period ends is charged in both, and shown in each as long as it lies in it.
    """
    months = (min(line.period_start for line in lines), max(line.period_end for line in lines))
    shares = {around.places[line.customer_id][1] for line in lines}
    rows = _rows(set(around.services), months, shares, _itemised if only_itemised else _any)
    cut = _cut(rows)
    owned: dict[int, list[int]] = defaultdict(list)
    for service in around.services.values():
        owned[service.subscription].append(service.id)
    for line in lines:
        days = Period(line.period_start, line.period_end)
        window = window_s(days, zone(around.places[line.customer_id][0]))
        component, _, only = line.component.partition("/")  # a line of one service names it
        first = line.period_start.toordinal()
        yield (
            line,
            [
                each.clipped(*window) if (service, component, source) in cut else each
                for service in ([int(only)] if only.isdigit() else owned[line.subscription_id])
                for source, each in rows.get((service, component, line.rate_class, first), {}).items()
            ],
        )


def _cut(rows: Rows) -> set[tuple[int, str, tuple[int, int]]]:
    """(service, component, source) of the records that are charged in several periods."""
    first: dict[tuple[int, str, tuple[int, int]], int] = {}
    found = set()
    for (service, component, _, period), records in rows.items():
        for source in records:
            name = (service, component, source)
            if first.setdefault(name, period) != period:
                found.add(name)
    return found


def _any(legend: Sequence[Any]) -> bool:
    return True


def _itemised(legend: Sequence[Any]) -> bool:
    return bool(legend[4])


def _rows(
    services: set[int],
    months: tuple[date, date],
    shares: set[int],
    is_wanted: Callable[[Sequence[Any]], bool],
) -> Rows:
    """Rated rows of `services`, one for each record, in order of time."""
    found: Rows = defaultdict(dict)
    wanted = np.array(sorted(services), np.int64)
    for block in blocks_of(sorted(services), months, sorted(shares)):
        columns, legend = block.columns, block.legend
        serves = np.array([is_wanted(row) for row in legend["components"]] or [False], bool)
        place = columns["component"]
        chosen = np.isin(columns["service"], wanted) & (place >= 0) & serves[np.maximum(place, 0)]
        for row in zip(*[columns[name][chosen].tolist() for name in _READ], strict=True):
            component, rate_class, service, period, file, line, *rest = row
            *told, weight, quantity = rest
            code, _, denominator = legend["components"][component][:3]
            named = legend["rate_classes"][rate_class]
            record = LineRecord(service, (file, line), *told, named, weight, quantity, denominator)
            known = found[service, code, named, period]
            before = known.get(record.source)
            known[record.source] = record if before is None else before.plus(record)
    return found
