"""Why a line of an invoice is as it is, in words and numbers: its price worked out again by its own version.

The amount is replayed from what the line remembers (fee, share, measured use, records), so the words belong
to what was charged; where they do not, the last line says so. In English.
"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from jetbill.kernel.book import PriceBook, UsageCharge
from jetbill.kernel.charge_models import charge_model
from jetbill.kernel.money import Rounding, told
from jetbill.kernel.proposal.lines import Item, Key, LineKind, Share, code_of, is_minimum
from jetbill.kernel.proposal.reductions import DISCOUNT, OF_BOOK
from jetbill.kernel.proposal.wording import amount_of

ONE_DAY = timedelta(days=1)
_BY_HAND = {LineKind.ONE_OFF, LineKind.GOODWILL}


@dataclass(frozen=True, slots=True)
class Issued:
    """A line as it was issued. `before` is what lines issued earlier charged for the same key; `used` the
    base units that were priced on their total, `exact` what its `records` come to otherwise.
    """

    key: Key
    item: Item
    amount: Decimal
    quantity: Decimal
    share: Share | None = None
    before: Decimal = Decimal(0)
    is_repair: bool = False
    used: Fraction | None = None
    records: int = 0
    exact: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """The explanation, line by line; `holds`: what it works out is what was charged."""

    lines: tuple[str, ...]
    holds: bool = True


def explained(line: Issued, book: PriceBook, rounding: Rounding) -> Words:
    """`line` in words; `book` is the version that its item names."""
    said = [_what(line)]
    due = line.before + line.amount
    steps, answer = _worked_out(line, book, rounding)
    said += steps
    if line.is_repair:
        said.append(f"Due in all {due}, charged before {line.before}: {line.amount}.")
    holds = answer is None or answer == due
    if not holds:
        said.append(f"This comes to {answer}, but {due} was charged: prices or usage changed since.")
    said.append(_tax(line.item))
    return Words(tuple(said), holds)


def _what(line: Issued) -> str:
    key, item = line.key, line.item
    last = max(key.period_start, key.period_end - ONE_DAY)
    days = f"{key.period_start}" if last == key.period_start else f"{key.period_start} to {last}"
    what = " ".join(part for part in (item.name, key.rate_class) if part)
    code = code_of(key.component)
    place = f'"{code}" of plan "{item.plan}"' if item.plan else f"number {code}, by hand"
    source = f'{item.kind.replace("_", " ")} {place}, price book "{item.book}" version {item.version}'
    return f"{what}, {days}: {source}."


def _worked_out(line: Issued, book: PriceBook, rounding: Rounding) -> tuple[list[str], Decimal | None]:
    """The steps, and the amount that they come to (None: there is nothing to work out)."""
    kind = line.item.kind
    if kind is LineKind.USAGE:
        charge = _charge(line, book)
        return (
            _by_total(line, charge, rounding, book)
            if line.used is not None
            else _by_record(line, rounding, book)
        )
    if kind is LineKind.COMMITMENT:
        return [_commitment(line, book)], None
    if kind is LineKind.DISCOUNT and DISCOUNT in line.key.component:
        return [_taken_off(line, book)], None
    if kind in _BY_HAND or (kind in (LineKind.FEE, LineKind.SETUP) and not line.is_repair):
        return _by_price(line, rounding, book)
    return [], None


def _taken_off(line: Issued, book: PriceBook) -> str:
    """By which discount: one of the customer, or one that the book gives by itself."""
    which = line.key.component.partition(DISCOUNT)[2]
    promotion = book.promotions.get(which.removeprefix(OF_BOOK)) if which.startswith(OF_BOOK) else None
    if promotion is None:
        return f"Taken off the line above by discount {which} of the customer."
    what = f"{promotion.percent} % of what was left" if promotion.percent else f"{promotion.amount} a period"
    when = f", from {promotion.after_months} months on" if promotion.after_months else ""
    beside = f", beside {' or '.join(promotion.beside)}" if promotion.beside else ""
    return f'Taken off the line above by promotion "{promotion.code}": {what}{when}{beside}.'


def _by_price(line: Issued, rounding: Rounding, book: PriceBook) -> tuple[list[str], Decimal | None]:
    price = line.item.unit_price
    if price is None:
        return [], None
    exact = Fraction(price) * Fraction(line.quantity)
    text = f"{price}" if line.quantity == 1 else f"{amount_of(line.quantity)} x {price}"
    if line.share is None:
        amount = rounding.amount(exact, book.currency)
        return [f"{text}, in full." if line.quantity == 1 else f"{text} = {amount}."], amount
    days, whole = line.share
    exact *= Fraction(days, whole)
    amount = rounding.amount(exact, book.currency)
    if amount != line.amount:  # by seconds: the days alone do not tell
        return [f"{text} for {days} of {whole} days, shared by their seconds: {line.amount}."], None
    return [f"{text} x {days}/{whole} days = {told(exact)}, rounded to {amount}."], amount


def _by_total(
    line: Issued, charge: UsageCharge, rounding: Rounding, book: PriceBook
) -> tuple[list[str], Decimal | None]:
    assert line.used is not None
    quantity = line.used / charge.unit.size
    priced = charge_model(charge.model).price(quantity, charge.params)
    amount = rounding.amount(priced.amount, book.currency)
    records = "1 record" if line.records == 1 else f"{line.records} records"
    measured = f"{told(quantity)} {charge.unit.name} in {records}, priced on the total by {charge.model}"
    bands = [
        f"Band {part.band}: {told(part.quantity)} {charge.unit.name} = {told(part.amount)}."
        for part in priced.parts
    ]
    return [f"{measured}:", *bands, f"Together {told(priced.amount)}, rounded to {amount}."], amount


def _by_record(line: Issued, rounding: Rounding, book: PriceBook) -> tuple[list[str], Decimal | None]:
    if line.exact is None:
        return [f"Records charged: {line.records}, each by itself."], None
    amount = rounding.amount(line.exact, book.currency)
    records = "1 record comes" if line.records == 1 else f"{line.records} records come"
    return [f"{records} to {told(line.exact)}, rounded once to {amount}."], amount


def _commitment(line: Issued, book: PriceBook) -> str:
    bounds = _charge(line, book).commitment
    part = f", {line.share.days} of {line.share.whole} days of it" if line.share else ""
    if is_minimum(line.key):
        return f"The charge costs at least {bounds.minimum} a period{part}: this tops it up."
    return f"The charge costs at most {bounds.maximum} a period: this gives back what is above."


def _charge(line: Issued, book: PriceBook) -> UsageCharge:
    code = code_of(line.key.component)
    return next(each for each in book.plans[line.item.plan].charges if each.code == code)


def _tax(item: Item) -> str:
    why = f" ({item.reason})" if item.reason else ""
    return f"Tax: {item.percent.normalize():f} %, category {item.category}{why}, on the sum of the document."
