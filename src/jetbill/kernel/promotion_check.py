"""Are the promotions of a price book sound, and can each of them ever apply?"""

from collections.abc import Iterator
from decimal import Decimal

from jetbill.kernel.book import Plan, PriceBook
from jetbill.kernel.currencies import EXPONENTS
from jetbill.kernel.finding import Finding, error, unknown, warning
from jetbill.kernel.money import rounded
from jetbill.kernel.promotions import Coupon, Promotion

NEVER = "it can never apply: "


def promotion_findings(book: PriceBook) -> Iterator[Finding]:
    """What is wrong with promotions and the referral, in the order of the book."""
    for code, each in book.promotions.items():
        path = f"promotions.{code}"
        yield from _value(each, path, book.currency)
        yield from _plans(each, path, book)
        yield from _conditions(each, path)
        if each.coupon is not None:
            yield from _coupon(each.coupon, f"{path}.coupon", book)
        yield from _reach(each, path, book)
    if book.referral is not None:
        yield from _referral(book)


def _value(of: Promotion, path: str, currency: str) -> Iterator[Finding]:
    if sum(map(bool, (of.percent, of.amount, of.bill_credit))) != 1:
        yield error(path, "a promotion takes off one thing", "write percent, amount or bill_credit")
    if not 0 <= of.percent <= 100:
        yield error(f"{path}.percent", f"{of.percent} is not a percentage from 0 to 100")
    for name in ("amount", "bill_credit"):
        yield from _amount(getattr(of, name), f"{path}.{name}", currency)


def _amount(amount: Decimal, path: str, currency: str) -> Iterator[Finding]:
    if amount < 0:
        yield error(path, f"what is taken off is written without a minus: {amount}")
    digits = EXPONENTS.get(currency)
    if digits is not None and amount != rounded(amount, digits):
        yield error(path, f"{amount} has more decimals than {currency} has ({digits})")


def _plans(of: Promotion, path: str, book: PriceBook) -> Iterator[Finding]:
    for name in ("plans", "beside"):
        for plan in getattr(of, name):
            if plan not in book.plans:
                yield error(f"{path}.{name}", unknown("plan", plan, book.plans))


def _conditions(of: Promotion, path: str) -> Iterator[Finding]:
    if of.after_months < 0:
        yield error(f"{path}.after_months", f"{of.after_months} months are less than none")
    if of.months is not None and of.months < 1:
        yield error(f"{path}.months", f"{of.months} months are less than one")
    if of.coupon is None and of.months is not None:
        mend = "an introductory price for everybody is a phase of the fee"
        yield error(f"{path}.months", "only what is redeemed ends after some months", mend)
    if of.coupon is None and of.bill_credit:
        yield error(f"{path}.bill_credit", "a bill credit needs a coupon", "write coupon: {per_customer: 1}")
    if of.coupon is not None and (of.after_months or of.beside):
        yield error(path, "a coupon is had by redeeming it", "leave out after_months and beside")
    if of.bill_credit and (of.plans or of.product):
        yield error(path, "a bill credit is off whole bills, until it is used up", "leave out plans, product")
    if of.beside and of.plans and set(of.plans) <= set(of.beside):
        yield warning(f"{path}.beside", "whoever has one of its plans has it always, beside itself")


def _coupon(of: Coupon, path: str, book: PriceBook) -> Iterator[Finding]:
    if of.limit is not None and of.limit < 1:
        yield error(f"{path}.limit", f"{NEVER}nobody may redeem it")
    elif of.limit is not None and of.per_customer > of.limit:
        yield warning(
            f"{path}.per_customer", f"one customer may redeem it {of.per_customer} times, all {of.limit}"
        )
    if of.per_customer < 1:
        yield error(f"{path}.per_customer", f"{NEVER}no customer may redeem it")
    if of.until is not None and of.since is not None and of.until < of.since:
        yield error(f"{path}.until", f"{NEVER}it ends on {of.until}, before it begins on {of.since}")
    elif of.until is not None and of.until < book.effective:
        yield error(
            f"{path}.until", f"{NEVER}it ends on {of.until}, before the book holds on {book.effective}"
        )


def _reach(of: Promotion, path: str, book: PriceBook) -> Iterator[Finding]:
    """Whether there is anything at all that it could be taken off."""
    if of.bill_credit or any(plan not in book.plans for plan in of.plans):
        return
    plans = [book.plans[code] for code in of.plans or book.plans]
    if not any(_takes_off(of, plan) for plan in plans):
        what = "recurring fee" if of.amount else "fee or charge"
        product = f' with the product "{of.product}"' if of.product else ""
        yield warning(path, f"{NEVER}no {what} of its plans{product} is there")


def _takes_off(of: Promotion, plan: Plan) -> bool:
    fees = [fee.product for fee in plan.fees if fee.every is not None or not of.amount]
    products = fees if of.amount else [*fees, *[charge.product for charge in plan.charges]]
    return of.product in products if of.product else bool(products)


def _referral(book: PriceBook) -> Iterator[Finding]:
    of = book.referral
    assert of is not None
    if not of.referrer and not of.referred:
        yield error("referral", "neither who brings a customer nor who comes has anything off")
    for name in ("referrer", "referred"):
        yield from _amount(getattr(of, name), f"referral.{name}", book.currency)
