"""The columns equal the exact twin, record by record; splitting and order change nothing; nothing is lost."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st
from rating_worlds import books, owners, records

from jetbill.kernel.rating.batch import Record, batch_of, part
from jetbill.kernel.rating.compiled import compile_books
from jetbill.kernel.rating.exact import Books
from jetbill.kernel.rating.exact_prices import ExactRow
from jetbill.kernel.rating.layout import Status
from jetbill.kernel.rating.rates import Rated, rate
from jetbill.kernel.rating.timeline import Owners, Timeline, lay_out
from jetbill.kernel.rating.twin import ExactRecord, rate_exactly
from tests.laws import examples

LAW = settings(
    deadline=None,
    suppress_health_check=list(HealthCheck),
    max_examples=examples(300),
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)


def compiled(owned: Owners, priced: Books) -> Timeline:
    return lay_out(owned, compile_books(priced.versions, priced.zone, priced.horizon))


def rows_of(rated: Rated, position: int) -> tuple[ExactRow, ...]:
    timeline = rated.timeline
    found = []
    for row in np.flatnonzero(rated.record == position):
        tenure = timeline.tenures[rated.tenure[row]]
        charge = timeline.books.charges[rated.charge[row]]
        amount = Fraction(int(rated.numerator[row]), charge.denominator) if charge.has_amount else None
        found.append(
            ExactRow(
                tenure.slot,
                tenure.plan,
                charge.charge.code,
                tenure.period,
                timeline.books.rate_classes[rated.rate_class[row]],
                int(rated.quantity[row]),
                amount,
                int(rated.count[row]),
            )
        )
    return tuple(found)


def answer(rated: Rated, position: int) -> ExactRecord:
    service = int(rated.service[position])
    known = rated.timeline.services[service].service if service >= 0 else None
    return ExactRecord(Status(int(rated.status[position])), known, rows_of(rated, position))


def same(columns: ExactRecord, exact: ExactRecord) -> None:
    assert columns.status == exact.status
    assert columns.service == exact.service

    def key(row: ExactRow) -> str:
        return repr(row)

    assert sorted(columns.rows, key=key) == sorted(exact.rows, key=key)


def check_twin(owned: Owners, priced: Books, given_records: list[Record]) -> None:
    rated = rate(batch_of(given_records), compiled(owned, priced))
    for position, record in enumerate(given_records):
        exact = rate_exactly(record, owned, priced)
        event(exact.status.name)
        same(answer(rated, position), exact)


@LAW
@given(owners(), books(), st.lists(records(), min_size=1, max_size=12))
def test_the_columns_equal_the_exact_twin(owned: Owners, priced: Books, given_records: list[Record]) -> None:
    check_twin(owned, priced, given_records)


@pytest.mark.slow
@pytest.mark.timeout(7200)
@settings(LAW, max_examples=20_000)
@given(owners(), books(), st.lists(records(), min_size=1, max_size=12))
def test_the_columns_equal_the_exact_twin_at_length(
    owned: Owners, priced: Books, given_records: list[Record]
) -> None:
    check_twin(owned, priced, given_records)


@settings(LAW, max_examples=examples(60))
@given(owners(), books(), st.lists(records(), max_size=20), st.randoms(use_true_random=False))
def test_splitting_and_order_change_nothing(
    owned: Owners, priced: Books, given_records: list[Record], chance: object
) -> None:
    timeline = compiled(owned, priced)
    whole = rate(batch_of(given_records), timeline)
    order = list(range(len(given_records)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    middle = len(order) // 3
    for places in (order[:middle], order[middle:]):
        some = rate(part(batch_of(given_records), np.array(places, np.int64)), timeline)
        for position, place in enumerate(places):
            assert answer(some, position) == answer(whole, place)


@settings(LAW, max_examples=examples(100))
@given(owners(), books(), st.lists(records(), max_size=20))
def test_every_record_is_rated_or_has_a_reason(
    owned: Owners, priced: Books, given_records: list[Record]
) -> None:
    rated = rate(batch_of(given_records), compiled(owned, priced))
    assert len(rated.status) == len(given_records)
    with_rows = set(rated.record.tolist())
    assert with_rows == set(np.flatnonzero(rated.status == Status.RATED).tolist())
    for charge in set(rated.charge.tolist()):
        counted = rated.count[rated.charge == charge].sum()
        assert counted <= len(given_records)
