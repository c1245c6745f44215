"""Gives discounts and ends them. The next bill run finds the difference in the periods that are open."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from jetbill.kernel.discounts import credit_days, end_after
from jetbill.kernel.money import exponent, rounded
from jetbill.kernel.terms import OneOffKind
from jetbill.kernel.trouble import Refused
from jetbill.stages.catalog import queries as catalog
from jetbill.stages.customers import facts, queries
from jetbill.stages.customers.actions.money import add_one_offs
from jetbill.stages.customers.models import BillDayChange, Customer, Discount, Subscription
from jetbill.stages.customers.values import NewBillCredit, NewDiscount, NewOneOff, Taken
from jetbill.stages.events import actions as events

CHUNK = 2_000
MOST_MONTHS = 1_200


def add_discounts(new: Sequence[NewDiscount], *, by: str, now: datetime) -> Taken:
    """Give discounts; one whose (source, source_id) is there already is left out, counted as known.

    Raises Refused for an unknown customer, subscription or plan, for what is neither a percentage nor an
    amount, and for days that end too early.
    """
    known = queries.known_sources(Discount, {(one.source, one.source_id) for one in new if one.source})
    fresh = give_discounts(
        [one for one in new if not one.source or (one.source, one.source_id) not in known], by=by, now=now
    )
    return Taken(len(fresh), tuple(source_id for _, source_id in known))


def give_discounts(new: Sequence[NewDiscount], *, by: str, now: datetime) -> list[Discount]:
    """The same for discounts that are all new; their rows, in order."""
    owners = queries.customers_by_number({one.customer for one in new})
    of = queries.subscriptions_called({(one.customer, one.subscription) for one in new if one.subscription})
    for one in new:
        _check(one, owners, of)
    rows = Discount.objects.bulk_create(
        [_row(_dated(one, owners[one.customer], of), owners[one.customer], of) for one in new], CHUNK
    )
    events.record_many(
        [
            facts.DiscountGiven(
                *(row.pk, row.customer_id, row.text, row.percent, row.amount, row.start, row.end),
                at=now,
                by=by,
            )
            for row in rows
        ]
    )
    return rows


def end_discount(discount: int, on: date, *, by: str, now: datetime) -> Discount:
    """The discount holds for no period that begins on day `on` or later; it only ever ends earlier.

    Raises Refused for a discount that is unknown, begins later than `on`, or ends before it.
    """
    row = Discount.objects.select_for_update().filter(pk=discount).first()
    if row is None:
        raise Refused("discount.unknown", discount=discount)
    if on < row.start:
        raise Refused("discount.not_started", discount=discount, start=row.start)
    if row.end is not None and row.end < on:
        raise Refused("discount.ended", discount=discount, on=row.end)
    row.end = on
    row.save(update_fields=["end"])
    events.record(facts.DiscountEnded(row.pk, row.customer_id, on, at=now, by=by))
    return row


def give_bill_credit(wish: NewBillCredit, *, by: str, now: datetime) -> int:
    """Give an amount off the next bills, or one a month; how many. Raises Refused for what cannot be."""
    owner = queries.customers_by_number({wish.customer}).get(wish.customer)
    if owner is None:
        raise Refused("customer.unknown", customer=wish.customer)
    if wish.amount <= 0 or wish.amount != rounded(wish.amount, exponent(owner.currency)):
        money = owner.currency
        raise Refused("discount.amount", customer=wish.customer, amount=wish.amount, currency=money)
    if not 1 <= wish.months <= MOST_MONTHS:
        raise Refused("discount.months", customer=wish.customer, months=wish.months, most=MOST_MONTHS)
    days = credit_days(wish.months, wish.on, _bill_day(owner, wish.on, _began(owner)))
    new = [
        NewOneOff(
            *(wish.customer, day, wish.text, -wish.amount),
            kind=OneOffKind.DISCOUNT,
            source=wish.source,
            source_id=f"{wish.source_id}/{number}" if number and wish.source else wish.source_id,
        )
        for number, day in enumerate(days)
    ]
    return add_one_offs(new, by=by, now=now).made


def _check(one: NewDiscount, owners: Mapping[str, Customer], of: Mapping[tuple[str, str], int]) -> None:
    owner = owners.get(one.customer)
    if owner is None:
        raise Refused("customer.unknown", customer=one.customer)
    if one.subscription and (one.customer, one.subscription) not in of:
        raise Refused("subscription.unknown", customer=one.customer, subscription=one.subscription)
    if bool(one.percent) == bool(one.amount):
        raise Refused("discount.either", customer=one.customer)
    if not 0 <= one.percent <= 100:
        raise Refused("discount.percent", customer=one.customer, percent=one.percent)
    if one.amount < 0 or one.amount != rounded(one.amount, exponent(owner.currency)):
        money = owner.currency
        raise Refused("discount.amount", customer=one.customer, amount=one.amount, currency=money)
    if one.end is not None and one.end <= one.start:
        raise Refused("discount.days", customer=one.customer, start=one.start, end=one.end)
    if one.months is not None and (one.end is not None or not 1 <= one.months <= MOST_MONTHS):
        raise Refused("discount.months", customer=one.customer, months=one.months, most=MOST_MONTHS)
    if one.plans:
        _check_plans(one, owner)


def _check_plans(one: NewDiscount, owner: Customer) -> None:
    """A plan that no book of his has would never be discounted."""
    codes = set(Subscription.objects.filter(customer=owner).values_list("book", flat=True))
    known = {
        plan for versions in catalog.published(codes).values() for each in versions for plan in each.plans
    }
    for plan in one.plans:
        if plan not in known:
            raise Refused("discount.plan_unknown", customer=one.customer, plan=plan)


def _dated(one: NewDiscount, owner: Customer, of: Mapping[tuple[str, str], int]) -> NewDiscount:
    """The discount with its end, where it was told in months."""
    if one.months is None:
        return one
    began = _began(owner, of[one.customer, one.subscription] if one.subscription else None)
    return replace(one, end=end_after(one.months, one.start, _bill_day(owner, one.start, began), began))


def _began(owner: Customer, subscription: int | None = None) -> list[date]:
    """The days on which his subscriptions, or one of them, began, the first of all first."""
    own = Subscription.objects.filter(customer=owner).order_by("started_on")
    if subscription is not None:
        own = own.filter(pk=subscription)
    return list(own.values_list("started_on", flat=True))


def _bill_day(owner: Customer, on: date, began: Sequence[date]) -> int:
    """His bill day on a day; where each subscription keeps its own, that of the first of `began`."""
    changes = BillDayChange.objects.filter(customer=owner, on__lte=on).order_by("-on", "-id")
    day = changes.values_list("bill_day", flat=True).first() or owner.bill_day
    return day or (began[0] if began else on).day


def _row(one: NewDiscount, owner: Customer, of: Mapping[tuple[str, str], int]) -> Discount:
    return Discount(
        customer_id=owner.pk,
        subscription_id=of[one.customer, one.subscription] if one.subscription else None,
        start=one.start,
        end=one.end,
        percent=one.percent,
        amount=one.amount,
        text=one.text,
        product=one.product,
        plans=list(one.plans),
        rank=one.rank,
        source=one.source,
        source_id=one.source_id,
    )
