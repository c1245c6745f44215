"""The rated records that lines charge, from the blocks of their months: what of them lies in the period."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np

from jetbill.kernel.periods import Period
from jetbill.kernel.zones import window_s, zone
from jetbill.stages.billing.models import Line
from jetbill.stages.customers.queries import ServiceName
from jetbill.stages.rating.queries import blocks_of

_READ = (
    *("service", "component", "rate_class", "started_s", "duration_s", "party", "counterparty"),
    *("file", "line", "numerator", "quantity"),
)


@dataclass(frozen=True, slots=True)
class LineRecord:
    """One record under one charge; `weights` are the exact amounts of its pieces as numerators over
    `denominator` (0: the charge prices the total), `quantities` what each piece measures in base units."""

    service: int
    started_s: int
    duration_s: int
    party: int
    counterparty: int
    source: tuple[int, int]  # file and line
    rate_class: str
    weights: tuple[int, ...]
    quantities: tuple[int, ...]
    denominator: int

    @property
    def amount(self) -> Fraction | None:
        """The exact amount of its pieces; None where the charge prices the total."""
        return Fraction(sum(self.weights), self.denominator) if self.denominator else None

    def within(self, from_s: int, until_s: int) -> "LineRecord | None":
        """What of it lies in a billing period. What crosses its end is charged for each side in its own."""
        ends_s = self.started_s + self.duration_s
        if from_s <= self.started_s and ends_s <= until_s:
            return self
        if from_s <= self.started_s < until_s:
            # Cut by rating too, unless it is charged as a whole: then it belongs to where it begins.
            seconds = until_s - self.started_s if len(self.weights) > 1 else self.duration_s
            return replace(self, duration_s=seconds, **self._pieces(slice(0, 1)))
        if self.started_s < from_s < ends_s and len(self.weights) > 1:
            pieces = self._pieces(slice(1, None))
            return replace(self, started_s=from_s, duration_s=ends_s - from_s, **pieces)
        return None

    def _pieces(self, which: slice) -> dict[str, Any]:
        return {"weights": self.weights[which], "quantities": self.quantities[which]}


@dataclass(frozen=True, slots=True)
class Around:
    """What lines are of: the services of their subscriptions, by id; per customer his zone and share."""

    services: Mapping[int, ServiceName]
    places: Mapping[int, tuple[str, int]]


def records_of(
    lines: Sequence[Line], around: Around, *, only_itemised: bool = False
) -> Iterator[tuple[Line, list[LineRecord]]]:
    """Each line with the records that it charges, in order of time within a service."""
    months = (min(line.period_start for line in lines), max(line.period_end for line in lines))
    shares = {around.places[line.customer_id][1] for line in lines}
    rows = _rows(set(around.services), months, shares, _itemised if only_itemised else _any)
    owned: dict[int, list[int]] = defaultdict(list)
    for service in around.services.values():
        owned[service.subscription].append(service.id)
    for line in lines:
        days = Period(line.period_start, line.period_end)
        from_s, until_s = window_s(days, zone(around.places[line.customer_id][0]))
        component, _, only = line.component.partition("/")  # a line of one service names it
        yield (
            line,
            [
                part
                for service in ([int(only)] if only.isdigit() else owned[line.subscription_id])
                for each in rows.get((service, component, line.rate_class), ())
                if (part := each.within(from_s, until_s)) is not None
            ],
        )


def _any(legend: Sequence[Any]) -> bool:
    return True


def _itemised(legend: Sequence[Any]) -> bool:
    return bool(legend[4])


def _rows(
    services: set[int],
    months: tuple[date, date],
    shares: set[int],
    is_wanted: Callable[[Sequence[Any]], bool],
) -> dict[tuple[int, str, str], list[LineRecord]]:
    """Rated rows of `services` by service, component and rate class, in order of time."""
    found: dict[tuple[int, str, str], list[LineRecord]] = defaultdict(list)
    wanted = np.array(sorted(services), np.int64)
    for block in blocks_of(sorted(services), months, sorted(shares)):
        columns, legend = block.columns, block.legend
        serves = np.array([is_wanted(row) for row in legend["components"]] or [False], bool)
        place = columns["component"]
        chosen = np.isin(columns["service"], wanted) & (place >= 0) & serves[np.maximum(place, 0)]
        picked = zip(*[columns[name][chosen].tolist() for name in _READ], strict=True)
        for source, together in groupby(picked, key=itemgetter(slice(0, -2))):  # pieces lie side by side
            service, component, rate_class, started, seconds, party, called, file, line = source
            weights, quantities = zip(*[piece[-2:] for piece in together], strict=True)
            code, _, denominator = legend["components"][component][:3]
            named = legend["rate_classes"][rate_class]
            record = LineRecord(
                *(service, started, seconds, party, called, (file, line), named),
                weights=weights,
                quantities=quantities,
                denominator=denominator,
            )
            found[service, code, named].append(record)
    return found
