"""Rates units as a whole, each as a new generation that replaces the totals of the one before."""

import gc
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime

from django.db import connection, transaction

from jetbill.kernel.rating.layout import Status
from jetbill.kernel.rating.rates import rate
from jetbill.stages.catalog import queries as catalog
from jetbill.stages.customers import queries as customers
from jetbill.stages.rating import columns
from jetbill.stages.rating.models import RatedUnit, Unrated
from jetbill.stages.rating.sums import UnitSums, replace
from jetbill.stages.realms.queries import current_realm


def rate_unit(share: int, month: date, *, now: datetime) -> RatedUnit:
    """Rate all stored usage of `share` that begins in `month` (the first of it, UTC), whatever was before."""
    return rate_units([share], month, now=now)[0]


@contextmanager
def _collecting_afterwards() -> Iterator[None]:
    """Do not look for cycles in what grows here: books and totals are large and have none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@_collecting_afterwards()
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
        versions = customers.share_versions()
        timelines = columns.timelines_of(group, books)
        sums = {share: UnitSums(found[share], timelines[share]) for share in group}
        for share in group:
            found[share].terms_version = _terms_version(share, versions)
            found[share].books_digest, found[share].rated_at = books.digest, now
            found[share].generation += 1
        for share, read in columns.stored_usage(timelines, month):
            sums[share].add(read, rate(read.batch, timelines[share]))
        replace(list(sums.values()))
    return list(found.values())


def rate_stale(first: date, last: date, *, now: datetime) -> int:
    """Rate again what older terms or books rated, of the months from `first` to `last`; returns how many.

    Usage of nobody may have become somebody's: then his share is rated too, for the first time if need be.
    """
    versions, zone_name = published_versions(), current_realm().time_zone
    current = customers.share_versions()
    units = RatedUnit.objects.filter(month__gte=first.replace(day=1), month__lte=last)
    stale = set()
    for unit in units:
        is_stale = unit.terms_version != _terms_version(unit.share, current)
        if unit.share == columns.NOBODY:
            is_stale = is_stale and bool(unit.records)
        elif not is_stale:
            books = columns.books_for(versions, zone_name, unit.month)
            is_stale = unit.books_digest != books.digest
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


def _terms_version(share: int, versions: dict[int, int]) -> int:
    """How often the terms that a unit depends on changed: those of its share; for nobody's, all."""
    return sum(versions.values()) if share == columns.NOBODY else versions.get(share, 0)


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
