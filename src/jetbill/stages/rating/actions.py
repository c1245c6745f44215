"""Rates a unit as a whole, as a new generation that replaces the totals of the one before."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np
from django.db import connection, transaction

from jetbill.kernel.book import ServiceClass
from jetbill.kernel.rating import layout as at
from jetbill.kernel.rating.layout import Column, Status
from jetbill.kernel.rating.rates import Rated, rate
from jetbill.kernel.rating.timeline import Timeline
from jetbill.kernel.rating.totals import DAY_VALUES, day_sums, sum_rows
from jetbill.stages.catalog import queries as catalog
from jetbill.stages.customers import queries as customers
from jetbill.stages.customers.models import ShareTerms
from jetbill.stages.rating import columns
from jetbill.stages.rating.blocks import packed
from jetbill.stages.rating.models import RatedUnit, Unrated
from jetbill.stages.realms.copying import copy_rows
from jetbill.stages.realms.queries import current_realm

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
BLOCK_COLUMNS = ("unit_id", "generation", "ordinal", "rows", "first_service", "last_service", "body")


@dataclass(slots=True)
class _Sums:
    """What the batches of a unit add up to."""

    rows: dict[tuple[int, ...], list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))
    days: dict[tuple[int, ServiceClass, date], Column] = field(default_factory=dict)
    states: dict[int, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0] * 3))
    blocks: int = 0


def rate_unit(share: int, month: date, *, now: datetime) -> RatedUnit:
    """Rate all stored usage of `share` that begins in `month` (the first of it, UTC), whatever was before."""
    return rate_units([share], month, now=now)[0]


@transaction.atomic
def rate_units(shares: Iterable[int], month: date, *, now: datetime) -> list[RatedUnit]:
    """Rate several shares of a month, read together; the units in the order of their shares.

    Reads what is committed. Units are locked until the end, so two processes rate one after the other.
    """
    month, wanted = month.replace(day=1), sorted(set(shares))
    new = [RatedUnit(share=share, month=month) for share in wanted]
    RatedUnit.objects.bulk_create(new, ignore_conflicts=True)
    units = RatedUnit.objects.select_for_update().filter(month=month, share__in=wanted)
    found = {unit.share: unit for unit in units.order_by("share")}
    books = columns.books_for(published_versions(), current_realm().time_zone, month)
    for group in columns.passes(wanted, month):
        for share in group:
            found[share].terms_version = _terms_version(share)
            found[share].generation += 1
        timelines = {share: columns.timeline_of(share, books) for share in group}
        sums = {share: _Sums() for share in group}
        for share, read in columns.stored_usage(timelines, month):
            rated = rate(read.batch, timelines[share])
            _add(sums[share], read, rated)
            _write_blocks(found[share], sums[share], read, rated)
        for share in group:
            found[share].books_digest, found[share].rated_at = books.digest, now
            _replace(found[share], timelines[share], sums[share])
            _count(found[share], sums[share])
            found[share].save()
    return list(found.values())


def rate_stale(first: date, last: date, *, now: datetime) -> int:
    """Rate again what older terms or books rated, of the months from `first` to `last`; returns how many.

    Usage of nobody may have become somebody's: then his share is rated too, for the first time if need be.
    """
    versions, zone_name = published_versions(), current_realm().time_zone
    current = dict(ShareTerms.objects.values_list("share", "version"))
    units = RatedUnit.objects.filter(month__gte=first.replace(day=1), month__lte=last)
    stale = set()
    for unit in units:
        if unit.share == columns.NOBODY:
            is_stale = bool(unit.records) and unit.terms_version != sum(current.values())
        else:
            books = columns.books_for(versions, zone_name, unit.month)
            by_other_terms = unit.terms_version != current.get(unit.share, 0)
            is_stale = by_other_terms or unit.books_digest != books.digest
        stale |= {(unit.month, unit.share)} if is_stale else set()
    stale |= _unseen(units, set(current))
    for month in sorted({month for month, _ in stale}):
        rate_units([share for each, share in stale if each == month], month, now=now)
    return len(stale)


def _unseen(units: Iterable[RatedUnit], shares: set[int]) -> set[tuple[date, int]]:
    """Shares that were never rated in a month in which some usage has no service: it may be theirs by now."""
    lost = set(Unrated.objects.filter(status=Status.NO_SERVICE).values_list("unit_id", flat=True))
    seen: dict[date, set[int]] = defaultdict(set)
    for unit in units:
        seen[unit.month].add(unit.share)
    months = {unit.month for unit in units if unit.pk in lost}
    return {(month, share) for month in months for share in shares - seen[month]}


def _terms_version(share: int) -> int:
    """How often the terms that a unit depends on changed: those of its share; for nobody's, all."""
    if share == columns.NOBODY:
        return sum(ShareTerms.objects.values_list("version", flat=True))
    return customers.share_version(share)


