"""Reads of the customers stage, set-based: a handful of queries however many customers are asked for."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection

from jetbill.kernel import terms
from jetbill.stages.customers.models import (
    Customer,
    Discount,
    Identifier,
    OneOff,
    Service,
    ShareTerms,
    Subscription,
)
from jetbill.stages.realms.arrays import ids_array
from jetbill.stages.realms.queries import current_realm

_KNOWN_IDENTIFIERS = """
SELECT value, id FROM identifier WHERE realm_id = (SELECT realm()) AND value = ANY (%s::text[])
"""
_SHARES_OF_IDENTIFIERS = """
SELECT DISTINCT i.identifier_id, c.share FROM service_identifier i
JOIN service s ON s.realm_id = i.realm_id AND s.id = i.service_id
JOIN subscription t ON t.realm_id = s.realm_id AND t.id = s.subscription_id
JOIN customer c ON c.realm_id = t.realm_id AND c.id = t.customer_id
WHERE i.realm_id = (SELECT realm()) AND i.identifier_id = ANY (%s::bigint[])
"""


@dataclass(frozen=True, slots=True)
class Agreement:
    """One customer with all that billing must know of him."""

    customer: terms.CustomerTerms
    subscriptions: tuple[terms.SubscriptionTerms, ...]
    bill_day_changes: tuple[terms.BillDayChange, ...]
    one_offs: tuple[terms.OneOff, ...]
    discounts: tuple[terms.Discount, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceSpan:
    """`identifier` names `service` of `subscription` of `customer` in [start, end); `end` None is open."""

    identifier: int
    start: datetime
    end: datetime | None
    service: int
    subscription: int
    customer: int
    share: int


def ids_by_number(numbers: Iterable[str]) -> dict[str, int]:
    """The customers among `numbers` that exist, as number -> id."""
    return dict(Customer.objects.filter(number__in=list(numbers)).values_list("number", "id"))


def customers_by_number(numbers: Iterable[str]) -> dict[str, Customer]:
    """The customers among `numbers` that exist."""
    return {row.number: row for row in Customer.objects.filter(number__in=list(numbers))}


def agreements(customers: Sequence[int]) -> dict[int, Agreement]:
    """The terms of `customers` (ids) in six queries. Rows as tuples: a bill run asks for everybody."""
    zone = current_realm().time_zone
    subscriptions = _subscriptions(customers)
    changes: dict[int, list[terms.BillDayChange]] = defaultdict(list)
    for customer, *change in _rows(_BILL_DAYS, customers):
        changes[customer].append(terms.BillDayChange(*change))
    one_offs: dict[int, list[terms.OneOff]] = defaultdict(list)
    for row in _rows(_ONE_OFFS, customers):
        one_offs[row[1]].append(_one_off(row))
    discounts: dict[int, list[terms.Discount]] = defaultdict(list)
    for row in _rows(_DISCOUNTS, customers):
        discounts[row[1]].append(_discount(row))
    return {
        row[0]: Agreement(
            _customer_terms(row, zone),
            tuple(subscriptions.get(row[0], ())),
            tuple(changes.get(row[0], ())),
            tuple(one_offs.get(row[0], ())),
            tuple(discounts.get(row[0], ())),
        )
        for row in _rows(_CUSTOMERS, customers)
    }


def _rows(statement: str, customers: Sequence[int]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [ids_array(customers)])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def spans_around(shares: Sequence[int]) -> list[ServiceSpan]:
    """The spans of every identifier that ever belonged to somebody of `shares`, those of others too.

    By identifier, each in the order of time.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SPANS_AROUND, [list(shares)])
        return [ServiceSpan(*row) for row in cursor.fetchall()]


def share_versions() -> dict[int, int]:
    """Per share how often its terms changed so far; one that never did is left out."""
    return dict(ShareTerms.objects.values_list("share", "version"))


def customers_by_share(shares: Sequence[int]) -> dict[int, list[int]]:
    """The ids of the customers of each of `shares`, in id order."""
    found: dict[int, list[int]] = {share: [] for share in shares}
    rows = Customer.objects.filter(share__in=list(shares)).order_by("id").values_list("id", "share")
    for customer, share in rows:
        found[share].append(customer)
    return found


def identifier_ids(values: Sequence[str]) -> dict[str, int]:
    """The ids of identifiers, made where a value was never seen before."""
    wanted = set(values)
    known = _known_identifiers(wanted)
    missing = sorted(wanted - known.keys())
    if missing:
        Identifier.objects.bulk_create(
            [Identifier(value=value) for value in missing], batch_size=2_000, ignore_conflicts=True
        )
        known |= _known_identifiers(set(missing))
    return known


