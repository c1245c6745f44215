"""The rate decks of compiled books: tables of ranges one after the other, and rates as integers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from functools import reduce
from itertools import repeat
from operator import attrgetter
from typing import Any

import numpy as np

from jetbill.kernel.book import RateDeck
from jetbill.kernel.rating import layout as at
from jetbill.kernel.rating.layout import Status
from jetbill.kernel.rating.prefixes import END, DeckTables, Ints, Ranges, deck_tables, jump_table

DeckKey = tuple[int, str]
_EXACT = Context(prec=MAX_PREC, Emin=MIN_EMIN, Emax=MAX_EMAX)
_BOUND = 2**62
_PRICES = (attrgetter("per_minute"), attrgetter("connect_fee"))
_STEPS = (attrgetter("minimum_s"), attrgetter("first_s"), attrgetter("next_s"))


@dataclass(frozen=True, slots=True)
class _Scaled:
    """A deck whose prices are integers over 10**digits."""

    deck: RateDeck
    tables: DeckTables
    digits: int
    per_minute: list[int]
    connect: list[int]
    steps: Ints


class DeckColumns:
    """Collects decks; `day_starts` is where a local day begins, `rate_class` the number of a destination."""

    def __init__(
        self, horizon: tuple[int, int], day_starts: Callable[[date], int], rate_class: Callable[[str], int]
    ) -> None:
        self._horizon = horizon
        self._day_starts = day_starts
        self._rate_class = rate_class
        self._scaled: dict[DeckKey, _Scaled] = {}
        self._placed: dict[tuple[DeckKey, int], int] = {}
        self._decks: list[list[int]] = []
        self._tables: list[list[int]] = []
        self._since: list[Ints] = [np.zeros(0, np.int64)]
        self._callers: list[Ranges] = []
        self._ranges: list[Ints] = [np.zeros(0, np.int64)]
        self._rates: list[Ints] = [np.zeros((0, at.RATE), np.int64)]
        self._jumps: list[Ints] = [np.zeros(0, np.int64)]

    def denominator(self, key: DeckKey, deck: RateDeck) -> int:
        """The denominator that makes all prices of a deck integers, per second and per call."""
        if key not in self._scaled:
            columns = [list(map(column, deck.rates)) for column in _STEPS]
            steps = np.array(columns if deck.rates else [[0], [1], [1]], np.int64).T
            stepless = np.flatnonzero((steps < (0, 1, 1)).any(axis=1))
            if stepless.size:
                wrong = deck.rates[stepless[0]].prefix
                raise ValueError(f'deck "{deck.code}", prefix {wrong}: steps are at least 1 second')
            digits, prices = _scaled([price for column in _PRICES for price in map(column, deck.rates)])
            half = len(deck.rates)
            tables = deck_tables(deck, self._day_starts, self._horizon)
            self._scaled[key] = _Scaled(deck, tables, digits, prices[:half], prices[half:], steps)
        return int(60 * 10 ** self._scaled[key].digits)

    def place(self, key: DeckKey, denominator: int) -> int | None:
        """The number of a deck with its prices over `denominator`; None if they leave 64 bits."""
        of = self._scaled[key]
        if (key, denominator) not in self._placed:
            rates = self._rate_rows(of, denominator // (60 * 10**of.digits))
            if rates is None:
                return None
            self._placed[key, denominator] = len(self._decks)
            self._add(of.tables, rates)
        return self._placed[key, denominator]

    def columns(self) -> tuple[Any, ...]:
        """DECKS to JUMPS of the tape."""
        return (
            at.wide(self._decks, at.DECK),
            np.concatenate(self._since),
            _joined([each.low for each in self._callers]),
            _joined([each.owner for each in self._callers]),
            at.wide(self._tables, at.DECK_TABLE),
            np.concatenate(self._ranges),
            np.concatenate(self._rates),
            np.concatenate(self._jumps),
        )

    def _rate_rows(self, of: _Scaled, factor: int) -> Ints | None:
        """The rates of a deck, and last, so that it is that of NO_RATE, none at all."""
        rates = of.deck.rates
        rows = np.zeros((len(rates) + 1, at.RATE), np.int64)
        rows[-1, at.R_CLASS], rows[-1, at.R_STEPS] = Status.UNROUTED, (1 << at.STEP_BITS) + 1
        if not rates:
            return rows
        dearest = _size(of.per_minute) * factor * 4 * at.MOST_SECONDS
        if dearest > _BOUND // 2 or _size(of.connect) * factor * 60 > _BOUND // 4:
            return None
        if of.steps.max() > at.MOST_STEP_S:
            return None
        names = list(map(attrgetter("destination"), rates))
        numbers = {name: self._rate_class(name) for name in dict.fromkeys(names)}
        rate_class = np.array(list(map(numbers.__getitem__, names)), np.int64)
        status = np.where(list(map(attrgetter("is_blocked"), rates)), Status.BLOCKED, Status.RATED)
        rows[:-1, at.R_CLASS] = (rate_class << at.STATUS_BITS) + status
        rows[:-1, at.R_PER_SECOND] = np.array(of.per_minute, np.int64) * factor
        rows[:-1, at.R_CONNECT] = np.array(of.connect, np.int64) * (factor * 60)
        least, first, following = of.steps.T
        rows[:-1, at.R_STEPS] = ((least << at.STEP_BITS) + first << at.STEP_BITS) + following
        return rows

    def _add(self, tables: DeckTables, rates: Ints) -> None:
        since = sum(each.size for each in self._since)
        callers = sum(each.low.size for each in self._callers)
        self._decks.append(
            [
                since,
                since + tables.since.size,
                callers,
                callers + tables.callers.low.size,
                len(self._tables),
                tables.caller_count,
            ]
        )
        self._since.append(tables.since)
        self._callers.append(tables.callers)
        for each in tables.tables:
            before = sum(other.size for other in self._ranges)
            shift, jumps = jump_table(each.low)
            self._tables.append([sum(2 * other.size for other in self._jumps), shift])
            self._ranges += [each.low, np.full(at.RANGES_AT_ONCE, END)]
            self._rates += [rates[each.owner], np.repeat(rates[-1:], at.RANGES_AT_ONCE, axis=0)]
            self._jumps.append(np.append(jumps + before, 0).astype(np.int32).view(np.int64))


def _size(numbers: list[int]) -> int:
    return max(max(numbers), -min(numbers))


def _joined(columns: Sequence[Ints]) -> Ints:
    return np.concatenate([np.zeros(0, np.int64), *columns])


def _scaled(prices: list[Decimal]) -> tuple[int, list[int]]:
    """(digits, integers): the prices times 10**digits. A sum has the digits of its finest part."""
    exponent = reduce(_EXACT.add, prices, Decimal(0)).as_tuple().exponent
    assert isinstance(exponent, int), "a price is a finite number"
    digits = max(0, -exponent)
    return digits, list(map(int, map(_EXACT.scaleb, prices, repeat(digits))))
