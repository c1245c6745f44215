"""Lines that are in no book: charges and goodwill by hand, lines from outside, and fixed discounts.

A fixed discount is given on a bill: off its positive lines in proportion, until it is used up. Those that
follow a line are in `reductions`.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from jetbill.kernel.book import PriceBook
from jetbill.kernel.book_versions import Day
from jetbill.kernel.money import exponent, spread
from jetbill.kernel.proposal.account import Account, Run, open_for
from jetbill.kernel.proposal.books import Tax
from jetbill.kernel.proposal.case import Case
from jetbill.kernel.proposal.lines import InvoicedSum, Item, Key, LineKind, NewLine, ProposedLine
from jetbill.kernel.terms import OneOff, OneOffKind

ONE_OFF = "one_off:"
_KINDS = {OneOffKind.CHARGE: LineKind.ONE_OFF, OneOffKind.GOODWILL: LineKind.GOODWILL}


def one_off_lines(case: Case) -> Iterator[ProposedLine]:
    """Charges and goodwill of days up to the target, none from before the window."""
    for each in sorted(case.account.one_offs, key=lambda each: (each.on, each.id)):
        if each.kind in _KINDS and is_open(case, each.on):
            item = _item(case, each, _KINDS[each.kind], _tax(case, each))
            amount = case.run.policy.rounding.amount(each.amount * each.quantity, _book(case, each).currency)
            yield ProposedLine(key_of(each), item, amount, each.quantity)


def component_of(one_off: int) -> str:
    """What the lines of a one-off with this id have for a component."""
    return f"{ONE_OFF}{one_off}"


def key_of(of: OneOff, rate_class: str = "") -> Key:
    """The key of a one-off line."""
    return Key(of.subscription or 0, component_of(of.id), of.on, of.on, rate_class)


def is_open(case: Case, on: date) -> bool:
    """Whether a one-off line of day `on` may be billed now."""
    return is_due(case, on) and (case.window is None or on >= case.window)


def is_due(case: Case, on: date) -> bool:
    """Whether the day has come, and was not the business of an earlier system."""
    floor = case.account.customer.billed_through
    return on <= case.target and (floor is None or on >= floor)


def older_bill_credits(account: Account, run: Run) -> tuple[str, ...]:
    """The components of fixed discounts from before what is open: they are given until they are used up,
    however long that takes, so what was given of them must be known beside it."""
    since = open_for(run, account.billed_to)
    if since is None:
        return ()
    return tuple(
        component_of(each.id)
        for each in account.one_offs
        if each.kind is OneOffKind.DISCOUNT and each.on <= since
    )


def fixed_discounts(
    case: Case, lines: Sequence[NewLine], invoiced: Sequence[InvoicedSum]
) -> tuple[NewLine, ...]:
    """The lines that give fixed discounts off `lines`, one per tax; together never more than the lines."""
    given: list[NewLine] = []
    for each in sorted(case.account.one_offs, key=lambda each: (each.on, each.id)):
        if each.kind is OneOffKind.DISCOUNT and is_due(case, each.on):
            given += _given(case, each, [*lines, *given], invoiced)
    return tuple(given)


def _given(
    case: Case, discount: OneOff, lines: Sequence[NewLine], invoiced: Sequence[InvoicedSum]
) -> Iterator[NewLine]:
    currency = case.account.customer.currency
    wanted = case.run.policy.rounding.amount(abs(discount.amount * discount.quantity), currency)
    component = component_of(discount.id)
    before = [each for each in invoiced if each.key.component == component]
    wanted += sum((each.amount for each in before), Decimal(0))
    wanted = min(wanted, sum((line.amount for line in lines), Decimal(0)))
    per_tax = _per_tax(lines, None if discount.subscription is None else discount.subscription)
    if wanted <= 0 or not per_tax:
        return
    wanted = min(wanted, sum(per_tax.values(), Decimal(0)))
    shares = spread(wanted, list(per_tax.values()), exponent(currency))
    for (tax_class, tax), amount in zip(per_tax, shares, strict=True):
        key = key_of(discount, f"{tax_class}:{tax.category}:{tax.percent.normalize():f}")
        revision = sum(each.lines for each in before if each.key == key)
        if amount:
            item = _item(case, discount, LineKind.DISCOUNT, tax, tax_class)
            yield NewLine(key, revision, item, -amount, Decimal(1), discount.on, discount.on)


def _per_tax(lines: Sequence[NewLine], subscription: int | None) -> dict[tuple[str, Tax], Decimal]:
    """What may be discounted, by tax: the lines less what earlier discounts took."""
    found: dict[tuple[str, Tax], Decimal] = {}
    for line in lines:
        if subscription is None or line.key.subscription == subscription:
            item = line.item
            name = (item.tax_class, Tax(item.category, item.percent, item.reason))
            found[name] = found.get(name, Decimal(0)) + line.amount
    return {name: amount for name, amount in found.items() if amount > 0}


def _item(case: Case, of: OneOff, kind: LineKind, tax: Tax, tax_class: str = "") -> Item:
    book = _book(case, of)
    price = None if kind is LineKind.DISCOUNT else of.amount
    source = ("", book.code, book.version)
    return Item(kind, of.text, of.product, tax_class or of.tax_class, *tax, *source, unit_price=price)


def _tax(case: Case, of: OneOff) -> Tax:
    return case.books.tax(_book(case, of), of.tax_class, case.account.customer, of.on)


def _book(case: Case, of: OneOff) -> PriceBook:
    """The book whose taxes hold: that of the line's subscription, of the first one, of the realm."""
    subscriptions = case.account.subscriptions
    own = [each for each in subscriptions if each.id == of.subscription] or list(subscriptions)
    if own:
        started = own[0].happenings[0].on if own[0].happenings else of.on
        return case.books.version(own[0].book, Day(of.on, min(started, of.on), of.on))
    return case.books.first()
