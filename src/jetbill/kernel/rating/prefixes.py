"""Rate decks as disjoint ranges of encoded numbers: the longest prefix is one search in a sorted column.

Nested prefixes are flattened once: 43 and 436 become 43 below 436, 436, and 43 above it. There is one table
per day on which rates change inside the horizon and per calling prefix that the deck tells apart.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any

import numpy as np
import numpy.typing as npt

from jetbill.kernel.book import RateDeck
from jetbill.kernel.decks import PLACES

Ints = npt.NDArray[np.int64]
KEY_BITS = 54
END = 16 * 10**PLACES
"""Every encoded number is below this, and that below 2**KEY_BITS."""
NO_RATE = -1
_AFTER_EACH = "/"
_DIGITS = np.frombuffer(b"0123456789", np.uint8)
_WORTH = np.append(10 ** np.arange(PLACES, dtype=np.int64)[::-1], 0)
"""What a digit adds to a number, by its place."""


@dataclass(frozen=True, slots=True)
class Ranges:
    """From `low[i]` up to the next one the owner is `owner[i]`, NO_RATE where there is none; low[0] is 0."""

    low: Ints
    owner: Ints


@dataclass(frozen=True, slots=True)
class DeckTables:
    """`tables[version * len(callers) + caller]`, owners being positions in the deck's rates.

    Version v holds from instant `since[v]`; a calling number's class is the owner in `callers`.
    """

    since: Ints
    callers: Ranges
    caller_count: int
    tables: tuple[Ranges, ...]


@dataclass(frozen=True, slots=True)
class Prefixes:
    """Of each prefix its numbers [low, end) and how long it is; no two have the same `low`."""

    low: Ints
    end: Ints
    length: Ints

    def part(self, chosen: Ints) -> "Prefixes":
        """Those at some positions."""
        return Prefixes(self.low[chosen], self.end[chosen], self.length[chosen])


def bounds(prefixes: list[str]) -> Prefixes:
    """The numbers that begin with each prefix. Raises ValueError for one that is no number."""
    text = np.frombuffer(_AFTER_EACH.join([*prefixes, ""]).encode(), np.uint8)  # quicker than one by one
    ends = np.flatnonzero(text == ord(_AFTER_EACH))
    if ends.size != len(prefixes) or text.size != ends.size + np.isin(text, _DIGITS).sum():
        wrong = next(each for each in prefixes if each and not (each.isascii() and each.isdigit()))
        raise ValueError(f"the prefix {wrong!r} is no number: digits only")
    begins = np.append(0, ends + 1)[:-1]
    length = ends - begins
    if length.size and int(length.max()) > PLACES:
        wrong = next(each for each in prefixes if len(each) > PLACES)
        raise ValueError(f"the prefix {wrong} has more than {PLACES} digits")
    place = np.arange(text.size) - np.repeat(begins, length + 1)
    digits = np.where(text == ord(_AFTER_EACH), 0, text - ord("0"))
    number = np.add.reduceat(digits * _WORTH[place], begins) if length.size else length
    low = np.where(length, number * 16 + length, 1)
    return Prefixes(low, (number + 10 ** (PLACES - length)) * 16, length)


def flatten(prefixes: Prefixes, owners: Ints) -> Ranges:
    """Disjoint ranges of the numbers that begin with a prefix, each owned by its longest; all different."""
    low, end = prefixes.low, prefixes.end
    edges = np.sort(np.concatenate((np.zeros(1, np.int64), low, end)))  # np.unique takes ten times as long
    edges = edges[np.append(True, edges[1:] != edges[:-1])]
    owner = np.full(edges.size, NO_RATE, np.int64)
    order = np.argsort(prefixes.length, kind="stable")  # the longest is written last, and stays
    first, last = np.searchsorted(edges, low)[order], np.searchsorted(edges, end)[order]
    inside = last - first
    places = np.arange(inside.sum()) + np.repeat(last - np.cumsum(inside), inside)
    owner[places] = np.repeat(owners[order], inside)
    kept = np.append(True, owner[1:] != owner[:-1])
    return Ranges(edges[kept], owner[kept])


def deck_tables(deck: RateDeck, instant_of: Callable[[date], int], horizon: tuple[int, int]) -> DeckTables:
    """All that is needed to find a rate of `deck` in the horizon; `instant_of` is where a local day begins.

    Raises ValueError for a prefix that is no number and for two rates of one prefix and day.
    """
    prefixes = bounds(list(map(attrgetter("prefix"), deck.rates)))
    days, day = _numbered(map(attrgetter("effective"), deck.rates), date.min)
    callers, caller = _numbered(map(attrgetter("from_prefix"), deck.rates), "")
    order = np.lexsort((day, caller, prefixes.low))
    low, caller, day = prefixes.low[order], caller[order], day[order]
    is_next = np.append(
        (low[1:] == low[:-1]) & (caller[1:] == caller[:-1]), False
    )  # of the same, a later day
    twice = np.flatnonzero(is_next[:-1] & (day[1:] == day[:-1]))
    if twice.size:
        rate = deck.rates[order[twice[0]]]
        raise ValueError(f"the prefix {rate.prefix} has two prices from {_spoken(rate.effective)}")
    begins = np.array([horizon[0] if each == date.min else instant_of(each) for each in days], np.int64)
    since = sorted({horizon[0], *begins[(begins > horizon[0]) & (begins < horizon[1])].tolist()})
    tables = []
    for instant in since:
        is_begun = begins[day] <= instant
        is_last = is_begun & ~(is_next & np.append(is_begun[1:], False))
        for calling in callers:
            # those of a caller that he begins with stand by length: the last is the longest
            is_his = is_last & np.array([calling.startswith(each) for each in callers])[caller]
            chosen = _last_of_each(low, np.flatnonzero(is_his))
            tables.append(flatten(prefixes.part(order[chosen]), order[chosen]))
    classes = flatten(bounds(callers[1:]), np.arange(1, len(callers)))
    classes = Ranges(classes.low, np.maximum(classes.owner, 0))
    return DeckTables(np.array(since, np.int64), classes, len(callers), tuple(tables))


def jump_table(low: Ints) -> tuple[int, Ints]:
    """(shift, positions): the range of a key lies between positions[key >> shift] and the one after it."""
    bits = min(18, max(4, 1 + int(low.size).bit_length()))
    shift = KEY_BITS - bits
    from_key = (low + (1 << shift) - 1) >> shift  # the first key >> shift whose numbers are all beyond low
    return shift, np.cumsum(np.bincount(from_key, minlength=(1 << bits) + 1)) - 1


def _numbered(values: Iterable[Any], least: Any) -> tuple[list[Any], Ints]:
    """The different values in their order, `least` being the first, and the number that each value has."""
    each = list(values)
    known = sorted({least, *each})
    if len(known) == 1:
        return known, np.zeros(len(each), np.int64)
    numbers = {value: number for number, value in enumerate(known)}
    return known, np.array(list(map(numbers.__getitem__, each)), np.int64)


def _spoken(day: date) -> str:
    return "the beginning" if day == date.min else f"{day} on"


def _last_of_each(keys: Ints, found: Ints) -> Ints:
    """Of the positions found the last of each run of equal keys."""
    if not found.size:
        return found
    return found[np.append(keys[found][1:] != keys[found][:-1], True)]
