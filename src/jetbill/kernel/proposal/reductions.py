"""What is taken off lines: each is followed by its discounts, in the stated order, each off what is left.

100.00 less 10 %, then less 5.00 a period for 15 of 30 days: 100.00, -10.00, -2.50. As they follow the line,
they are repaired with it.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from jetbill.kernel.proposal.case import Case
from jetbill.kernel.proposal.lines import Item, LineKind, ProposedLine
from jetbill.kernel.terms import Discount

DISCOUNT = "/discount:"
"""Behind the component of a line: what is taken off it, by which discount."""


def discounted(case: Case, lines: Sequence[ProposedLine]) -> list[ProposedLine]:
    """The lines, each followed by what is taken off it."""
    own = sorted(case.account.discounts, key=lambda each: (each.rank, each.id))
    if not own:
        return list(lines)
    return [each for line in lines for each in _with_discounts(case, line, own)]


def _with_discounts(case: Case, line: ProposedLine, own: Sequence[Discount]) -> Iterator[ProposedLine]:
    yield line
    left = line.amount
    for each in own:
        if _serves(each, line):
            off = _taken(case, each, line, left)
            left += off.amount
            yield off


def _serves(discount: Discount, line: ProposedLine) -> bool:
    begins, item = line.key.period_start, line.item
    if begins < discount.start or (discount.end is not None and begins >= discount.end):
        return False
    if discount.subscription not in (None, line.key.subscription):
        return False
    if discount.plans and item.plan not in discount.plans:
        return False
    if discount.amount and item.kind is not LineKind.FEE:
        return False
    return discount.product in ("", item.product) and item.kind is not LineKind.GOODWILL


def _taken(case: Case, discount: Discount, line: ProposedLine, left: Decimal) -> ProposedLine:
    book, of = case.books.numbered(line.item.book, line.item.version), line.item
    amount = -case.run.policy.rounding.amount(_off(discount, line, left), book.currency)
    item = Item(
        LineKind.DISCOUNT,
        discount.text,
        of.product,
        of.tax_class,
        of.category,
        of.percent,
        of.reason,
        of.plan,
        of.book,
        of.version,
        unit=of.unit,
    )
    key = line.key._replace(component=f"{line.key.component}{DISCOUNT}{discount.id}")
    return ProposedLine(key, item, amount, Decimal(1), line.share)


def _off(discount: Discount, line: ProposedLine, left: Decimal) -> Fraction:
    """What is taken off, exact: an amount never more than is left, a percentage of whatever is left."""
    if not discount.amount:
        return Fraction(left) * Fraction(discount.percent) / 100
    amount = Fraction(discount.amount)
    if line.share is not None:
        amount *= Fraction(line.share.days, line.share.whole)
    return max(Fraction(0), min(amount, Fraction(left)))
