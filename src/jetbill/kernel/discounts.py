"""Discounts stacked in order: percentages, each on what the ones before left, then fixed amounts.

100.00 less 10 % and 50.00 is 40.00, whatever the order they were given in. Nothing goes below 0.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from jetbill.kernel.book import Every, Span
from jetbill.kernel.money import HALF_UP, Rounding, exponent, spread
from jetbill.kernel.periods import Cycle

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Stack:
    """Percentages and fixed amounts of one scope, each in its order."""

    percents: tuple[Decimal, ...] = ()
    fixed: tuple[Decimal, ...] = ()

    def __post_init__(self) -> None:
        if any(not 0 <= percent <= 100 for percent in self.percents):
            raise ValueError("a discount is from 0 to 100 percent")
        if any(amount < 0 for amount in self.fixed):
            raise ValueError("a discount is not negative")


def taken_off(amount: Decimal, stack: Stack, currency: str, rounding: Rounding = HALF_UP) -> Decimal:
    """What a stack takes off an amount that is not negative: percentages rounded, at most all of it."""
    left = amount
    for percent in stack.percents:
        left -= rounding.amount(Fraction(left) * Fraction(percent) / 100, currency)
    return amount - max(ZERO, left - sum(stack.fixed, ZERO))


def lines_after(lines: Sequence[Decimal], discount: Decimal, currency: str) -> tuple[Decimal, ...]:
    """The lines less their shares of one discount, by largest remainder; together at most all of them."""
    whole = sum(lines, ZERO)
    if not whole:
        return tuple(lines)
    shares = spread(min(discount, whole), lines, exponent(currency))
    return tuple(line - share for line, share in zip(lines, shares, strict=True))


def exact_shares(lines: Sequence[Decimal], coupons: Sequence[Decimal]) -> tuple[Fraction, ...]:
    """The share of each line in coupons that cover all of them, not rounded; together at most the lines."""
    whole = Fraction(sum(lines, ZERO))
    taken = min(Fraction(sum(coupons, ZERO)), whole)
    return tuple(Fraction(line) * taken / whole if whole else Fraction(0) for line in lines)


@dataclass(frozen=True, slots=True)
class Couponed:
    """Lines less coupons, the tax of each line on what is left, and the totals."""

    shares: tuple[Fraction, ...]
    taxes: tuple[Decimal, ...]
    net: Decimal

    @property
    def tax(self) -> Decimal:
        """All taxes."""
        return sum(self.taxes, ZERO)

    @property
    def total(self) -> Decimal:
        """To pay."""
        return self.net + self.tax


@dataclass(frozen=True, slots=True)
class Rated:
    """A net line and its tax rate in percent."""

    amount: Decimal
    rate: Decimal = ZERO


def couponed(
    lines: Sequence[Rated], coupons: Sequence[Decimal], currency: str, rounding: Rounding = HALF_UP
) -> Couponed:
    """Coupons off all lines; the tax of a line is rounded, its share of the coupons is not."""
    amounts = [line.amount for line in lines]
    shares = exact_shares(amounts, coupons)
    taxes = tuple(
        rounding.amount((Fraction(line.amount) - share) * Fraction(line.rate) / 100, currency)
        for line, share in zip(lines, shares, strict=True)
    )
    whole = sum(amounts, ZERO)
    return Couponed(shares, taxes, whole - min(sum(coupons, ZERO), whole))


def end_after(months: int, start: date, bill_day: int, began: Iterable[date] = ()) -> date:
    """The first day without, `months` months from bill day to bill day after the first period that has it.

    That period begins on the first bill day from `start` on, or sooner with a subscription: `began` are the
    days on which they did or will. With bill day 1, 3 months from 20 January end before 1 May; if the
    subscription began on that day, before 1 April, for the begun month is the first.
    """
    cycle = Cycle(Every(1, Span.MONTH), start, bill_day)
    following = cycle.at_or_after(start)
    first = min([each if each >= start else following for each in began], default=following)
    return cycle.boundary(cycle.index(first) + months)


def credit_days(months: int, on: date, bill_day: int) -> tuple[date, ...]:
    """The days from which on each of `months` equal bill credits is given: `on`, then one bill day after the
    other. The first goes off the first bill from `on` on, the second off the bill of the bill day after it.

    3 with bill day 1 from 20 January: 20 January (the bill of 1 February), 1 March, 1 April.
    """
    cycle = Cycle(Every(1, Span.MONTH), on, bill_day)
    first = cycle.index(cycle.at_or_after(on))
    return (on, *[cycle.boundary(first + number) for number in range(1, months)])
