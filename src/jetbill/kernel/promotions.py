"""What a price book takes off: by itself (loyalty, bundles), against a coupon, or for a friend who came.

`{percent: 5, after_months: 24}` is 5 % off from the second anniversary of a subscription on; `{percent: 50,
plans: [voice], beside: [fiber]}` is voice at half its price while the customer has fiber too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from jetbill.kernel.trouble import Refused

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Coupon:
    """Who may redeem the code of a promotion: `limit` times in all (None: no limit), each customer
    `per_customer` times, on days from `since` to `until`, both included."""

    limit: int | None = None
    per_customer: int = 1
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Promotion:
    """`percent` off every line, `amount` off every recurring fee, or `bill_credit` off bills until used up;
    of some `plans` (none: of all) and one `product` ("": of all). Of several the lower `rank` goes first.

    With a `coupon` those have it who redeem its code, for so many `months` (None: for ever; a bill credit is
    given once, or once a month). Without one
    everybody has it: on what begins `after_months` of the subscription or later, and on a day on which the
    customer has a plan of `beside` (none: always).
    """

    code: str
    name: str
    percent: Decimal = NOTHING
    amount: Decimal = NOTHING
    bill_credit: Decimal = NOTHING
    plans: tuple[str, ...] = ()
    product: str = ""
    months: int | None = None
    after_months: int = 0
    beside: tuple[str, ...] = ()
    coupon: Coupon | None = None
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Referral:
    """Who brings a new customer has `referrer` off his next bills, and the new one `referred` off his."""

    name: str
    referrer: Decimal = NOTHING
    referred: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class Redeemed:
    """How often a coupon was redeemed before: in all, and by one customer."""

    in_all: int = 0
    by_him: int = 0


def check_redeemable(code: str, coupon: Coupon, before: Redeemed, on: date) -> None:
    """Raises Refused if the coupon `code` may not be redeemed on day `on`."""
    if coupon.since is not None and on < coupon.since:
        raise Refused("coupon.early", coupon=code, since=coupon.since)
    if coupon.until is not None and on > coupon.until:
        raise Refused("coupon.late", coupon=code, until=coupon.until)
    if coupon.limit is not None and before.in_all >= coupon.limit:
        raise Refused("coupon.used_up", coupon=code, limit=coupon.limit)
    if before.by_him >= coupon.per_customer:
        raise Refused("coupon.had", coupon=code, times=before.by_him)


def automatic(promotions: Mapping[str, Promotion]) -> tuple[Promotion, ...]:
    """Those that need no coupon, in the order in which they are taken off."""
    return tuple(
        sorted([each for each in promotions.values() if not each.coupon], key=lambda each: each.rank)
    )
