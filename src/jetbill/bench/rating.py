"""`jet bench rating`: stored usage rated and stored, and the kernel alone: books, calls, volume, one record.

`seconds` of the kernel are those of the processor, one core. `ratio` is against the targets of the kernel,
and for the exact twin it is how many times as fast the columns are, on the same records in the same run.
"""

import time
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import partial

import numpy as np

from jetbill.bench import rating_worlds as worlds
from jetbill.bench.measure import Case, Target, best_of, case
from jetbill.bench.rating_stored import stored_cases
from jetbill.kernel.book import ServiceClass
from jetbill.kernel.rating.batch import Batch, part, records_of
from jetbill.kernel.rating.compiled import compile_books
from jetbill.kernel.rating.exact import Books
from jetbill.kernel.rating.layout import Status
from jetbill.kernel.rating.rates import rate
from jetbill.kernel.rating.timeline import Timeline
from jetbill.kernel.rating.twin import rate_exactly

VOICE = Target(10e6, "10000000/s per core")
VOLUME = Target(4e6, "4000000/s per core")
COMPILED = Target(5, "0.2 s")
ONLINE = Target(20_000, "50 µs, 99 of 100")
SAMPLE = 2_000
SINGLE = 20_000


def cases(n: int = 5_000_000) -> Iterator[Case]:
    """`n` calls and `n` volume records over 50,000 accounts, share by share as the product rates them."""
    rates = worlds.deck()
    book = worlds.book(rates)
    seconds = best_of(5, lambda: compile_books([book], worlds.ZONES[0], worlds.HORIZON), time.process_time)
    yield case("rating: 50,000 prefixes compiled", 1, seconds, COMPILED, "books/s")
    books = compile_books([book], worlds.ZONES[0], worlds.HORIZON)
    timelines = worlds.timelines(books)
    for name, kind, target in (("voice", ServiceClass.VOICE, VOICE), ("volume", ServiceClass.DATA, VOLUME)):
        traffic = worlds.traffic(kind, n, rates)
        seconds = best_of(3, partial(_rate, traffic.batches, timelines), time.process_time)
        fast = case(f"rating: {name}", traffic.n, seconds, target)
        yield fast
        yield _twin(name, traffic.batches[0], timelines[0], fast["rate"])
        if kind is ServiceClass.VOICE:
            yield _online(traffic.batches[0], timelines[0])
    del traffic, timelines
    yield from stored_cases(n * 4 // 5)


def _rate(batches: Sequence[Batch], timelines: Sequence[Timeline]) -> None:
    for records, timeline in zip(batches, timelines, strict=True):
        rated = rate(records, timeline)
        assert not np.any(rated.status == Status.NO_SERVICE)


def _twin(name: str, records: Batch, timeline: Timeline, columns: float) -> Case:
    """The exact twin on a sample, its answers compared with the columns."""
    sample = part(records, slice(0, SAMPLE))
    books = Books(timeline.books.versions, timeline.books.zone, timeline.books.horizon)
    started = time.process_time()
    exact = [rate_exactly(record, timeline.owners, books) for record in records_of(sample)]
    seconds = time.process_time() - started
    rated = rate(sample, timeline)
    charges = timeline.books.charges
    amount = sum(
        Fraction(numerator, charges[charge].denominator)
        for numerator, charge in zip(rated.numerator.tolist(), rated.charge.tolist(), strict=True)
    )
    assert amount == sum(row.amount or 0 for each in exact for row in each.rows), "columns and twin differ"
    told = case(f"rating: {name}, exact twin", SAMPLE, seconds, None)
    return {**told, "ratio": round(columns * seconds / SAMPLE), "against": f"columns to twin, {name}"}


def _online(records: Batch, timeline: Timeline) -> Case:
    """The 99th of 100 times of single records, handed over one at a time."""
    singles = [part(records, slice(place, place + 1)) for place in range(min(SINGLE, records.shape[1]))]
    times = []
    for single in singles:
        started = time.perf_counter()
        rate(single, timeline)
        times.append(time.perf_counter() - started)
    slow = sorted(times)[len(times) * 99 // 100]
    return {**case("rating: one record online, p99", 1, slow, ONLINE), "n": len(times)}
