"""What the rating of a unit comes to, and its rows: written for many units in one set per table."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from django.db import connection

from jetbill.kernel.book import ServiceClass
from jetbill.kernel.rating.layout import Column, Status
from jetbill.kernel.rating.rates import Rated
from jetbill.kernel.rating.timeline import Timeline
from jetbill.kernel.rating.totals import DAY_VALUES, day_sums, sum_records, sum_rows
from jetbill.stages.rating import columns
from jetbill.stages.rating.models import RatedUnit
from jetbill.stages.realms.blocks import packed
from jetbill.stages.realms.copying import copy_rows

Row = tuple[object, ...]
TOTAL_COLUMNS = (
    *(
        "unit_id",
        "generation",
        "customer_id",
        "subscription_id",
        "service_id",
        "component",
        "plan",
        "version",
    ),
    *("period_start", "period_end", "rate_class", "quantity", "records", "numerator", "denominator"),
)
DAY_COLUMNS = (
    *("unit_id", "customer_id", "service_id", "service_class", "first_day", "last_day"),
    *DAY_VALUES,
)
BLOCK_TYPES = {
    "unit_id": "bigint",
    "generation": "integer",
    "ordinal": "integer",
    "rows": "integer",
    "first_service": "bigint",
    "last_service": "bigint",
    "body": "bytea",
}
UNRATED_COLUMNS = ("unit_id", "status", "records", "octets", "seconds")


@dataclass(slots=True)
class UnitSums:
    """What the batches of a unit add up to."""

    unit: RatedUnit
    timeline: Timeline
    rows: dict[tuple[int, ...], list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))
    days: dict[tuple[int, ServiceClass, date], Column] = field(default_factory=dict)
    states: dict[Status, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0] * 3))
    blocks: list[Row] = field(default_factory=list)

    def add(self, read: columns.Read, rated: Rated) -> None:
        """One more batch."""
        for each in sum_rows(rated):
            row = self.rows[each.service, each.tenure, each.charge, each.rate_class]
            row[0] += each.quantity
            row[1] += each.numerator
            row[2] += each.count
        for used in day_sums(read.batch, rated):
            key = (used.service, used.service_class, used.first_day)
            self.days[key] = self.days[key] + used.values if key in self.days else used.values
        for status, measured in sum_records(read.batch, rated).items():
            state = self.states[status]
            state[0] += measured.records
            state[1] += measured.octets
            state[2] += measured.seconds
        for first, last, block in columns.blocks(read, rated):
            size = len(block.columns["service"])
            place = (self.unit.pk, self.unit.generation, len(self.blocks))
            self.blocks.append((*place, size, first, last, packed(block)))

    def count(self) -> None:
        """Write into the unit what was found: everything that is not another share's, and what is rated."""
        mine = [values for status, values in self.states.items() if status != Status.ELSEWHERE]
        unit = self.unit
        unit.records, unit.octets, unit.seconds = (sum(each[place] for each in mine) for place in range(3))
        rated = self.states.get(Status.RATED, [0, 0, 0])
        unit.rated_records, unit.rated_octets, unit.rated_seconds = rated


def replace(units: Sequence[UnitSums]) -> None:
    """Put the totals and blocks of these units in the place of those of their earlier generations.

    Blocks of the generation that was billed stay.
    """
    with connection.cursor() as cursor:
        keys = [each.unit.pk for each in units]
        for table in ("period_total", "day_total", "unrated"):
            cursor.execute(f"DELETE FROM {table} WHERE unit_id = ANY(%s)", [keys])
        cursor.execute(
            "DELETE FROM rated_block b USING rated_unit u WHERE u.id = ANY(%s) AND b.realm_id = u.realm_id"
            " AND b.unit_id = u.id AND b.generation <> u.billed_generation",
            [keys],
        )
    copy_rows("rated_block", BLOCK_TYPES, (row for each in units for row in each.blocks))
    copy_rows("period_total", TOTAL_COLUMNS, (row for each in units for row in _total_rows(each)))
    copy_rows("day_total", DAY_COLUMNS, (row for each in units for row in _day_rows(each)))
    copy_rows("unrated", UNRATED_COLUMNS, (row for each in units for row in _unrated_rows(each)))
    for each in units:
        each.count()
        each.unit.save()


def _unrated_rows(of: UnitSums) -> Iterator[Row]:
    for status, values in of.states.items():
        if status not in (Status.RATED, Status.ELSEWHERE):
            yield (of.unit.pk, status, *values)


def _total_rows(of: UnitSums) -> Iterator[Row]:
    for key, (quantity, numerator, count) in of.rows.items():
        service, tenure = of.timeline.services[key[0]], of.timeline.tenures[key[1]]
        charge = of.timeline.books.charges[key[2]]
        yield (
            of.unit.pk,
            of.unit.generation,
            service.customer,
            service.subscription,
            service.service,
            f"{tenure.slot}:{charge.charge.code}",
            tenure.plan,
            tenure.version.version,
            tenure.period.start,
            tenure.period.end,
            of.timeline.books.rate_classes[key[3]],
            quantity,
            count,
            numerator if charge.has_amount else None,
            charge.denominator if charge.has_amount else None,
        )


def _day_rows(of: UnitSums) -> Iterator[Row]:
    """The days from the first to the last on which anything was used."""
    for (place, kind, horizon_day), values in of.days.items():
        service = of.timeline.services[place]
        used = np.flatnonzero(values.any(axis=0))
        first, last = (int(used[0]), int(used[-1])) if used.size else (0, 0)
        days = (horizon_day + timedelta(days=first), horizon_day + timedelta(days=last))
        # as PostgreSQL writes arrays: the driver looks at every element of a list
        arrays = ["{" + ",".join(map(str, each)) + "}" for each in values[:, first : last + 1].tolist()]
        yield (of.unit.pk, service.customer, service.service, str(kind), *days, *arrays)
