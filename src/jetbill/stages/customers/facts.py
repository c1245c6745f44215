"""What the customers stage may announce."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from jetbill.stages.events.fact import Fact


@dataclass(frozen=True, slots=True)
class CustomerCreated(Fact):
    """A customer exists from now on."""

    KIND = "customer.created"
    customer_id: int
    number: str
    name: str


@dataclass(frozen=True, slots=True)
class SubscriptionStarted(Fact):
    """A customer took a bundle; `on` is the first day."""

    KIND = "subscription.started"
    subscription_id: int
    customer: int
    bundle: str
    on: date


@dataclass(frozen=True, slots=True)
class SubscriptionChanged(Fact):
    """A dated change: `change` is plan, fee, quantity, pause, resume or end."""

    KIND = "subscription.changed"
    subscription_id: int
    customer: int
    change: str
    on: date


@dataclass(frozen=True, slots=True)
class BillDayChanged(Fact):
    """The intended bill day of a customer changes on day `on`."""

    KIND = "customer.bill_day_changed"
    customer_id: int
    bill_day: int
    on: date


@dataclass(frozen=True, slots=True)
class OneOffAdded(Fact):
    """A single line was handed in."""

    KIND = "customer.one_off_added"
    one_off_id: int
    customer: int
    text: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class DiscountGiven(Fact):
    """A customer has `percent` off on what begins in [start, end), or `amount` off the fees of it."""

    KIND = "discount.given"
    discount_id: int
    customer: int
    text: str
    percent: Decimal
    amount: Decimal
    start: date
    end: date | None


@dataclass(frozen=True, slots=True)
class DiscountEnded(Fact):
    """A discount holds for no period that begins on day `on` or later."""

    KIND = "discount.ended"
    discount_id: int
    customer: int
    on: date


@dataclass(frozen=True, slots=True)
class CouponRedeemed(Fact):
    """A customer redeemed a coupon of a price book, as number `number` of all who did."""

    KIND = "coupon.redeemed"
    redemption_id: int
    customer: int
    book: str
    code: str
    number: int
    on: date


@dataclass(frozen=True, slots=True)
class CustomerReferred(Fact):
    """A customer was brought by another one; what both have off goes off their next bills."""

    KIND = "customer.referred"
    customer_id: int
    referrer: int
    on: date


@dataclass(frozen=True, slots=True)
class NumberMoved(Fact):
    """An identifier belongs to a service from an instant on."""

    KIND = "service.number_moved"
    service_id: int
    identifier: str
    start: datetime


@dataclass(frozen=True, slots=True)
class ContactBounced(Fact):
    """Mail to a contact came back; it gets none until somebody mends the address."""

    KIND = "contact.bounced"
    contact_id: int
    customer: int
    reason: str
