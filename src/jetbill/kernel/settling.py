"""Which money settles which debt: the oldest money goes to the oldest debt until one of them is used up.

Example: 100 and then 50 against debts of 30, 90 and 60: 30 and 70 of the first, 20 and 30 of the second;
30 of the last debt stay open.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Settlement:
    """`amount` of the money at place `credit` goes to the debt at place `debt`."""

    credit: int
    debt: int
    amount: Decimal


def settle(credits: Sequence[Decimal], debts: Sequence[Decimal]) -> tuple[Settlement, ...]:
    """Settle `debts` by `credits`, both in the order of their turn; whatever is 0 or less is passed over."""
    found: list[Settlement] = []
    left = list(credits)
    place = 0
    for debt, owed in enumerate(debts):
        while owed > 0 and place < len(left):
            amount = min(owed, left[place])
            if amount > 0:
                found.append(Settlement(place, debt, amount))
                left[place] -= amount
                owed -= amount
            if left[place] <= 0:
                place += 1
    return tuple(found)
