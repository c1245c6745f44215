"""Where rows and arrays meet, and nowhere else: usage to batches, terms to a timeline, rows to blocks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

import numpy as np

from jetbill.kernel.book import PriceBook
from jetbill.kernel.rating import layout as at
from jetbill.kernel.rating import moving
from jetbill.kernel.rating.batch import Batch
from jetbill.kernel.rating.compiled import CompiledBooks, compile_books
from jetbill.kernel.rating.layout import Column, Status
from jetbill.kernel.rating.rates import Rated
from jetbill.kernel.rating.segments import Customer
from jetbill.kernel.rating.timeline import Owners, ServiceSpan, Timeline, lay_out
from jetbill.kernel.zones import epoch_s
from jetbill.stages.customers import queries as customers
from jetbill.stages.customers.models import SHARES, ServiceIdentifier
from jetbill.stages.realms.blocks import Block, Planes
from jetbill.stages.usage import columnar

NOBODY = -1
"""The share of usage whose identifier never belonged to anybody."""
AFTER = timedelta(days=40)
"""How far beyond the end of its month a record may last and still be rated."""

_PASS_ROWS = 2_000_000
"""About so many records are held in memory at once."""
ROWS = 65_536
"""The most rows of a block."""

_STRETCH = 2_048
"""Rows that are spread out at once: small enough to stay near the processor."""

_NAMES = (*at.COLUMNS, "file", "line")
_CONSTANT = {at.COLUMNS[at.SOURCE_ROW]: (1, 0, 0)}
"""Every stored record counts for its source row: as a column without planes."""
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
        owned = ServiceIdentifier.objects.values_list("identifier_id", flat=True)
        dealer = _Dealer.of([set(owned)], others=True)
        for planes in columnar.opened_blocks(month):
            for _, table in dealer.dealt(planes):
                yield NOBODY, Read.of(table)
        return
    dealer = _Dealer.of([{each.identifier for each in of.owners.spans} for of in timelines.values()])
    parts: list[list[Column]] = [[] for _ in timelines]
    for planes in columnar.opened_blocks(month):
        for number, table in dealer.dealt(planes):
            parts[number].append(table)
    for number, share in enumerate(timelines):
        if parts[number]:
            yield share, Read.of(np.concatenate(parts[number], axis=1))
            parts[number].clear()


@dataclass(frozen=True, slots=True)
class _Dealer:
    """Deals records by whose their identifier is; identifiers are numbers of ours, close together.

    `moved` has, per owner, the identifiers that others have as well.
    """

    owned: moving.Owned
    moved: Sequence[Column]

    @classmethod
    def of(cls, owners: Sequence[set[int]], *, others: bool = False) -> "_Dealer":
        """By the number of its owner, the lowest of several; or as number 0 what is none of theirs."""
        owns = [np.array(sorted(each), np.int64) for each in owners]
        every = np.concatenate(owns)
        first, last = (int(every.min()), int(every.max())) if every.size else (0, 0)
        number = np.full(last - first + 3, 0 if others else -1, np.int8)
        had = np.zeros(len(number), np.int8)
        for place, each in reversed(list(enumerate(owns))):
            number[each - first + 1] = -1 if others else place
            had[each - first + 1] += 1
        return cls(moving.Owned(first - 1, number), [each[had[each - first + 1] > 1] for each in owns])

    def dealt(self, block: Planes) -> Iterator[tuple[int, Column]]:
        """(number of the owner, table of its records); one of an identifier that two had goes to both."""
        places = np.array([_CONSTANT.get(name) or block.places[name] for name in _NAMES], np.int64)
        planes = moving.Planes(block.planes, places)
        row, to = np.empty((2, block.planes.shape[1]), np.int64)
        deal, values = moving.Deal(row, to, np.zeros(len(self.moved), np.int64)), np.empty(_STRETCH, np.int64)
        count = moving.deal(planes, at.IDENTIFIER, self.owned, deal, values)
        table = np.empty((len(_NAMES), count), np.int64)
        moving.spread(planes, deal, table, values)
        begin = 0
        for number, (end, moved) in enumerate(zip(deal.end.tolist(), self.moved, strict=True)):
            if begin < end:
                yield number, table[:, begin:end]
            if moved.size:
                elsewhere = np.isin(table[at.IDENTIFIER], moved)
                elsewhere[begin:end] = False
                yield number, table[:, elsewhere]
            begin = end


def blocks(read: Read, rated: Rated) -> Iterator[tuple[int, int, Block]]:
    """What became of a batch as blocks by service: (first service, last service, block).

    One row per rated row, and one per unrated record with its status and service 0; records of other shares
    are left out. `component`, `rate_class` are places in the legend, the amount is numerator over its third;
    `period` is the first day of the usage period as `date.toordinal` counts it.
    """
    unrated = np.flatnonzero((rated.status != Status.RATED) & (rated.status != Status.ELSEWHERE))
    services = np.array([each.service for each in rated.timeline.services], np.int64)
    legend, component = _components(rated)
    record = np.concatenate([rated.record, unrated])
    service = _with(services[rated.service[rated.record]], unrated, 0)
    order = _by_service(service, read.batch[at.STARTED_S][record])
    record = record[order]
    periods = np.array([each.period.start.toordinal() for each in rated.timeline.tenures], np.int64)
    of_rows: dict[str, Column] = {
        "service": service,
        "component": _with(component, unrated, -1),
        "rate_class": _with(rated.rate_class, unrated, -1),
        "period": _with(periods[rated.tenure], unrated, 0),
        "quantity": _with(rated.quantity, unrated, 0),
        "numerator": _with(rated.numerator, unrated, 0),
    }
    of_records: dict[str, Column] = {
        "status": rated.status,
        "started_s": read.batch[at.STARTED_S],
        "duration_s": read.batch[at.DURATION_S],
        "party": read.batch[at.PARTY],
        "counterparty": read.batch[at.COUNTERPARTY],
        "file": read.file,
        "line": read.line,
    }
    columns = {name: np.take(column, order, mode="clip") for name, column in of_rows.items()}
    columns |= {name: np.take(column, record, mode="clip") for name, column in of_records.items()}
    told: dict[str, Sequence[Any]] = {
        "components": legend,
        "rate_classes": list(rated.timeline.books.rate_classes),
    }
    for begin in range(0, len(order), ROWS):
        block = Block({name: column[begin : begin + ROWS] for name, column in columns.items()}, told)
        services = block.columns["service"]
        yield int(services[0]), int(services[-1]), block


def _with(values: Column, unrated: Column, says: int) -> Column:
    """A column of rated rows, and behind it what it says of unrated records."""
    return np.concatenate([values, np.full(len(unrated), says)])


def _by_service(service: Column, started_s: Column) -> Column:
    """The order by service, then time: by one number of as few bits as there need be."""
    if not service.size:
        return service
    since = started_s - started_s.min()
    bits = int(since.max()).bit_length()
    keys = (service - service.min() << bits) + since
    orders, counts = np.empty((2, len(keys)), np.int64), np.empty(2**moving.DIGIT, np.int64)
    return orders[moving.put_in_order(keys, int(keys.max()).bit_length(), orders, counts)]


def _components(rated: Rated) -> tuple[list[list[Any]], Column]:
    """Legend rows [component, name, denominator, plan, is itemised] and the place of each rated row in it."""
    slots = sorted({each.slot for each in rated.timeline.tenures})
    slot = np.array([slots.index(each.slot) for each in rated.timeline.tenures], np.int64)
    occurs = np.zeros((len(slots), len(rated.timeline.books.charges)), bool)
    occurs[slot[rated.tenure], rated.charge] = True
    pairs = np.argwhere(occurs)
    component = np.full(occurs.shape, -1, np.int64)
    component[occurs] = np.arange(len(pairs))
    legend = []
    for place, number in pairs.tolist():
        charge = rated.timeline.books.charges[number]
        denominator = charge.denominator if charge.has_amount else 0
        told = charge.charge
        legend.append([f"{slots[place]}:{told.code}", told.name, denominator, charge.plan, told.itemised])
    return legend, component[slot[rated.tenure], rated.charge]


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
