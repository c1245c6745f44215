"""Allowances: included use is taken first, in a stated order; what is left over is priced record by record.

300 s included and records of 240 and 475: 240 and 60 are covered, and the overage of 415 is 14 steps of 30 s.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from jetbill.kernel.charge_models import graduated

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class OveragePrice:
    """Bands of steps of `interval` units; every record starts again in the first band."""

    interval: Fraction
    bands: graduated.Params

    def __post_init__(self) -> None:
        if self.interval <= 0:
            raise ValueError(f"an interval is above 0, not {self.interval}")

    def of(self, units: Fraction) -> Fraction:
        """The exact price of the overage of one record, a started step in full."""
        steps = ceil(units / self.interval)
        return graduated.price(Fraction(steps), self.bands).amount if steps else ZERO

    def per_unit(self) -> Fraction:
        """What money pays for a unit; raises ValueError for more than one band: that is not one price."""
        if len(self.bands.bands) > 1:
            raise ValueError("money cannot be included where the overage has more than one band")
        return Fraction(self.bands.bands[0].unit_price) / self.interval


@dataclass(frozen=True, slots=True)
class Allowance:
    """Included units, or money that pays overage; one balance for all if shared, else one for each user."""

    size: Fraction
    is_money: bool = False
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class Use:
    """The quantity of a record, and who made it."""

    quantity: Fraction
    user: Hashable = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one record: units covered, the money that did so, the rest and its price."""

    covered: Fraction
    money: Fraction
    overage: Fraction
    charge: Fraction


def taken(uses: Sequence[Use], allowances: Sequence[Allowance], price: OveragePrice) -> tuple[Taken, ...]:
    """Each record in turn draws on the allowances in their order until it is covered."""
    balances: dict[tuple[int, Hashable], Fraction] = {}
    found = []
    for use in uses:
        left, money = use.quantity, ZERO
        for place, allowance in enumerate(allowances):
            holder = (place, None if allowance.is_shared else (use.user,))
            balance = balances.get(holder, allowance.size)
            units, spent = _drawn(allowance, balance, left, price)
            balances[holder] = balance - spent
            money += spent if allowance.is_money else 0
            left -= units
        found.append(Taken(use.quantity - left, money, left, price.of(left)))
    return tuple(found)


def charged(records: Sequence[Taken]) -> Fraction:
    """What all records cost."""
    return sum((record.charge for record in records), ZERO)


def _drawn(
    allowance: Allowance, balance: Fraction, wanted: Fraction, price: OveragePrice
) -> tuple[Fraction, Fraction]:
    """Units covered, and what that takes from the balance (in units or money)."""
    if not allowance.is_money:
        units = min(wanted, balance)
        return units, units
    each = price.per_unit()
    units = min(wanted, balance / each) if each else wanted
    return units, units * each
