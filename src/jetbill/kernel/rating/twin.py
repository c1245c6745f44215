"""The exact twin: one record after the other, in fractions, local days and digits, with nothing compiled.

What the scan says of a batch must equal what this says of each record; it is the readable form of the rules.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jetbill.kernel.rating import layout as at
from jetbill.kernel.rating.batch import Record
from jetbill.kernel.rating.charges import is_whole
from jetbill.kernel.rating.exact import Books, Stretch, families_in, pieces_of, stretches_of
from jetbill.kernel.rating.exact_prices import ExactRow, Refusal, measure_rows, whole_rows
from jetbill.kernel.rating.layout import Status
from jetbill.kernel.rating.segments import Customer
from jetbill.kernel.rating.timeline import Owners, ServiceSpan
from jetbill.kernel.terms import SubscriptionTerms


@dataclass(frozen=True, slots=True)
class ExactRecord:
    """What became of a record; rows only if it is rated."""

    status: Status
    service: int | None = None
    rows: tuple[ExactRow, ...] = ()


def rate_exactly(record: Record, owners: Owners, books: Books) -> ExactRecord:
    """One record under the books: the answer that `rate` must give for it."""
    status = _checked(record, books)
    if status is not Status.RATED:
        return ExactRecord(status)
    spans = [each for each in owners.spans if each.identifier == record.identifier]
    span = next((each for each in spans if _holds(each, record.started_s)), None)
    if span is None or span.service is None:
        return ExactRecord(Status.NO_SERVICE if span is None else Status.ELSEWHERE)
    customer, subscription = _of(owners, span.subscription)
    stretches = stretches_of(record, customer, subscription, books)
    if not stretches:
        return ExactRecord(Status.NO_PLAN, span.service)
    try:
        rows = [*whole_rows(record, stretches, books), *measure_rows(record, stretches, books)]
    except Refusal as refusal:
        return ExactRecord(refusal.status, span.service)
    if not _is_covered(record, stretches, books):
        return ExactRecord(Status.NO_CHARGE, span.service)
    return ExactRecord(Status.RATED, span.service, tuple(rows))


def _holds(span: ServiceSpan, instant_s: int) -> bool:
    return span.start_s <= instant_s and (span.end_s is None or instant_s < span.end_s)


def _of(owners: Owners, subscription: int | None) -> tuple[Customer, SubscriptionTerms]:
    return next((c, s) for c in owners.customers for s in c.subscriptions if s.id == subscription)


def _checked(record: Record, books: Books) -> Status:
    octets = (record.octets_in, record.octets_out)
    if min(record.duration_s, record.quantity, *octets) < 0:
        return Status.IMPOSSIBLE
    if (
        record.duration_s > at.MOST_SECONDS
        or max(octets) > at.MOST_OCTETS
        or record.quantity > at.MOST_PIECES
    ):
        return Status.TOO_LARGE
    first, end = books.horizon
    if not first <= record.started_s < end - record.duration_s:
        return Status.OUT_OF_RANGE
    return Status.RATED


def _is_covered(record: Record, stretches: Sequence[Stretch], books: Books) -> bool:
    """Whether no second of the record is without a charge."""
    reach, end = record.started_s, record.started_s + record.duration_s
    covered = sorted(span for stretch in stretches for span in _covered(record, stretch, stretches[0], books))
    for first, last in covered:
        if first > reach:
            return False
        reach = max(reach, last)
    return bool(covered) and reach >= end


def _covered(record: Record, stretch: Stretch, first: Stretch, books: Books) -> Iterator[tuple[int, int]]:
    """The seconds of a stretch that have a charge; what is priced whole goes on to the end."""
    for _, book, family in families_in(record, stretch, books):
        until = record.started_s + record.duration_s if is_whole(family[0]) else stretch.end
        if stretch is first or not is_whole(family[0]):
            pieces = pieces_of(record, (stretch.start, until), book, family, books)
            yield from ((start, end) for start, end, _, charge in pieces if charge is not None)
