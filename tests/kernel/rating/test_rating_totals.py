"""What is added up by compiled loops is what plain Python adds up, number by number."""

from collections import Counter
from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rating_worlds import books, owners, records

from jetbill.kernel.rating import layout as at
from jetbill.kernel.rating.batch import Record, batch_of
from jetbill.kernel.rating.compiled import compile_books
from jetbill.kernel.rating.exact import Books
from jetbill.kernel.rating.layout import Status
from jetbill.kernel.rating.rates import Rated, rate
from jetbill.kernel.rating.timeline import Owners, Timeline, lay_out
from jetbill.kernel.rating.totals import DAY_VALUES, day_sums, sum_records, sum_rows
from tests.laws import examples

LAW = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=examples(100))
small, large = st.integers(0, 3), st.integers(-(2**62), 2**62)
rows = st.tuples(small, small, small, st.integers(0, 2**31), large, large, st.integers(0, 1))


def compiled(owned: Owners, priced: Books) -> Timeline:
    return lay_out(owned, compile_books(priced.versions, priced.zone, priced.horizon))


@pytest.fixture(scope="module")
def nobody() -> Timeline:
    return lay_out(Owners([], []), compile_books([], "UTC", (0, 86_400)))


def of_rows(timeline: Timeline, services: list[int], given_rows: list[tuple[int, ...]]) -> Rated:
    states = np.array([(Status.RATED, service) for service in services], np.int32)
    return Rated(timeline, states, at.wide(given_rows, at.OUT))


def check_rows(rated: Rated) -> None:
    expected: dict[tuple[int, ...], list[int]] = {}
    for record, tenure, charge, rate_class, *values in rated.rows.tolist():
        sums = expected.setdefault((int(rated.service[record]), tenure, charge, rate_class), [0, 0, 0])
        sums[:] = map(sum, zip(sums, values, strict=True))
    found = [
        (
            (each.service, each.tenure, each.charge, each.rate_class),
            [each.quantity, each.numerator, each.count],
        )
        for each in sum_rows(rated)
    ]
    assert found == sorted(expected.items())


@LAW
@given(st.lists(st.integers(0, 2), min_size=4, max_size=4), st.lists(rows, max_size=30))
def test_rows_are_added_exactly(
    nobody: Timeline, services: list[int], given_rows: list[tuple[int, ...]]
) -> None:
    check_rows(of_rows(nobody, services, given_rows))


def test_rows_of_more_groups_than_expected_are_added_as_well(nobody: Timeline) -> None:
    check_rows(of_rows(nobody, [7], [(0, 5, 1, number % 9_000, 3, 2**62, 1) for number in range(20_000)]))


@LAW
@given(owners(), books(), st.lists(records(), max_size=12))
def test_records_are_added_by_status_and_day(
    owned: Owners, priced: Books, given_records: list[Record]
) -> None:
    batch = batch_of(given_records)
    rated = rate(batch, compiled(owned, priced))
    found = sum_records(batch, rated)
    assert {status: each.records for status, each in found.items()} == Counter(
        map(Status, rated.status.tolist())
    )
    for status, each in found.items():
        mine = [one for one, its in zip(given_records, rated.status, strict=True) if its == status]
        assert each.octets == sum(one.octets_in + one.octets_out for one in mine)
        assert each.seconds == sum(one.duration_s for one in mine)
    assert series(rated, batch) == by_day(rated, given_records)


def series(rated: Rated, batch: np.ndarray) -> Counter[tuple[object, ...]]:
    """(service, class, day, kind) of all values that are not zero."""
    found: Counter[tuple[object, ...]] = Counter()
    for each in day_sums(batch, rated):
        for name, values in zip(DAY_VALUES, each.values.tolist(), strict=True):
            for after, value in enumerate(values):
                day = date.fromordinal(each.first_day.toordinal() + after)
                found[each.service, each.service_class, day, name] += value
    return +found


def by_day(rated: Rated, given_records: list[Record]) -> Counter[tuple[object, ...]]:
    """The same from one record after the other, hour by hour: every midnight is at a quarter of an hour."""
    found: Counter[tuple[object, ...]] = Counter()
    for record, service in zip(given_records, rated.service.tolist(), strict=True):
        if service < 0:
            continue
        zone = ZoneInfo(rated.timeline.services[service].zone)
        begin, end = record.started_s, record.started_s + record.duration_s
        cuts = [begin, *range(begin - begin % 900 + 900, end, 900), end]
        day = datetime.fromtimestamp(begin, zone).date()
        found[service, record.service_class, day, "records"] += record.source_row
        for since, until in pairwise(cuts):
            day = datetime.fromtimestamp(since, zone).date()
            shares = [at_s - begin for at_s in (since, until)]
            for name in ("octets_in", "octets_out"):
                total = getattr(record, name)
                upto = [
                    total * t // record.duration_s if record.duration_s else total * n
                    for n, t in enumerate(shares)
                ]
                found[service, record.service_class, day, name] += upto[1] - upto[0]
            found[service, record.service_class, day, "seconds"] += until - since
    return +found
