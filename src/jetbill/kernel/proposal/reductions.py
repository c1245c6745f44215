"""What is taken off lines: each is followed by its discounts, in the stated order, each off what is left.

100.00 less 10 %, then less 5.00 a period for 15 of 30 days: 100.00, -10.00, -2.50. As they follow the line,
they are repaired with it. What a price book takes off by itself comes from the version that priced the line,
so that a version published later changes nothing that was billed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from jetbill.kernel.life import Life, life
from jetbill.kernel.periods import clamped
from jetbill.kernel.promotions import Promotion
from jetbill.kernel.proposal.case import Case
from jetbill.kernel.proposal.lines import Item, LineKind, ProposedLine
from jetbill.kernel.terms import Discount

DISCOUNT = "/discount:"
"""Behind the component of a line: what is taken off it, by which discount."""
OF_BOOK = "book:"
"""Before the code of a promotion, where a discount of a customer has its id."""
TakesOff = Discount | Promotion


def discounted(case: Case, lines: Sequence[ProposedLine]) -> list[ProposedLine]:
    """The lines, each followed by what is taken off it."""
    own = case.account.discounts
    if not own and not case.books.has_promotions:
        return list(lines)
    reductions = _Reductions(case, own, _lives(case))
    return [each for line in lines for each in reductions.following(line)]


@dataclass(frozen=True, slots=True)
class _Reductions:
    """The discounts of a customer, and the lives of his subscriptions where the books ask for them."""

    case: Case
    own: Sequence[Discount]
    lives: Mapping[int, Life]

    def following(self, line: ProposedLine) -> Iterator[ProposedLine]:
        """The line and what is taken off it."""
        yield line
        left = line.amount
        for each in self._serving(line):
            off = _taken(self.case, each, line, left)
            left += off.amount
            yield off

    def _serving(self, line: ProposedLine) -> list[TakesOff]:
        """By rank; of one rank first what the book takes off, in its order, then by the ids."""
        found: list[TakesOff] = []
        if self.case.books.has_promotions and line.item.plan:
            found += [
                each
                for each in self.case.books.promotions(line.item.book, line.item.version)
                if _is_for(each, line) and self._holds(each, line)
            ]
        own = [each for each in self.own if _serves(each, line)]
        own.sort(key=lambda each: each.id)
        found += own
        return sorted(found, key=lambda each: each.rank)

    def _holds(self, promotion: Promotion, line: ProposedLine) -> bool:
        on = line.key.period_start
        if promotion.beside and not has_any(self.lives.values(), promotion.beside, on):
            return False
        return not promotion.after_months or is_old_enough(
            promotion, self.lives[line.key.subscription].start, on
        )


def is_old_enough(promotion: Promotion, start: date, on: date) -> bool:
    """Whether a subscription that began on `start` has the age of a promotion on day `on`.

    24 months after 29 February 2024 are over on 28 February 2026.
    """
    return on >= clamped(12 * start.year + start.month - 1 + promotion.after_months, start.day)


def has_any(lives: Iterable[Life], plans: Sequence[str], on: date) -> bool:
    """Whether a plan of `plans` is in force on day `on` in any of the `lives` of a customer."""
    return any(
        stretch.choice.plan in plans and stretch.start <= on and (stretch.end is None or on < stretch.end)
        for each in lives
        for stretch in each.stretches
    )


def _lives(case: Case) -> dict[int, Life]:
    if not case.books.has_promotions:
        return {}
    found = [(each.id, life(each)) for each in case.account.subscriptions]
    return {number: lived for number, lived in found if lived is not None}


def _serves(discount: Discount, line: ProposedLine) -> bool:
    begins = line.key.period_start
    if begins < discount.start or (discount.end is not None and begins >= discount.end):
        return False
    return discount.subscription in (None, line.key.subscription) and _is_for(discount, line)


def _is_for(of: TakesOff, line: ProposedLine) -> bool:
    """Whether it is taken off such a line: an amount off recurring fees only, and nothing off goodwill."""
    item = line.item
    if of.plans and item.plan not in of.plans:
        return False
    if of.product not in ("", item.product):
        return False
    return item.kind is LineKind.FEE if of.amount else item.kind is not LineKind.GOODWILL


def _taken(case: Case, by: TakesOff, line: ProposedLine, left: Decimal) -> ProposedLine:
    book, of = case.books.numbered(line.item.book, line.item.version), line.item
    amount = -case.run.policy.rounding.amount(_off(by, line, left), book.currency)
    name, text = (by.id, by.text) if isinstance(by, Discount) else (f"{OF_BOOK}{by.code}", by.name)
    item = Item(
        LineKind.DISCOUNT,
        text,
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
    key = line.key._replace(component=f"{line.key.component}{DISCOUNT}{name}")
    return ProposedLine(key, item, amount, Decimal(1), line.share)


def _off(by: TakesOff, line: ProposedLine, left: Decimal) -> Fraction:
    """What is taken off, exact: an amount never more than is left, a percentage of whatever is left."""
    if not by.amount:
        return Fraction(left) * Fraction(by.percent) / 100
    amount = Fraction(by.amount)
    if line.share is not None:
        amount *= Fraction(line.share.days, line.share.whole)
    return max(Fraction(0), min(amount, Fraction(left)))
