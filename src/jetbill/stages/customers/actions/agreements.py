"""Starts subscriptions with their services and records what changes in them, each from a local day on."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from jetbill.kernel.terms import Happening, HappeningKind, PlanChoice
from jetbill.kernel.trouble import Refused
from jetbill.kernel.zones import midnight, zone
from jetbill.stages.customers import facts, models, queries
from jetbill.stages.customers.actions.shares import touch_shares
from jetbill.stages.customers.models import (
    SHARES,
    Customer,
    Service,
    ServiceIdentifier,
    Subscription,
)
from jetbill.stages.customers.values import NewNumber, NewSubscription
from jetbill.stages.events import actions as events
from jetbill.stages.realms.queries import current_realm

CHUNK = 2_000


def subscribe(new: Sequence[NewSubscription], *, by: str, now: datetime) -> list[int]:
    """Start subscriptions with their services and identifiers; returns their ids in the order of `new`.

    Raises Refused("customer.unknown") for a number that is no customer here.
    """
    owners = queries.customers_by_number({one.customer for one in new})
    for one in new:
        if one.customer not in owners:
            raise Refused("customer.unknown", customer=one.customer)
    rows = Subscription.objects.bulk_create(
        [_subscription(one, owners[one.customer]) for one in new], batch_size=CHUNK
    )
    models.Happening.objects.bulk_create(
        [
            models.Happening(
                subscription=row,
                on=one.start,
                kind=HappeningKind.START,
                choices=_choices(one.choices),
                recorded_at=now,
            )
            for one, row in zip(new, rows, strict=True)
        ],
        batch_size=CHUNK,
    )
    _add_services(new, rows, owners)
    touch_shares({owners[one.customer].share for one in new})
    events.record_many(
        [
            facts.SubscriptionStarted(row.pk, row.customer_id, row.bundle, row.started_on, at=now, by=by)
            for row in rows
        ]
    )
    return [row.pk for row in rows]


def change(subscription: int, happening: Happening, *, by: str, now: datetime) -> None:
    """Record a dated change; the next bill run finds the difference. Its day is the first of the new state.

    Raises Refused when the subscription is unknown, has ended before, or would change before its start.
    """
    row = Subscription.objects.select_for_update().select_related("customer").filter(pk=subscription).first()
    if row is None:
        raise Refused("subscription.unknown", subscription=subscription)
    if happening.on < row.started_on:
        raise Refused("subscription.not_started", subscription=subscription, on=happening.on)
    if row.ended_on is not None and happening.on >= row.ended_on:
        raise Refused("subscription.ended", subscription=subscription, on=row.ended_on)
    models.Happening.objects.create(
        subscription=row,
        on=happening.on,
        kind=str(happening.kind),
        choices=_choices(happening.choices),
        slot=happening.slot,
        recorded_at=now,
    )
    if happening.kind is HappeningKind.END:
        row.ended_on = happening.on
        row.save(update_fields=["ended_on"])
    touch_shares({row.customer.share})
    events.record(
        facts.SubscriptionChanged(row.pk, row.customer_id, str(happening.kind), happening.on, at=now, by=by)
    )


def change_bill_day(customer: int, bill_day: int, on: date, *, by: str, now: datetime) -> None:
    """From day `on` the customer is billed on `bill_day` (1–31); raises Refused for another day."""
    if not 1 <= bill_day <= 31:
        raise Refused("customer.bill_day", bill_day=bill_day)
    row = Customer.objects.select_for_update().get(pk=customer)
    row.bill_day_changes.create(on=on, bill_day=bill_day)
    touch_shares({row.share})
    events.record(facts.BillDayChanged(row.pk, bill_day, on, at=now, by=by))


def move_numbers(new: Sequence[NewNumber], *, by: str, now: datetime) -> int:
    """Give identifiers to services from an instant on, ending whoever had them; returns how many moved."""
    services = queries.services_by_name({(one.customer, one.service) for one in new})
    ids = queries.identifier_ids([one.identifier for one in new])
    said = []
    for one in new:
        service = services.get((one.customer, one.service))
        if service is None:
            raise Refused("service.unknown", customer=one.customer, service=one.service)
        _end_spans(ids[one.identifier], one)
        ServiceIdentifier.objects.create(
            service_id=service, identifier_id=ids[one.identifier], start=one.start, end=one.end
        )
        said.append(facts.NumberMoved(service, one.identifier, one.start, at=now, by=by))
    touch_shares(range(SHARES))
    events.record_many(said)
    return len(new)


def _subscription(one: NewSubscription, owner: Customer) -> Subscription:
    return Subscription(
        customer=owner,
        book=one.book,
        bundle=one.bundle,
        label=one.label,
        billed_through=one.billed_through,
        started_on=one.start,
    )


def _choices(choices: Sequence[PlanChoice]) -> list[list[object]]:
    return [[choice.plan, choice.fee, choice.quantity] for choice in choices]


def _add_services(
    new: Sequence[NewSubscription], rows: Sequence[Subscription], owners: dict[str, Customer]
) -> None:
    wanted = [(service, one, row) for one, row in zip(new, rows, strict=True) for service in one.services]
    made = Service.objects.bulk_create(
        [
            Service(subscription=row, name=service.name, service_class=service.service_class)
            for service, _, row in wanted
        ],
        batch_size=CHUNK,
    )
    values = [value for service, _, _ in wanted for value in service.identifiers]
    _refuse_twice(values)
    ids = queries.identifier_ids(values)
    realm_zone = current_realm().time_zone
    spans = [
        ServiceIdentifier(
            service=row,
            identifier_id=ids[value],
            start=midnight(one.start, zone(owners[one.customer].zone or realm_zone)),
        )
        for (service, one, _), row in zip(wanted, made, strict=True)
        for value in service.identifiers
    ]
    _refuse_overlaps(spans)
    ServiceIdentifier.objects.bulk_create(spans, batch_size=CHUNK)


def _refuse_twice(values: Sequence[str]) -> None:
    twice = [value for value, count in Counter(values).items() if count > 1]
    if twice:
        raise Refused("identifier.twice", identifier=twice[0])


def _refuse_overlaps(spans: Sequence[ServiceIdentifier]) -> None:
    starts = {span.identifier_id: span.start for span in spans}
    for row in ServiceIdentifier.objects.filter(identifier__in=list(starts)).select_related("identifier"):
        if row.end is None or row.end > starts[row.identifier_id]:
            raise Refused("identifier.taken", identifier=row.identifier.value, start=row.start.isoformat())


def _end_spans(identifier: int, new: NewNumber) -> None:
    for row in ServiceIdentifier.objects.select_for_update().filter(identifier=identifier):
        if row.start >= new.start:
            raise Refused("identifier.taken", identifier=new.identifier, start=row.start.isoformat())
        if row.end is None or row.end > new.start:
            row.end = new.start
            row.save(update_fields=["end"])