def keep_billed() -> None:
    """Bills are drafted from the newest ratings: their blocks are kept, whatever is rated later."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE rated_unit SET billed_generation = generation WHERE billed_generation < generation"
        )


def published_versions() -> list[catalog.values.PriceBook]:
    """Every published version of every book of the realm."""
    by_code = catalog.published({each.code for each in catalog.listed()})
    return [version for code in sorted(by_code) for version in by_code[code]]


def _add(sums: _Sums, read: columns.Read, rated: Rated) -> None:
    for each in sum_rows(rated):
        row = sums.rows[each.service, each.tenure, each.charge, each.rate_class]
        row[0] += each.quantity
        row[1] += each.numerator
        row[2] += each.count
    for used in day_sums(read.batch, rated):
        key = (used.service, used.service_class, used.first_day)
        sums.days[key] = sums.days[key] + used.values if key in sums.days else used.values
    octets = read.batch[at.OCTETS_IN] + read.batch[at.OCTETS_OUT]
    for status in np.unique(rated.status).tolist():
        found = rated.status == status
        state = sums.states[status]
        state[0] += int(found.sum())
        state[1] += _total(octets[found])
        state[2] += _total(read.batch[at.DURATION_S][found])


def _total(values: Column) -> int:
    """Exact: the halves of many 64-bit integers are added by themselves."""
    return (int((values >> 31).sum()) << 31) + int((values & (2**31 - 1)).sum())


def _write_blocks(unit: RatedUnit, sums: _Sums, read: columns.Read, rated: Rated) -> None:
    rows = []
    for first, last, block in columns.blocks(read, rated):
        size = len(block.columns["service"])
        rows.append((unit.pk, unit.generation, sums.blocks, size, first, last, packed(block)))
        sums.blocks += 1
    copy_rows("rated_block", BLOCK_COLUMNS, rows)


def _replace(unit: RatedUnit, timeline: Timeline, sums: _Sums) -> None:
    with connection.cursor() as cursor:
        for table in ("period_total", "day_total", "unrated"):
            cursor.execute(f"DELETE FROM {table} WHERE unit_id = %s", [unit.pk])
        cursor.execute(
            "DELETE FROM rated_block WHERE unit_id = %s AND generation < %s AND generation <> %s",
            [unit.pk, unit.generation, unit.billed_generation],
        )
    copy_rows(
        "period_total", TOTAL_COLUMNS, (_total_row(unit, timeline, *item) for item in sums.rows.items())
    )
    copy_rows("day_total", DAY_COLUMNS, (_day_row(unit, timeline, *item) for item in sums.days.items()))
    copy_rows(
        "unrated",
        ("unit_id", "status", "records", "octets", "seconds"),
        [
            (unit.pk, status, *values)
            for status, values in sums.states.items()
            if status not in (Status.RATED, Status.ELSEWHERE)
        ],
    )


def _total_row(
    unit: RatedUnit, timeline: Timeline, key: tuple[int, ...], values: list[int]
) -> tuple[object, ...]:
    service, tenure = timeline.services[key[0]], timeline.tenures[key[1]]
    charge = timeline.books.charges[key[2]]
    quantity, numerator, count = values
    return (
        unit.pk,
        unit.generation,
        service.customer,
        service.subscription,
        service.service,
        f"{tenure.slot}:{charge.charge.code}",
        tenure.plan,
        tenure.version.version,
        tenure.period.start,
        tenure.period.end,
        timeline.books.rate_classes[key[3]],
        quantity,
        count,
        numerator if charge.has_amount else None,
        charge.denominator if charge.has_amount else None,
    )


def _day_row(
    unit: RatedUnit, timeline: Timeline, key: tuple[int, ServiceClass, date], values: Column
) -> tuple[object, ...]:
    """The days from the first to the last on which anything was used."""
    place, kind, horizon_day = key
    service = timeline.services[place]
    used = np.flatnonzero(values.any(axis=0))
    first, last = (int(used[0]), int(used[-1])) if used.size else (0, 0)
    days = (horizon_day + timedelta(days=first), horizon_day + timedelta(days=last))
    # as PostgreSQL writes arrays: the driver looks at every element of a list
    arrays = ["{" + ",".join(map(str, each)) + "}" for each in values[:, first : last + 1].tolist()]
    return (unit.pk, service.customer, service.service, str(kind), *days, *arrays)


def _count(unit: RatedUnit, sums: _Sums) -> None:
    mine = {status: values for status, values in sums.states.items() if status != Status.ELSEWHERE}
    unit.records, unit.octets, unit.seconds = (
        (sum(each) for each in zip(*mine.values(), strict=True)) if (mine) else (0, 0, 0)
    )
    rated = mine.get(int(Status.RATED), [0, 0, 0])
    unit.rated_records, unit.rated_octets, unit.rated_seconds = rated
