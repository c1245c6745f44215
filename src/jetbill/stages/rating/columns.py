"""Where rows and arrays meet, and nowhere else: usage to batches, terms to a timeline, rows to blocks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

import numpy as np
from django.db import connection

from jetbill.kernel.book import PriceBook
from jetbill.kernel.rating import layout as at
from jetbill.kernel.rating.batch import Batch, batch, part
from jetbill.kernel.rating.compiled import CompiledBooks, compile_books
from jetbill.kernel.rating.layout import Column, Status
from jetbill.kernel.rating.rates import Rated
from jetbill.kernel.rating.segments import Customer
from jetbill.kernel.rating.timeline import Owners, ServiceSpan, Timeline, lay_out
from jetbill.kernel.zones import epoch_s
from jetbill.stages.customers import queries as customers
from jetbill.stages.customers.models import SHARES
from jetbill.stages.rating.blocks import ROWS, Block
from jetbill.stages.realms.arrow import arrow_connection

NOBODY = -1
"""The share of usage whose identifier never belonged to anybody."""
AFTER = timedelta(days=40)
"""How far beyond the end of its month a record may last and still be rated."""

_PASS_ROWS = 2_000_000
"""About so many records are held in memory at once."""
_MANY = 8
"""Shares from which on an index only makes the way longer."""
_FRONT_TO_BACK = (
    "SELECT set_config(s, 'off', true) FROM unnest('{enable_indexscan,enable_bitmapscan}'::text[]) s"
)
_ROW_SIZE = 128
"""Bytes of a stored record, roughly."""

_compiled: dict[tuple[object, ...], tuple[Sequence[PriceBook], CompiledBooks]] = {}
"""By the identity of the versions, which are kept beside so that no other object can take their place."""


@dataclass(frozen=True, slots=True)
class Read:
    """A batch of stored records and where each of them came from."""

    batch: Batch
    file: Column
    line: Column


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
    start, end = month_span(month)
    with connection.cursor() as cursor:
        cursor.execute(_SIZE, [start, end])
        row = cursor.fetchone()
    rows = (row[0] if row else 0) // _ROW_SIZE
    size = max(1, min(SHARES, SHARES * _PASS_ROWS // max(1, rows)))
    owned = [share for share in shares if share != NOBODY]
    groups = [owned[place : place + size] for place in range(0, len(owned), size)]
    return groups + [[NOBODY]] * (NOBODY in shares)


def stored_usage(timelines: Mapping[int, Timeline], month: date) -> Iterator[tuple[int, Read]]:
    """(share, its committed records of the month): all of a share at once, those of nobody in batches."""
    owners = {
        share: np.array(sorted({each.identifier for each in timeline.owners.spans}), np.int64)
        for share, timeline in timelines.items()
    }
    known = np.unique(np.concatenate(list(owners.values())))
    if NOBODY in timelines:
        yield from ((NOBODY, read) for read in _read(_query(_OF_NOBODY, month)) if read.file.size)
    elif known.size:
        identifiers = ",".join(map(str, known.tolist()))
        query = _query(_OF_ANY.format(identifiers=identifiers), month)
        reads = [each for each in _read(query, is_large=len(timelines) >= _MANY) if each.file.size]
        if not reads:
            return
        whole = _joined(reads)
        for share, rows in _dealt(whole.batch[at.IDENTIFIER], owners):
            yield share, Read(part(whole.batch, rows), whole.file[rows], whole.line[rows])


def _dealt(identifier: Column, owners: Mapping[int, Column]) -> Iterator[tuple[int, Column]]:
    """(share, the rows of its identifiers); a row of an identifier that two shares had goes to both."""
    every = np.concatenate(list(owners.values()))
    share_of = np.repeat(np.arange(len(owners)), [each.size for each in owners.values()])
    known, first, count = np.unique(every, return_index=True, return_counts=True)
    place = np.searchsorted(known, identifier)
    one = share_of[first][place].astype(np.int16)
    order = np.argsort(one, kind="stable")
    ends = np.searchsorted(one[order], np.arange(len(owners) + 1))
    moved = known[count > 1]
    for number, (share, mine) in enumerate(owners.items()):
        rows = order[ends[number] : ends[number + 1]]
        also = np.intersect1d(mine, moved)
        if also.size:
            others = np.flatnonzero(np.isin(identifier, also) & (one != number))
            rows = np.concatenate((rows, others))
        if rows.size:
            yield share, rows


def _read(query: str, *, is_large: bool = False) -> Iterator[Read]:
    """The records of a query; a large part of a month is read front to back, which is twice as fast."""
    with arrow_connection() as session, session.cursor() as cursor:
        if is_large:
            cursor.execute(_FRONT_TO_BACK)
            cursor.fetchall()
        cursor.execute(query)
        for piece in cursor.fetch_record_batch():
            columns = {name: piece.column(name).to_numpy(zero_copy_only=False) for name in _NAMES}
            columns["started_s"] = columns.pop("started").view(np.int64) // 1_000_000
            yield Read(batch({**columns, "source_row": 1}), columns["file_id"], columns["line"])


def _joined(reads: list[Read]) -> Read:
    return Read(
        np.concatenate([each.batch for each in reads], axis=1),
        np.concatenate([each.file for each in reads]),
        np.concatenate([each.line for each in reads]),
    )


def blocks(read: Read, rated: Rated) -> Iterator[tuple[int, int, Block]]:
    """What became of a batch as blocks by service: (first service, last service, block).

    One row per rated row, and one per unrated record with its status and service 0; records of other shares
    are left out. `component`, `rate_class` are places in the legend, the amount is numerator over its third.
    """
    unrated = np.flatnonzero((rated.status != Status.RATED) & (rated.status != Status.ELSEWHERE))
    record = np.concatenate([rated.record, unrated])
    services = np.array([each.service for each in rated.timeline.services] or [0], np.int64)
    service = np.concatenate([services[rated.service[rated.record]], np.zeros(len(unrated), np.int64)])
    nothing = np.full(len(unrated), -1, np.int64)
    legend, component = _components(rated)
    columns: dict[str, Column] = {
        "service": service,
        "component": np.concatenate([component, nothing]),
        "rate_class": np.concatenate([rated.rate_class, nothing]),
        "quantity": np.concatenate([rated.quantity, 0 * nothing]),
        "numerator": np.concatenate([rated.numerator, 0 * nothing]),
        "status": rated.status[record].astype(np.int64),
        "started_s": read.batch[at.STARTED_S][record],
        "duration_s": read.batch[at.DURATION_S][record],
        "octets": (read.batch[at.OCTETS_IN] + read.batch[at.OCTETS_OUT])[record],
        "party": read.batch[at.PARTY][record],
        "counterparty": read.batch[at.COUNTERPARTY][record],
        "file": read.file[record],
        "line": read.line[record],
    }
    order = np.lexsort((columns["started_s"], service))
    told: dict[str, Sequence[Any]] = {
        "components": legend,
        "rate_classes": list(rated.timeline.books.rate_classes),
    }
    for begin in range(0, len(order), ROWS):
        rows = order[begin : begin + ROWS]
        block = Block({name: column[rows] for name, column in columns.items()}, told)
        yield int(service[rows[0]]), int(service[rows[-1]]), block


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


def _query(owned: str, month: date) -> str:
    """SQL of a pass; ADBC binds no lists, and what is put in are our own integers and instants.

    The identifiers are named: so it is read the same way from a table of which nothing is known yet.
    """
    start, end = month_span(month)
    return _USAGE.format(start=start.isoformat(), end=end.isoformat(), owned=owned)


_SIZE = """
SELECT pg_relation_size(u.tableoid) FROM usage_record u WHERE u.started >= %s AND u.started < %s LIMIT 1
"""
_USAGE = """
SELECT u.identifier_id AS identifier, u.started, u.duration_s,
       u.octets_in, u.octets_out, u.quantity, u.party, u.counterparty,
       u.service_class, u.direction, u.file_id, u.line
FROM usage_record u
WHERE u.started >= '{start}' AND u.started < '{end}' AND {owned}
"""
_OF_ANY = "u.identifier_id = ANY ('{{{identifiers}}}'::bigint[])"
_OF_NOBODY = "NOT EXISTS (SELECT 1 FROM service_identifier i WHERE i.identifier_id = u.identifier_id)"


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


_NAMES = ("identifier", "started", *at.COLUMNS[2:-1], "file_id", "line")
