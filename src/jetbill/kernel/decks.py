"""Telephone numbers as sortable integers, and the rate of a number in a deck: the longest prefix wins.

A number is its digits, left-aligned to 15 places, and their count in the low four bits. So every prefix is
one range of integers, and a short number such as 49 is none of the numbers that begin with 490.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from jetbill.kernel.book import DeckRate, RateDeck

PLACES = 15
"""Digits that a number can have (E.164); what is dialled beyond them decides no price."""

NO_NUMBER = 0
"""The key of a record that has no number."""


def encode_number(text: str) -> int:
    """The sortable integer of a number: digits with an optional leading "+"; "" is NO_NUMBER.

    Of more than 15 digits the first 15 count. Raises ValueError for anything but digits.
    """
    digits = text.removeprefix("+")
    if not digits:
        return NO_NUMBER
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"{text!r} is not a number: digits only, with + in front or without")
    digits = digits[:PLACES]
    return int(digits.ljust(PLACES, "0")) * 16 + len(digits)


def number_of(key: int) -> str:
    """The digits of an encoded number; "" for NO_NUMBER."""
    length = key % 16
    return str(key // 16).rjust(PLACES, "0")[:length]


def prefix_range(prefix: str) -> tuple[int, int]:
    """The keys [low, end) of all numbers that begin with `prefix`; the empty prefix holds every number."""
    if not prefix:
        return 1, 16 * 10**PLACES
    first = encode_number(prefix)
    return first, (first // 16 + 10 ** (PLACES - len(prefix))) * 16


@dataclass(frozen=True, slots=True)
class DeckIndex:
    """A deck by called prefix, then calling prefix, then day: for one look-up after the other."""

    rates: Mapping[str, Mapping[str, Sequence[DeckRate]]]

    def rate(self, number: str, caller: str, on: date) -> DeckRate | None:
        """The rate of a called number on a local day; None where the deck has none.

        The longest called prefix that has a rate for this caller and day wins, in it the longest calling
        prefix, in that the latest day of effect that is not after `on`.
        """
        for called in _prefixes(number):
            for calling in _prefixes(caller) if called in self.rates else ():
                found = _in_force(self.rates[called].get(calling, ()), on)
                if found is not None:
                    return found
        return None


def index(deck: RateDeck) -> DeckIndex:
    """`deck` made ready for single look-ups."""
    found: dict[str, dict[str, list[DeckRate]]] = {}
    for rate in sorted(deck.rates, key=lambda rate: rate.effective):
        found.setdefault(rate.prefix, {}).setdefault(rate.from_prefix, []).append(rate)
    return DeckIndex(found)


def _prefixes(number: str) -> list[str]:
    """The beginnings of a number, longest first, the empty one last; no number begins with nothing at all."""
    return [number[:length] for length in range(len(number), -1, -1)]


def _in_force(rates: Sequence[DeckRate], on: date) -> DeckRate | None:
    return next((rate for rate in reversed(rates) if rate.effective <= on), None)
