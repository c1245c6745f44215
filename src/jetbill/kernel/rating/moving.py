"""Loops that move columns: from planes of bytes to whoever owns the records, and rows into an order.

A plane holds one byte of each row; a column is its lowest value and the planes of what its rows are above it.
"""

from typing import NamedTuple

import numpy as np
from numba import types

from jetbill.kernel.rating.layout import Column
from jetbill.kernel.rating.machine_code import apart, compiled_for, entered, inlined

LOWEST, FIRST_PLANE, END_PLANE = range(3)
PLACE = 3
"""What there is to know of a column in planes."""

DIGIT = 11
"""Bits by which keys are sorted at once: so many places of counters stay close by."""
LAST_DIGIT = 2**DIGIT - 1


class Planes(NamedTuple):
    """Planes of bytes, a row each, and where each column (`PLACE`) has its own."""

    planes: Column
    places: Column


class Owned(NamedTuple):
    """`number[identifier - first]` is whose an identifier is, below 0: to be left out.

    The first and the last also stand for everything beyond them.
    """

    first: int
    number: Column


class Deal(NamedTuple):
    """`row` and `to`: from where to where each dealt row goes; those of number n end at `end[n]`."""

    row: Column
    to: Column
    end: Column


@apart
def is_constant(of: Planes, column: int) -> bool:
    """Whether a column is its lowest value in all rows: it has no planes."""
    return of.places[column, FIRST_PLANE] == of.places[column, END_PLANE]


@inlined
def decode(of: Planes, column: int, span: tuple[int, int], values: Column) -> None:
    """Write the rows [begin, end) of a column, plane by plane: so the processor does several at once."""
    begin, end = span
    lowest, first = of.places[column, LOWEST], of.places[column, FIRST_PLANE]
    for i in range(end - begin):
        values[i] = lowest
    for plane in range(first, of.places[column, END_PLANE]):
        shift = 8 * (plane - first)
        for i in range(end - begin):
            values[i] += np.int64(of.planes[plane, begin + i]) << shift


@entered
def deal(of: Planes, column: int, owned: Owned, dealt: Deal, values: Column) -> int:
    """Say where each row goes, those of the same number together and in order; how many are dealt.

    `column` holds the identifiers, `values` has room for a stretch of them.
    """
    count, last = 0, owned.number.shape[0] - 1
    for begin in range(0, of.planes.shape[1], values.shape[0]):
        end = min(begin + values.shape[0], of.planes.shape[1])
        decode(of, column, (begin, end), values)
        for i in range(end - begin):
            whose = np.int64(owned.number[min(max(values[i] - owned.first, 0), last)])
            if whose >= 0:
                dealt.row[count], dealt.to[count] = begin + i, whose
                dealt.end[whose] += 1
                count += 1
    place = 0
    for number in range(dealt.end.shape[0]):
        place, dealt.end[number] = place + dealt.end[number], place
    for i in range(count):
        whose = dealt.to[i]
        dealt.to[i] = dealt.end[whose]
        dealt.end[whose] += 1
    return count


@entered
def spread(of: Planes, dealt: Deal, table: Column, values: Column) -> None:
    """Write the dealt rows into a table with a row for each column, stretch by stretch."""
    for column in range(of.places.shape[0]):
        if is_constant(of, column):
            for i in range(table.shape[1]):
                table[column, i] = of.places[column, LOWEST]
    done = 0
    for begin in range(0, of.planes.shape[1], values.shape[0]):
        end = min(begin + values.shape[0], of.planes.shape[1])
        first = done
        while done < table.shape[1] and dealt.row[done] < end:
            done += 1
        for column in range(of.places.shape[0]):
            if is_constant(of, column):
                continue
            decode(of, column, (begin, end), values)
            for i in range(first, done):
                table[column, dealt.to[i]] = values[dealt.row[i] - begin]


@entered
def put_in_order(keys: Column, bits: int, orders: Column, counts: Column) -> int:
    """Sort positions by keys of so many bits, equal ones as they stand; which row of `orders` is the order.

    `counts` has a place for each value of a digit.
    """
    size, made = keys.shape[0], 0
    for i in range(size):
        orders[0, i] = i
    for shift in range(0, bits, DIGIT):
        for digit in range(counts.shape[0]):
            counts[digit] = 0
        for i in range(size):
            counts[keys[i] >> shift & LAST_DIGIT] += 1
        begin = 0
        for digit in range(counts.shape[0]):
            begin, counts[digit] = begin + counts[digit], begin
        for i in range(size):
            position = orders[made, i]
            digit = keys[position] >> shift & LAST_DIGIT
            orders[1 - made, counts[digit]] = position
            counts[digit] += 1
        made = 1 - made
    return made


_NUMBER, _LIST, _TABLE = types.int64, *(types.Array(types.int64, size, "C") for size in (1, 2))
_PLANES = types.NamedTuple((types.Array(types.uint8, 2, "C", readonly=True), _TABLE), Planes)
_OWNED = types.NamedTuple((_NUMBER, types.Array(types.int8, 1, "C")), Owned)
_DEAL = types.NamedUniTuple(_LIST, 3, Deal)
compiled_for(deal, _NUMBER(_PLANES, _NUMBER, _OWNED, _DEAL, _LIST))
compiled_for(spread, types.void(_PLANES, _DEAL, _TABLE, _LIST))
compiled_for(put_in_order, _NUMBER(_LIST, _NUMBER, _TABLE, _LIST))
