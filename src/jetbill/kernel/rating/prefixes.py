"""Rate decks as disjoint ranges of encoded numbers: the longest prefix is one search in a sorted column.

Nested prefixes are flattened once: 43 and 436 become 43 below 436, 436, and 43 above it. There is one table
per day on which rates change inside the horizon and per calling prefix that the deck tells apart.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from jetbill.kernel.book import DeckRate, RateDeck
from jetbill.kernel.decks import PLACES

Ints = npt.NDArray[np.int64]
KEY_BITS = 54
END = 16 * 10**PLACES
"""Every encoded number is below this, and that below 2**KEY_BITS."""
NO_RATE = -1


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


def flatten(prefixes: list[str], owners: Ints) -> Ranges:
    """Disjoint ranges of the numbers that begin with a prefix, each owned by its longest; all different."""
    low, end, lengths = _bounds(prefixes)
    edges = np.sort(np.concatenate((np.zeros(1, np.int64), low, end)))  # np.unique takes ten times as long
    edges = edges[np.append(True, edges[1:] != edges[:-1])]
    owner = np.full(edges.size, NO_RATE, np.int64)
    for length in np.flatnonzero(np.bincount(lengths)):
        mine = np.flatnonzero(lengths == length)
        mine = mine[np.argsort(low[mine])]
        at = np.searchsorted(low[mine], edges, side="right") - 1
        inside = at >= 0
        inside[inside] = edges[inside] < end[mine][at[inside]]
        owner[inside] = owners[mine[at[inside]]]
    kept = np.concatenate((np.ones(1, bool), owner[1:] != owner[:-1]))
    return Ranges(edges[kept], owner[kept])


def deck_tables(deck: RateDeck, instant_of: Callable[[date], int], horizon: tuple[int, int]) -> DeckTables:
    """All that is needed to find a rate of `deck` in the horizon; `instant_of` is where a local day begins.

    Raises ValueError for a prefix that is no number and for two rates of one prefix and day.
    """
    days = sorted({rate.effective for rate in deck.rates})
    instants = {day: horizon[0] if day == date.min else instant_of(day) for day in days}
    since = sorted({horizon[0], *(each for each in instants.values() if horizon[0] < each < horizon[1])})
    order, groups = _in_groups(deck)
    effective = np.array([instants[rate.effective] for rate in deck.rates], np.int64)[order]
    callers = sorted({rate.from_prefix for rate in deck.rates} | {""})
    tables = []
    for instant in since:
        chosen = order[_last_of_groups(groups, effective <= instant)]
        tables += [_for_caller(deck.rates, chosen, caller, len(callers) == 1) for caller in callers]
    if len(callers) == 1:
        classes = Ranges(np.zeros(1, np.int64), np.zeros(1, np.int64))
    else:
        classes = flatten(callers[1:], np.arange(1, len(callers)))
        classes = Ranges(classes.low, np.maximum(classes.owner, 0))
    return DeckTables(np.array(since, np.int64), classes, len(callers), tuple(tables))


def jump_table(low: Ints) -> tuple[int, Ints]:
    """(shift, positions): the range of a key lies between positions[key >> shift] and the one after it."""
    bits = min(18, max(4, 1 + int(low.size).bit_length()))
    shift = KEY_BITS - bits
    from_key = (low + (1 << shift) - 1) >> shift  # the first key >> shift whose numbers are all beyond low
    return shift, np.cumsum(np.bincount(from_key, minlength=(1 << bits) + 1)) - 1


def _bounds(prefixes: list[str]) -> tuple[Ints, Ints, Ints]:
    """[low, end) and length of each prefix."""
    joined = "".join(prefixes)
    if joined and not (joined.isascii() and joined.isdigit()):
        wrong = next(each for each in prefixes if each and not (each.isascii() and each.isdigit()))
        raise ValueError(f"the prefix {wrong!r} is no number: digits only")
    lengths = np.array(list(map(len, prefixes)), np.int64)
    if lengths.size and int(lengths.max()) > PLACES:
        wrong = next(each for each in prefixes if len(each) > PLACES)
        raise ValueError(f"the prefix {wrong} has more than {PLACES} digits")
    values = np.array([int(each) if each else 0 for each in prefixes], np.int64)
    places = np.power(10, PLACES - lengths, dtype=np.int64)
    low = values * places * 16 + np.maximum(lengths, 1)
    low[lengths == 0] = 1
    return low, (values + 1) * places * 16, lengths


def _in_groups(deck: RateDeck) -> tuple[Ints, Ints]:
    """Positions of the rates by (prefix, from_prefix, day), and the number of the group of each."""
    keys = [(rate.prefix, rate.from_prefix) for rate in deck.rates]
    if len(set(keys)) == len(keys):
        return np.arange(len(keys)), np.arange(len(keys))
    numbers: dict[tuple[str, str], int] = {}
    group = np.array([numbers.setdefault(key, len(numbers)) for key in keys], np.int64)
    days = np.array([rate.effective.toordinal() for rate in deck.rates], np.int64)
    order = np.lexsort((days, group))
    group, days = group[order], days[order]
    twice = np.flatnonzero((group[1:] == group[:-1]) & (days[1:] == days[:-1]))
    if twice.size:
        rate = deck.rates[order[twice[0]]]
        raise ValueError(f"the prefix {rate.prefix} has two prices from {_spoken(rate.effective)}")
    return order, group


def _spoken(day: date) -> str:
    return "the beginning" if day == date.min else f"{day} on"


def _last_of_groups(group: Ints, usable: npt.NDArray[np.bool_]) -> Ints:
    """Of each group the last position that is usable."""
    found = np.flatnonzero(usable)
    if not found.size:
        return found
    return found[np.concatenate((group[found][1:] != group[found][:-1], np.ones(1, bool)))]


def _for_caller(rates: tuple[DeckRate, ...], chosen: Ints, caller: str, is_only: bool) -> Ranges:
    """The table for calling numbers that begin with `caller` (and no longer calling prefix of the deck)."""
    if is_only:
        return flatten([rates[position].prefix for position in chosen.tolist()], chosen)
    picked: dict[str, int] = {}
    for position in _visible(rates, chosen, caller):
        prefix = rates[position].prefix
        other = picked.get(prefix)
        if other is None or len(rates[other].from_prefix) < len(rates[position].from_prefix):
            picked[prefix] = position
    return flatten(list(picked), np.fromiter(picked.values(), np.int64, len(picked)))


def _visible(rates: tuple[DeckRate, ...], chosen: Ints, caller: str) -> Iterator[int]:
    return (each for each in chosen.tolist() if caller.startswith(rates[each].from_prefix))
