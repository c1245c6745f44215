"""Who owned which identifier when, under which plans and usage periods: compiled to columns for the scan."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product, zip_longest
from typing import Any

import numpy as np

from jetbill.kernel.book import UsageCharge
from jetbill.kernel.rating import layout as at
from jetbill.kernel.rating.charges import DECK_MODEL, DIRECTIONS, SERVICE_CLASSES, is_call, is_whole
from jetbill.kernel.rating.compiled import CompiledBooks, Family
from jetbill.kernel.rating.layout import Column
from jetbill.kernel.rating.segments import Customer, Lives, PlanKey
from jetbill.kernel.tenures import Tenure

_DENSE = 16
"""Identifiers are indexed directly if their range is at most so many times their number (and a million)."""


@dataclass(frozen=True, slots=True)
class ServiceSpan:
    """`service` of `subscription` has `identifier` in [start_s, end_s); None: for ever.

    Without a service the identifier belongs to somebody who is rated elsewhere.
    """

    identifier: int
    start_s: int
    end_s: int | None
    service: int | None
    subscription: int | None


@dataclass(frozen=True, slots=True)
class Owners:
    """The spans of identifiers and the customers of their subscriptions."""

    spans: Sequence[ServiceSpan]
    customers: Sequence[Customer]


@dataclass(frozen=True, slots=True)
class OwnedService:
    """What the number of a service in a rated row stands for."""

    service: int
    subscription: int
    customer: int
    zone: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """Owners and books, ready for `rate`; the lists say what numbers in rows stand for."""

    books: CompiledBooks
    owners: Owners
    services: tuple[OwnedService, ...]
    tenures: tuple[Tenure, ...]
    tape: Column = field(repr=False)


def lay_out(owners: Owners, books: CompiledBooks) -> Timeline:
    """Compile owners for the horizon of `books`. A span of a subscription that no customer has is a bug."""
    customer_of: dict[int | None, Customer] = {}
    maker = _Segments(books)
    for customer in owners.customers:
        for subscription in customer.subscriptions:
            customer_of[subscription.id] = customer
            maker.add(customer, subscription)
    services: dict[int, int] = {}
    legend: list[OwnedService] = []
    spans = sorted(owners.spans, key=lambda each: (each.identifier, each.start_s))
    for each in spans:
        if each.service is not None and each.service not in services:
            assert each.subscription is not None
            services[each.service] = len(services)
            terms = customer_of[each.subscription].terms
            legend.append(OwnedService(each.service, each.subscription, terms.id, terms.zone))
    first_span, identifiers, first_identifier = _index([each.identifier for each in spans])
    rows = [
        (
            each.start_s,
            at.FOR_EVER if each.end_s is None else each.end_s,
            *((-1, 0, 0) if each.service is None else (services[each.service], *maker.of[each.subscription])),
        )
        for each in spans
    ]
    tables = (first_span, identifiers, at.wide(rows, at.SPAN), *maker.tables())
    numbers = (len(identifiers), first_identifier, len(first_span) - 1)
    return Timeline(books, owners, tuple(legend), tuple(maker.tenures), at.tape(tables, numbers))


class _Segments:
    """Collects the segments of all subscriptions and the sets of plans that occur in them."""

    def __init__(self, books: CompiledBooks) -> None:
        self._books = books
        self._lives = Lives(books.versions, books.horizon)
        self._sets: dict[tuple[PlanKey, ...], int] = {}
        self.of: dict[int | None, tuple[int, int]] = {}
        self._rows: list[tuple[int, int, int, int, int]] = []
        self._held: list[int] = []
        self.tenures: list[Tenure] = []

    def add(self, customer: Customer, subscription: Any) -> None:
        """The segments of one more subscription; its tenures are its own."""
        numbers: dict[int, int] = {}
        first = len(self._rows)
        segments = self._lives.segments(customer, subscription)
        for segment, following in zip_longest(segments, segments[1:]):
            plans, ends = -1, (at.FOR_EVER, at.FOR_EVER)
            if segment.plans:
                plans = self._sets.setdefault(segment.plans, len(self._sets))
            if following is not None and following.plans:
                is_same = following.plans == segment.plans
                ends = following.start_s, following.start_s if is_same else at.FOR_EVER
            self._rows.append((segment.start_s, *ends, plans, len(self._held)))
            for tenure in segment.tenures:
                if id(tenure) not in numbers:
                    numbers[id(tenure)] = len(self.tenures)
                    self.tenures.append(tenure)
                self._held.append(numbers[id(tenure)])
        while (len(self._rows) - first) % at.SEGMENTS_AT_ONCE:
            self._rows.append((at.FOR_EVER, at.FOR_EVER, at.FOR_EVER, -1, len(self._held)))
        self.of[subscription.id] = (first, len(self._rows))

    def tables(self) -> tuple[Any, ...]:
        """SEGMENTS to MEMBERS of the tape."""
        return (at.wide(self._rows, at.SEGMENT), self._held, *self._members())

    def _members(self) -> tuple[Column, Column]:
        uses: list[tuple[int, int, int, int, int]] = []
        members: list[tuple[int, int]] = []
        for plans in self._sets:
            for service_class, direction in product(SERVICE_CLASSES, DIRECTIONS):
                fitting = self._fitting(plans, service_class, direction)
                wholes = [(family.number, slot) for family, slot in fitting if is_whole(family.charges[0])]
                measures = [
                    (family.number, slot) for family, slot in fitting if not is_whole(family.charges[0])
                ]
                decks = [
                    family.first_charge for family, _ in fitting if family.charges[0].model == DECK_MODEL
                ]
                first, calls_end = len(members), len(members) + len(wholes)
                members += wholes + measures
                is_plain = len(wholes) == len(fitting) == 1 and _is_plain(fitting[0][0].charges[0])
                deck = decks[0] if decks else -1
                uses.append((first, calls_end, len(members), deck, int(is_plain)))
        return at.wide(uses, at.USE), at.wide(members, at.MEMBER)

    def _fitting(
        self, plans: tuple[PlanKey, ...], service_class: str, direction: str
    ) -> list[tuple[Family, int]]:
        """(family, position of its plan) of the charges for one kind of usage."""
        found = []
        for position, (_, plan, version) in enumerate(plans):
            for family in self._books.families[version, plan]:
                chosen = family.charges[0].selection
                if chosen.service_class in (None, service_class) and chosen.direction in (None, direction):
                    found.append((family, position))
        return found


def _is_plain(charge: UsageCharge) -> bool:
    return is_call(charge) and charge.calendar is None


def _index(identifiers: list[int]) -> tuple[Any, Any, int]:
    """FIRST_SPAN, IDENTIFIERS (empty: FIRST_SPAN is indexed by identifier) and the first identifier."""
    column = np.array(identifiers, np.int64)
    first = int(column[0]) if column.size else 0
    if column.size and int(column[-1]) - first < max(_DENSE * column.size, 10**6):
        wanted = np.arange(first, int(column[-1]) + 2)
        return np.searchsorted(column, wanted), [], first
    found, positions = np.unique(column, return_index=True)
    return np.append(positions, column.size), found, first
