"""A change within a period, and what follows from it: credit at the old price, charge at the new one.

The day of the change belongs to the new state. Credit and charge are each rounded; net is their difference.
Example: 10.00 to 20.00 with 17 of 31 days left is -5.48 and +10.97, net 5.49.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from jetbill.kernel.money import HALF_UP, Rounding
from jetbill.kernel.periods import Period
from jetbill.kernel.proration import share

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Change:
    """What a change gives back and what it charges, both rounded and not signed."""

    credit: Decimal = ZERO
    charge: Decimal = ZERO

    @property
    def net(self) -> Decimal:
        """What the customer pays for the change; negative if he gets money back."""
        return self.charge - self.credit


@dataclass(frozen=True, slots=True)
class Split:
    """A period in which something changes at the start of day `on`, in a currency."""

    period: Period
    on: date
    currency: str
    rounding: Rounding = HALF_UP

    def __post_init__(self) -> None:
        if not self.period.start <= self.on <= self.period.end:
            raise ValueError(
                f"a change on {self.on} is not in the period {self.period.start} to {self.period.end}"
            )

    def before(self) -> Fraction:
        """The share of the period that is over."""
        return share(Period(self.period.start, self.on), self.period)

    def remaining(self) -> Fraction:
        """The share of the period that remains, the day of the change included."""
        return share(Period(self.on, self.period.end), self.period)

    def used_of(self, price: Decimal) -> Decimal:
        """The rounded price of the days before the change."""
        return self.rounding.amount(Fraction(price) * self.before(), self.currency)

    def rest_of(self, price: Decimal) -> Decimal:
        """The rounded price of the days that remain."""
        return self.rounding.amount(Fraction(price) * self.remaining(), self.currency)


def ended_after(period: Period, last_day: date, currency: str) -> Split:
    """A service whose last day is `last_day`: people write "until the 12th" and mean all of it."""
    return Split(period, last_day + timedelta(days=1), currency)


def changed(split: Split, old: Decimal, new: Decimal) -> Change:
    """From one price per period to another; the period stays. An end of service is a change to 0."""
    return Change(split.rest_of(old), split.rest_of(new))


def restarted(split: Split, old: Decimal, new: Decimal) -> Change:
    """To a plan with another length of period: the rest is credited, a full new cycle begins."""
    return Change(split.rest_of(old), split.rounding.amount(new, split.currency))


def repriced(split: Split, old: tuple[Decimal, Decimal], new: tuple[Decimal, Decimal]) -> Change:
    """From (quantity, unit price) to another quantity or price."""
    return changed(split, old[0] * old[1], new[0] * new[1])


@dataclass(frozen=True, slots=True)
class ComponentChanges:
    """Prices per period of the components that are replaced (old, new), added, removed; one-time fees."""

    matched: Sequence[tuple[Decimal, Decimal]] = ()
    added: Sequence[Decimal] = ()
    removed: Sequence[Decimal] = ()
    one_time: Sequence[Decimal] = ()


def lines(split: Split, parts: ComponentChanges) -> tuple[Decimal, ...]:
    """Signed lines, no zeros: matched pairs (credit, charge), added, one-time fees in full, removed."""
    found: list[Decimal] = []
    for old, new in parts.matched:
        found += [-split.rest_of(old), split.rest_of(new)]
    found += [split.rest_of(price) for price in parts.added]
    found += [split.rounding.amount(fee, split.currency) for fee in parts.one_time]
    found += [-split.rest_of(price) for price in parts.removed]
    return tuple(line for line in found if line)


def totals(signed: Sequence[Decimal]) -> Change:
    """What signed lines credit and charge together; their sum is its net."""
    credit = -sum((line for line in signed if line < 0), ZERO)
    return Change(credit, sum((line for line in signed if line > 0), ZERO))


def capped_credit(potential: Decimal, paid: Decimal, already_credited: Decimal) -> Decimal:
    """A credit is at most what was paid less what was credited before, and not below 0."""
    return max(ZERO, min(potential, paid - already_credited))


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a chain; the credit with tax is rounded once, from the exact credit."""

    change: Change
    credit_with_tax: Decimal


def chain(splits: Sequence[Split], prices: Sequence[Decimal], rate: Decimal = ZERO) -> tuple[Step, ...]:
    """Several changes in one period: `prices[i]` holds until `splits[i]`, the last price to the end."""
    if len(prices) != len(splits) + 1:
        raise ValueError(f"{len(splits)} changes need {len(splits) + 1} prices, not {len(prices)}")
    steps = []
    for split, old, new in zip(splits, prices, prices[1:], strict=False):
        exact = Fraction(old) * split.remaining() * (1 + Fraction(rate) / 100)
        steps.append(Step(changed(split, old, new), split.rounding.amount(exact, split.currency)))
    return tuple(steps)


@dataclass(frozen=True, slots=True)
class Settlement:
    """The invoice of a change: in advance one total, in arrears what ended and what begins."""

    change: Change
    usage: Decimal
    in_advance: Decimal
    ended: Decimal
    begun: Decimal


def settled(split: Split, change: Change, old: Decimal, usage: Decimal = ZERO) -> Settlement:
    """The invoices of a change from price `old` with a recurring usage of `usage`, both per whole period.

    In advance, the invoice is charge + usage so far - credit. In arrears nothing was paid: the old price and
    the usage of the days before are due, then the new price and the usage of the days that remain.
    """
    used = split.used_of(usage)
    return Settlement(
        change,
        used,
        in_advance=change.charge + used - change.credit,
        ended=split.used_of(old) + used,
        begun=change.charge + split.rest_of(usage),
    )
