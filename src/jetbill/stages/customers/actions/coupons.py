"""Coupons are redeemed, and customers bring customers: what both leave are discounts and bill credits.

Limits hold whoever redeems at the same time: the book is held while they are counted, and no two redemptions
of a coupon have one number.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from jetbill.kernel import promotions
from jetbill.kernel.book import PriceBook
from jetbill.kernel.life import life
from jetbill.kernel.terms import SubscriptionTerms
from jetbill.kernel.trouble import Refused
from jetbill.stages.catalog import queries as catalog
from jetbill.stages.catalog.actions import take_turns
from jetbill.stages.customers import facts, queries
from jetbill.stages.customers.actions.reductions import give_bill_credit, give_discounts
from jetbill.stages.customers.models import Customer, Redemption, Referral
from jetbill.stages.customers.values import NewBillCredit, NewDiscount, NewRedemption
from jetbill.stages.events import actions as events

COUPON = "coupon"
"""Where a discount or bill credit comes from that a coupon gave; with book, code and number it is one."""
REFERRAL = "referral"


@transaction.atomic
def redeem(wish: NewRedemption, *, by: str, now: datetime) -> Redemption:
    """Redeem a coupon. Raises Refused if there is none, it is not for him, or its limits are reached."""
    owner = _customer(wish.customer)
    subscriptions = _subscriptions(wish, owner)
    book, promotion = _promotion(wish, subscriptions)
    assert promotion.coupon is not None
    _check_fits(wish, promotion, [each for each in subscriptions if each.book == book.code])
    take_turns(book.code)
    all_of_it = Redemption.objects.filter(book=book.code, code=wish.code)
    before = promotions.Redeemed(all_of_it.count(), all_of_it.filter(customer=owner).count())
    promotions.check_redeemable(wish.code, promotion.coupon, before, wish.on)
    row = Redemption.objects.create(
        customer=owner, book=book.code, code=wish.code, number=before.in_all + 1, on=wish.on
    )
    _give(wish, promotion, row, by=by, now=now)
    events.record(
        facts.CouponRedeemed(row.pk, owner.pk, book.code, wish.code, row.number, wish.on, at=now, by=by)
    )
    return row


@transaction.atomic
def refer(new: str, by_whom: str, on: date, *, by: str, now: datetime) -> Referral:
    """Customer `new` was brought by customer `by_whom`: both have off what the books of `new` say.

    Raises Refused for unknown customers, for who was brought before, and without a referral in his books.
    """
    came, referrer = _customer(new), _customer(by_whom)
    if came.pk == referrer.pk:
        raise Refused("referral.himself", customer=new)
    # whoever would bring the same customer at the same time waits here
    Customer.objects.select_for_update().get(pk=came.pk)
    if Referral.objects.filter(customer=came).exists():
        raise Refused("referral.known", customer=new)
    if Referral.objects.filter(customer=referrer, referrer=came).exists():
        raise Refused("referral.circle", customer=new, referrer=by_whom)
    told = _referral(came, on)
    row = Referral.objects.create(customer=came, referrer=referrer, on=on)
    for role, who, amount in (("referrer", by_whom, told.referrer), ("referred", new, told.referred)):
        if amount:
            credit = NewBillCredit(who, amount, told.name, on, 1, REFERRAL, f"{came.pk}/{role}")
            give_bill_credit(credit, by=by, now=now)
    events.record(facts.CustomerReferred(came.pk, referrer.pk, on, at=now, by=by))
    return row


def _customer(number: str) -> Customer:
    found = Customer.objects.filter(number=number).first()
    if found is None:
        raise Refused("customer.unknown", customer=number)
    return found


def _subscriptions(wish: NewRedemption, owner: Customer) -> Sequence[SubscriptionTerms]:
    """Those that the coupon is redeemed for."""
    own = queries.agreements([owner.pk])[owner.pk].subscriptions
    if not wish.subscription:
        return own
    named = queries.subscriptions_called({(wish.customer, wish.subscription)})
    key = named.get((wish.customer, wish.subscription))
    if key is None:
        raise Refused("subscription.unknown", customer=wish.customer, subscription=wish.subscription)
    return [each for each in own if each.id == key]


def _promotion(
    wish: NewRedemption, of: Sequence[SubscriptionTerms]
) -> tuple[PriceBook, promotions.Promotion]:
    """The promotion with that code, in the version that holds for who signs on that day."""
    for code in dict.fromkeys([each.book for each in of if wish.book in ("", each.book)]):
        book = catalog.book_for(code, wish.on)
        found = book.promotions.get(wish.code) if book is not None else None
        if book is not None and found is not None and found.coupon is not None:
            return book, found
    raise Refused("coupon.unknown", coupon=wish.code, customer=wish.customer, on=wish.on)


def _check_fits(
    wish: NewRedemption, promotion: promotions.Promotion, of: Sequence[SubscriptionTerms]
) -> None:
    """A coupon for what he has not would be lost."""
    lives = [lived for each in of if (lived := life(each)) is not None]
    for stretch in [each for lived in lives for each in lived.stretches]:
        is_one = not promotion.plans or stretch.choice.plan in promotion.plans
        if is_one and (stretch.end is None or stretch.end > wish.on):
            return
    raise Refused("coupon.fits_nothing", coupon=wish.code, customer=wish.customer, on=wish.on)


def _give(
    wish: NewRedemption, promotion: promotions.Promotion, row: Redemption, *, by: str, now: datetime
) -> None:
    source = (COUPON, f"{row.book}/{row.code}/{row.number}")
    if promotion.bill_credit:
        months = promotion.months or 1
        credit = NewBillCredit(wish.customer, promotion.bill_credit, promotion.name, wish.on, months, *source)
        give_bill_credit(credit, by=by, now=now)
        return
    new = NewDiscount(
        customer=wish.customer,
        percent=promotion.percent,
        text=promotion.name,
        start=wish.on,
        subscription=wish.subscription,
        product=promotion.product,
        amount=promotion.amount,
        plans=promotion.plans,
        months=promotion.months,
        rank=promotion.rank,
        source=source[0],
        source_id=source[1],
    )
    give_discounts([new], by=by, now=now)


def _referral(came: Customer, on: date) -> promotions.Referral:
    subscriptions = queries.agreements([came.pk])[came.pk].subscriptions
    for code in dict.fromkeys([each.book for each in subscriptions]):
        book = catalog.book_for(code, on)
        if book is not None and book.referral is not None:
            return book.referral
    raise Refused("referral.none", customer=came.number, on=on)