def shares_of_identifiers(identifiers: Iterable[int]) -> dict[int, set[int]]:
    """identifier id -> shares of the customers it ever belonged to; one of nobody is left out."""
    found: dict[int, set[int]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(_SHARES_OF_IDENTIFIERS, [sorted(identifiers)])
        for identifier, share in cursor.fetchall():
            found[identifier].add(share)
    return dict(found)


def services_by_name(wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """(customer number, service name) -> service id."""
    numbers = {number for number, _ in wanted}
    rows = Service.objects.filter(subscription__customer__number__in=numbers)
    return {
        (number, name): service
        for service, name, number in rows.values_list("id", "name", "subscription__customer__number")
    }


def known_sources(kind: type[OneOff | Discount], wanted: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Which of the (source, source id) pairs were taken in already, as single lines or as discounts."""
    pairs = set(wanted)
    rows = kind.objects.filter(source_id__in=[source_id for _, source_id in pairs])
    return pairs & set(rows.values_list("source", "source_id"))


def subscriptions_called(wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """(customer number, label or bundle) -> subscription id; the label goes before, the newest of several."""
    numbers = {number for number, _ in wanted}
    rows = Subscription.objects.filter(customer__number__in=numbers).order_by("id")
    found: dict[tuple[str, str], int] = {}
    told = list(rows.values_list("id", "customer__number", "bundle", "label"))
    found.update({(number, bundle): key for key, number, bundle, _ in told})
    found.update({(number, label): key for key, number, _, label in told if label})
    return found


def _known_identifiers(values: set[str]) -> dict[str, int]:
    # as one array: an IN list of thousands takes longer to write and parse than to answer
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN_IDENTIFIERS, [sorted(values)])
        return dict(cursor.fetchall())


def _subscriptions(customers: Sequence[int]) -> dict[int, list[terms.SubscriptionTerms]]:
    happenings: dict[int, list[terms.Happening]] = defaultdict(list)
    for subscription, on, kind, choices, slot, sequence in _rows(_HAPPENINGS, customers):
        happening = terms.Happening(on, terms.HappeningKind(kind), _choices(choices), slot, sequence)
        happenings[subscription].append(happening)
    found: dict[int, list[terms.SubscriptionTerms]] = defaultdict(list)
    for key, customer, book, bundle, label, billed_through in _rows(_SUBSCRIPTIONS, customers):
        happened = tuple(happenings.get(key, ()))
        found[customer].append(
            terms.SubscriptionTerms(key, customer, book, bundle, happened, label, billed_through)
        )
    return found


@lru_cache(maxsize=10_000)
def _choices(written: str) -> tuple[terms.PlanChoice, ...]:
    """The choices of a happening; few are different, so each is read once per process."""
    return tuple(terms.PlanChoice(*choice) for choice in json.loads(written))


def _customer_terms(row: tuple[Any, ...], zone: str) -> terms.CustomerTerms:
    key, number, own_zone, currency, bill_day, country, payment_days, tax_exempt, billed_through = row
    return terms.CustomerTerms(
        id=key,
        number=number,
        zone=own_zone or zone,
        currency=currency,
        bill_day=bill_day,
        country=country,
        payment_days=payment_days,
        tax_exempt=_exemptions(tax_exempt),
        billed_through=billed_through,
    )


@lru_cache(maxsize=10_000)
def _exemptions(written: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, reason) for name, reason in json.loads(written))


def _one_off(row: tuple[Any, ...]) -> terms.OneOff:
    key, customer, on, text, amount, quantity, kind, product, tax_class, subscription = row
    return terms.OneOff(
        id=key,
        customer=customer,
        on=on,
        text=text,
        amount=amount,
        quantity=quantity,
        kind=terms.OneOffKind(kind),
        product=product,
        tax_class=tax_class,
        subscription=subscription,
    )


def _discount(row: tuple[Any, ...]) -> terms.Discount:
    *told, plans, rank = row
    return terms.Discount(*told, plans=_names(plans), rank=rank)


@lru_cache(maxsize=1_000)
def _names(written: str) -> tuple[str, ...]:
    return tuple(json.loads(written))


def payment_days(customers: Sequence[int]) -> dict[int, int]:
    """How many days each of `customers` has to pay."""
    return dict(_rows("SELECT id, payment_days FROM customer WHERE id = ANY(%s::bigint[])", customers))


@dataclass(frozen=True, slots=True)
class ServiceName:
    """A service as lists name it: by the identifier it has longest, or else its name."""

    id: int
    subscription: int
    name: str
    identifier: str


def services_of(subscriptions: Iterable[int]) -> dict[int, ServiceName]:
    """The services of `subscriptions`, by id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.id, s.subscription_id, s.name, coalesce((SELECT i.value FROM service_identifier x"
            " JOIN identifier i ON i.id = x.identifier_id WHERE x.service_id = s.id"
            " ORDER BY x.start_at LIMIT 1), s.name) FROM service s WHERE s.subscription_id = ANY(%s)",
            [list(subscriptions)],
        )
        return {row[0]: ServiceName(*row) for row in cursor.fetchall()}


def zones_and_shares(customers: Sequence[int]) -> dict[int, tuple[str, int]]:
    """The time zone and the share of each of `customers`."""
    zone = current_realm().time_zone
    rows = Customer.objects.filter(pk__in=customers).values_list("id", "zone", "share")
    return {customer: (own or zone, share) for customer, own, share in rows}


class Addressee(NamedTuple):
    """A customer as documents name him."""

    customer: int
    number: str
    name: str
    language: str
    tax_id: str
    lines: tuple[str, ...]
    city: str
    postcode: str
    country: str
    email: str


def addressees(customers: Sequence[int]) -> dict[int, Addressee]:
    """How documents address `customers`, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(_ADDRESSEES, [ids_array(customers)])
        rows = cursor.fetchall()
    lines = json.loads(f"[{','.join([row[5] for row in rows])}]")
    return {
        row[0]: Addressee(*row[:5], tuple(those), *row[6:]) for row, those in zip(rows, lines, strict=True)
    }


_CUSTOMERS = """
SELECT id, number, zone, currency, bill_day, country, payment_days, tax_exempt::text, billed_through
FROM customer WHERE id = ANY(%s::bigint[])
"""
_SUBSCRIPTIONS = """
SELECT id, customer_id, book, bundle, label, billed_through
FROM subscription WHERE customer_id = ANY(%s::bigint[]) ORDER BY id
"""
_HAPPENINGS = """
SELECT h.subscription_id, h.on_day, h.kind, h.choices::text, h.slot, h.id
FROM happening h JOIN subscription s ON s.id = h.subscription_id AND s.realm_id = h.realm_id
WHERE s.customer_id = ANY(%s::bigint[]) ORDER BY h.on_day, h.id
"""
_ONE_OFFS = """
SELECT id, customer_id, on_day, text, amount, quantity, kind, product, tax_class, subscription_id
FROM one_off WHERE customer_id = ANY(%s::bigint[]) ORDER BY on_day, id
"""
_DISCOUNTS = """
SELECT id, customer_id, start_day, end_day, percent, text, subscription_id, product, amount, plans::text, rank
FROM discount WHERE customer_id = ANY(%s::bigint[]) ORDER BY rank, id
"""
_BILL_DAYS = """
SELECT customer_id, on_day, bill_day FROM bill_day_change
WHERE customer_id = ANY(%s::bigint[]) ORDER BY on_day, id
"""

_ADDRESSEES = """
SELECT c.id, c.number, c.name, c.language, c.tax_id, coalesce(a.lines::text, '[]'), coalesce(a.city, ''),
       coalesce(a.postcode, ''), coalesce(nullif(a.country, ''), c.country),
       coalesce((SELECT email FROM contact k WHERE k.customer_id = c.id AND k.is_billing AND k.email <> ''
                 ORDER BY k.id LIMIT 1), '')
FROM customer c LEFT JOIN address a ON a.customer_id = c.id AND a.kind = 'billing' AND a.realm_id = c.realm_id
WHERE c.id = ANY(%s::bigint[])
"""

_SPANS_AROUND = """
SELECT i.identifier_id, i.start_at, i.end_at, s.id, t.id, c.id, c.share
FROM service_identifier i JOIN service s ON s.id = i.service_id
JOIN subscription t ON t.id = s.subscription_id JOIN customer c ON c.id = t.customer_id
WHERE i.identifier_id IN (
  SELECT j.identifier_id FROM service_identifier j JOIN service v ON v.id = j.service_id
  JOIN subscription w ON w.id = v.subscription_id JOIN customer k ON k.id = w.customer_id
  WHERE k.share = ANY(%s))
ORDER BY i.identifier_id, i.start_at
"""
