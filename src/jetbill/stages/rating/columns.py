"""Where rows and arrays meet, and nowhere else: usage to batches, terms to a timeline, rows to blocks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

import numpy as np

from jetbill.kernel.book import PriceBook
from jetbill.kernel.rating import layout as at
from jetbill.kernel.rating.batch import Batch
from jetbill.kernel.rating.compiled import CompiledBooks, compile_books
from jetbill.kernel.rating.layout import Column, Status
from jetbill.kernel.rating.rates import Rated
from jetbill.kernel.rating.segments import Customer
from jetbill.kernel.rating.timeline import Owners, ServiceSpan, Timeline, lay_out
from jetbill.kernel.zones import epoch_s
from jetbill.stages.customers import queries as customers
from jetbill.stages.customers.models import SHARES, ServiceIdentifier
from jetbill.stages.realms.blocks import Block
from jetbill.stages.usage import columnar

NOBODY = -1
"""The share of usage whose identifier never belonged to anybody."""
AFTER = timedelta(days=40)
"""How far beyond the end of its month a record may last and still be rated."""

_PASS_ROWS = 2_000_000
"""About so many records are held in memory at once."""
ROWS = 65_536
"""The most rows of a block."""

_NAMES = (*at.COLUMNS, "file", "line")
_COUNTED = at.COLUMNS[at.SOURCE_ROW]
"""Every stored record counts for its source row."""
_compiled: dict[tuple[object, ...], tuple[Sequence[PriceBook], CompiledBooks]] = {}
"""By the identity of the versions, which are kept beside so that no other object can take their place."""


@dataclass(frozen=True, slots=True)
class Read:
    """A batch of stored records and where each of them came from."""

    batch: Batch
    file: Column
    line: Column

    @classmethod
    def of(cls, table: Column) -> "Read":
        """From a table with a row for each of `_NAMES`."""
        return cls(table[: len(at.COLUMNS)], *table[len(at.COLUMNS) :])


def month_span(month: date) -> tuple[datetime, datetime]:
    """The instants between which usage of a month (UTC) begins."""
    start = datetime(month.year, month.month, 1, tzinfo=UTC)
    return start, datetime(month.year + month.month // 12, month.month % 12 + 1, 1, tzinfo=UTC)


def books_for(versions: Sequence[PriceBook], zone_name: str, month: date) -> CompiledBooks:
    """The books compiled for a month, remembered while this process works with the same versions."""
    key = (tuple(id(version) for version in versions), zone_name, month)
    if key not in _compiled:
        if len(_compiled) >= 8:
            _compiled.clear()
        start, end = month_span(month)
        horizon = (epoch_s(start), epoch_s(end + AFTER))
        _compiled[key] = (versions, compile_books(versions, zone_name, horizon))
    return _compiled[key][1]


def timelines_of(shares: Sequence[int], books: CompiledBooks) -> dict[int, Timeline]:
    """Per share, who of it owned which identifier when, and under which plans."""
    members = customers.customers_by_share([share for share in shares if share != NOBODY])
    agreed = customers.agreements([customer for each in members.values() for customer in each])
    spans: dict[int, list[ServiceSpan]] = {share: [] for share in shares}
    around = customers.spans_around(list(members))
    for _, group in groupby(around, key=lambda each: each.identifier):
        of_one = list(group)
        for share in {each.share for each in of_one} & members.keys():
            spans[share] += owned_spans(of_one, share)
    found = {}
    for share in shares:
        mine = (agreed[customer] for customer in members.get(share, ()))
        customers_of_it = [
            Customer(each.customer, each.subscriptions, each.bill_day_changes) for each in mine
        ]
        found[share] = lay_out(Owners(spans[share], customers_of_it), books)
    return found


def passes(shares: Sequence[int], month: date) -> list[list[int]]:
    """The shares dealt into groups that are read together: a large month is not read once for each."""
    owned = [share for share in shares if share != NOBODY]
    count = max(1, -(-columnar.rows(month) * len(owned) // (SHARES * _PASS_ROWS)))
    size = max(1, -(-len(owned) // count))
    groups = [owned[place : place + size] for place in range(0, len(owned), size)]
    return groups + [[NOBODY]] * (NOBODY in shares)


def stored_usage(timelines: Mapping[int, Timeline], month: date) -> Iterator[tuple[int, Read]]:
    """(share, its records of the month): all of a share at once, those of nobody in batches."""
    if NOBODY in timelines:
        owned = set(ServiceIdentifier.objects.values_list("identifier_id", flat=True))
        somebodys = np.array(sorted(owned), np.int64)
        for chunk in columnar.read(month):
            rows = np.flatnonzero(~np.isin(chunk["identifier"], somebodys))
            if rows.size:
                yield NOBODY, Read.of(_table(chunk, rows))
        return
    owners = _Owners(timelines.values())
    if not owners.known.size:
        return
    parts: list[list[Column]] = [[] for _ in timelines]
    for chunk in columnar.read(month):
        for number, table in owners.dealt(chunk):
            parts[number].append(table)
    for number, share in enumerate(timelines):
        if parts[number]:
            yield share, Read.of(np.concatenate(parts[number], axis=1))
            parts[number].clear()


class _Owners:
    """Which of some timelines an identifier belongs to; identifiers are numbers of ours, close together."""

    def __init__(self, timelines: Iterable[Timeline]) -> None:
        spans = [sorted({each.identifier for each in timeline.owners.spans}) for timeline in timelines]
        every = np.array([identifier for each in spans for identifier in each], np.int64)
        numbers = np.repeat(np.arange(len(spans), dtype=np.int8), [len(each) for each in spans])
        self.known, first, count = np.unique(every, return_index=True, return_counts=True)
        self._count = len(spans)
        self._first = int(self.known[0]) if self.known.size else 0
        size = int(self.known[-1]) - self._first + 1 if self.known.size else 0
        self._number = np.full(size + 2, -1, np.int8)
        self._number[self.known - self._first + 1] = numbers[first]
        moved = set(self.known[count > 1].tolist())
        self._moved = [np.array([one for one in each if one in moved], np.int64) for each in spans]

    def dealt(self, chunk: Mapping[str, Column]) -> Iterator[tuple[int, Column]]:
        """(number of the timeline, table of its records); one of an identifier that two had goes to both."""
        place = np.clip(chunk["identifier"] - (self._first - 1), 0, len(self._number) - 1)
        owner = self._number[place]
        order = np.argsort(owner, kind="stable")
        ends = np.searchsorted(owner[order], np.arange(self._count + 1))
        table = _table(chunk, order[ends[0] :])
        ends -= ends[0]
        for number, moved in enumerate(self._moved):
            begin, end = ends[number : number + 2]
            if begin < end:
                yield number, table[:, begin:end]
            if moved.size:
                elsewhere = np.isin(table[at.IDENTIFIER], moved)
                elsewhere[begin:end] = False
                yield number, table[:, elsewhere]


def _table(chunk: Mapping[str, Column], rows: Column) -> Column:
    table = np.empty((len(_NAMES), len(rows)), np.int64)
    for row, name in enumerate(_NAMES):
        if name == _COUNTED:
            table[row] = 1
        else:
            np.take(chunk[name], rows, out=table[row], mode="clip")  # else it is copied twice
    return table


def blocks(read: Read, rated: Rated) -> Iterator[tuple[int, int, Block]]:
    """What became of a batch as blocks by service: (first service, last service, block).

    One row per rated row, and one per unrated record with its status and service 0; records of other shares
    are left out. `component`, `rate_class` are places in the legend, the amount is numerator over its third.
    """
    unrated = np.flatnonzero((rated.status != Status.RATED) & (rated.status != Status.ELSEWHERE))
    record = np.concatenate([rated.record, unrated])
    services = np.array([each.service for each in rated.timeline.services] or [0], np.int64)
    service = np.concatenate([services[rated.service[rated.record]], np.zeros(len(unrated), np.int64)])
    order = _by_service(service, read.batch[at.STARTED_S][record])
    record, service = record[order], service[order]
    legend, component = _components(rated)
    columns: dict[str, Column] = {
        "service": service,
        "component": np.concatenate([component, np.full(len(unrated), -1)])[order],
        "rate_class": np.concatenate([rated.rate_class, np.full(len(unrated), -1)])[order],
        "quantity": np.concatenate([rated.quantity, np.zeros(len(unrated), np.int64)])[order],
        "numerator": np.concatenate([rated.numerator, np.zeros(len(unrated), np.int64)])[order],
        "status": rated.status[record],
        "started_s": read.batch[at.STARTED_S][record],
        "duration_s": read.batch[at.DURATION_S][record],
        "octets": (read.batch[at.OCTETS_IN] + read.batch[at.OCTETS_OUT])[record],
        "party": read.batch[at.PARTY][record],
        "counterparty": read.batch[at.COUNTERPARTY][record],
        "file": read.file[record],
        "line": read.line[record],
    }
    told: dict[str, Sequence[Any]] = {
        "components": legend,
        "rate_classes": list(rated.timeline.books.rate_classes),
    }
    for begin in range(0, len(order), ROWS):
        part = slice(begin, begin + ROWS)
        block = Block({name: column[part] for name, column in columns.items()}, told)
        yield int(service[part][0]), int(service[part][-1]), block


def _by_service(service: Column, started_s: Column) -> Column:
    """The order by service, then time: by one number, which is several times as fast as by two."""
    known, rank = np.unique(service, return_inverse=True)
    if not known.size:
        return rank
    since = started_s - started_s.min()
    return np.argsort(rank * (int(since.max()) + 1) + since)


def _components(rated: Rated) -> tuple[list[list[Any]], Column]:
    """Legend rows [component, name, denominator, plan, is itemised] and the place of each rated row in it."""
    slots = np.array([each.slot for each in rated.timeline.tenures] or [0], np.int64)
    pairs = slots[rated.tenure] * 2**32 + rated.charge if len(rated.tenure) else np.zeros(0, np.int64)
    found, places = np.unique(pairs, return_inverse=True)
    legend = []
    for pair in found.tolist():
        slot, number = divmod(pair, 2**32)
        charge = rated.timeline.books.charges[number]
        denominator = charge.denominator if charge.has_amount else 0
        told = charge.charge
        legend.append([f"{slot}:{told.code}", told.name, denominator, charge.plan, told.itemised])
    return legend, places.astype(np.int64).reshape(-1)


def owned_spans(spans: Sequence[customers.ServiceSpan], share: int) -> list[ServiceSpan]:
    """All spans of one identifier as `share` sees them: those of other shares without a service.

    What happens while nobody has it is counted by the lowest of its shares, and is elsewhere for others.
    """
    counts_gaps = share == min(each.share for each in spans)
    found = []
    reach: int | None = 0
    for each in spans:
        start, end = epoch_s(each.start), None if each.end is None else epoch_s(each.end)
        if not counts_gaps and reach is not None:
            found.append(ServiceSpan(each.identifier, reach, start, None, None))
        owner = (each.service, each.subscription) if each.share == share else (None, None)
        found.append(ServiceSpan(each.identifier, start, end, *owner))
        reach = end
    if not counts_gaps and reach is not None:
        found.append(ServiceSpan(spans[0].identifier, reach, None, None, None))
    return found
