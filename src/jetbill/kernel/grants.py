"""Grants of prepaid units or money, burnt by use in a fixed order; credits and wallets that pay.

Lowest priority number first, then the earliest expiry, then the order given: 100 at priority 1 and 100 at
priority 2 under a use of 120 leave 0 and 80.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

from jetbill.kernel.money import HALF_UP, Rounding

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Grant:
    """`amount` from `effective` (None: always) until before `expires` (None: never)."""

    amount: Fraction
    priority: int = 0
    effective: datetime | None = None
    expires: datetime | None = None

    def is_active(self, at: datetime) -> bool:
        """Whether it is active at the instant."""
        begun = self.effective is None or self.effective <= at
        return begun and (self.expires is None or at < self.expires)

    def is_active_before(self, at: datetime) -> bool:
        """Whether it is active just before the instant."""
        begun = self.effective is None or self.effective < at
        return begun and (self.expires is None or at <= self.expires)


@dataclass(frozen=True, slots=True)
class Burnt:
    """What is left of each grant, in the order given, and the use that none covered."""

    balances: tuple[Fraction, ...]
    overage: Fraction


def burnt(grants: Sequence[Grant], use: Fraction, at: datetime) -> Burnt:
    """The balances at an instant after a use just before it; a grant that is not active shows 0."""
    balances = [grant.amount for grant in grants]
    left = use
    active = [place for place, grant in enumerate(grants) if grant.is_active_before(at)]
    for place in sorted(active, key=lambda place: _order(grants[place])):
        taken = min(left, balances[place])
        balances[place] -= taken
        left -= taken
    shown = zip(grants, balances, strict=True)
    return Burnt(tuple(balance if grant.is_active(at) else ZERO for grant, balance in shown), left)


def _order(grant: Grant) -> tuple[int, datetime]:
    return (grant.priority, grant.expires or datetime.max.replace(tzinfo=UTC))


def due_after(credit: Fraction, lines: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """What is left to pay of each line once a credit has paid them in order."""
    left, due = credit, []
    for line in lines:
        paid = max(ZERO, min(left, line))
        left -= paid
        due.append(line - paid)
    return tuple(due)


@dataclass(frozen=True, slots=True)
class Paid:
    """What a wallet gave to one bill, and what it holds afterwards."""

    used: Decimal
    left: Decimal


def gross(amount: Decimal, rate: Decimal, currency: str, rounding: Rounding = HALF_UP) -> Decimal:
    """An amount with its tax (percent), rounded once."""
    return rounding.amount(Fraction(amount) * (1 + Fraction(rate) / 100), currency)


def paid_from(wallet: Decimal, bills: Sequence[Decimal]) -> tuple[Paid, ...]:
    """Bills paid from a wallet, one after the other, at most what it holds."""
    left, paid = wallet, []
    for bill in bills:
        used = max(Decimal(0), min(left, bill))
        left -= used
        paid.append(Paid(used, left))
    return tuple(paid)
