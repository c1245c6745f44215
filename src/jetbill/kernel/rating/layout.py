"""How records, prices and owners lie in memory for the scan: tables of 64-bit integers, and their numbers.

All tables of books, and all of owners, stand one after the other on a *tape*; its head says where each
begins. Two arrays are quick to hand from function to function, forty are not. The names are columns.
"""

from collections.abc import Sequence
from enum import IntEnum
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[Any]


class Status(IntEnum):
    """What became of a record. All but RATED leave it unrated, whole, with this as the reason."""

    RATED = 0
    NO_SERVICE = 1
    NO_PLAN = 2
    NO_CHARGE = 3
    UNROUTED = 4
    BLOCKED = 5
    TOO_LARGE = 6
    IMPOSSIBLE = 7
    OUT_OF_RANGE = 8
    ELSEWHERE = 9
    NO_ROW = 10


REASONS = {
    Status.NO_SERVICE: "nobody had this login or number at that time",
    Status.NO_PLAN: "the subscription had no plan at that time (not begun, paused or ended)",
    Status.NO_CHARGE: "no charge of the plan is for this kind of usage",
    Status.UNROUTED: "the rate deck has no prefix for this number",
    Status.BLOCKED: "the destination is blocked in the rate deck",
    Status.TOO_LARGE: "more than a record can hold (388 days, 140 TB, 10^14 pieces) or its price allows",
    Status.IMPOSSIBLE: "a quantity below zero",
    Status.OUT_OF_RANGE: "it begins or ends outside the time that was compiled",
    Status.NO_ROW: "no row of the matrix fits it",
    Status.ELSEWHERE: "it belongs to another share",
}

LINE = 8
"""So many numbers are in one line of memory, which the processor reads as a whole."""

MOST_SECONDS = 2**25
MOST_OCTETS = 2**47
MOST_PIECES = 10**14

# The tape of compiled books: where a table begins, or a single number.
(
    FAMILIES,
    CHARGES,
    DECKS,
    DECK_SINCE,
    CALLER_LOW,
    CALLER_CLASS,
    DECK_TABLES,
    RANGES,
    RATES,
    JUMPS,
    CALENDARS,
    CHANGES,
    HOURS,
    MATRICES,
    HORIZON_START,
    HORIZON_END,
) = range(16)

# The tape of owners.
(
    FIRST_SPAN,
    IDENTIFIERS,
    SPANS,
    SEGMENTS,
    TENURES,
    SETS,
    MEMBERS,
    IDENTIFIER_COUNT,  # 0: FIRST_SPAN is indexed by identifier, from the first one on
    FIRST_IDENTIFIER,
    IDENTIFIER_RANGE,
) = range(10)

# Kinds of a family. The last two price a record as a whole; a plan has them before the others.
MEASURE, CALL, BY_AMOUNT = range(3)

# A family: one charge, or the call charges of a plan that make up one call.
KIND, CALENDAR, IS_SPLIT, FIRST_CHARGE, END_CHARGE = range(5)
FAMILY = 5

# A charge. Amounts are numerators over the denominator of the family, and are rounded to multiples of
# ROUND_UNIT (1: left exact), away from zero from a rest of ROUND_FROM on. A charge by amount is CONNECT once
# and UNIT_PRICE for each unit beyond FREE_S, between MINIMUM and MAXIMUM.
(
    TIME_CLASSES,  # bit i is set if the charge is for time class i
    METER,
    UNIT_PRICE,
    PER_SECOND,
    CONNECT,
    LEAST_S,
    FIRST_S,
    NEXT_S,
    FREE_S,
    MINIMUM,
    MAXIMUM,
    DECK_NUMBER,
    ROUND_UNIT,
    ROUND_FROM,
    RATE_CLASS,
    BY_TIME_CLASS,  # 1: the rate class is RATE_CLASS + time class
    LIMIT,  # the largest quantity of a piece whose amount fits
) = range(17)
CHARGE = 17

MATRIX_PLACE = DECK_NUMBER
"""Of a measuring charge: where in MATRICES its matrix begins, or -1."""

# A matrix: how many ranges of numbers have a zone, what a zone or class counts in the number of a cell (0: it
# does not matter), and where the cells begin. Then come the ranges, their zones (0: none), the cells, and the
# rows. A cell says where its row begins, -1 that it has none; places count from where the matrix begins.
M_RANGES, M_FROM, M_TO, M_USE, M_TIME_CLASS, M_CELLS = range(6)
MATRIX = 6
ROW_PRICE, ROW_FIXED, ROW_CLASS = range(3)
MATRIX_ROW = 3
MOST_CELLS = 2**20

# A deck, and one of its tables of ranges. Jumps are numbers of 32 bits: the range in which a number lies that
# begins like this, and there is one more of them than numbers begin.
SINCE, SINCE_END, CALLERS, CALLERS_END, FIRST_TABLE, CALLER_COUNT = range(6)
DECK = 6
T_JUMP, T_SHIFT = range(2)
DECK_TABLE = 2
RANGES_AT_ONCE = 4
"""So many are looked at whether need be or not, so a table ends with ranges that hold no number."""

# The rate of a range, so short that it lies in one line of memory. R_STEPS holds least, first and next
# seconds of STEP_BITS each; R_CLASS the rate class above the status of calls there.
R_PER_SECOND, R_CONNECT, R_STEPS, R_CLASS = range(4)
RATE = 4
STEP_BITS = 21
MOST_STEP_S = 2**20
STATUS_BITS = 4

# A calendar: a range of the changes of class, and where its index by hours begins.
CHANGE, CHANGE_END, FIRST_HOUR = range(3)
CALENDAR_WIDTH = 3
SINCE_S, TIME_CLASS = range(2)
CHANGE_WIDTH = 2

# A span of an identifier, with the segments of its subscription.
SPAN_START_S, SPAN_END_S, SPAN_SERVICE, FIRST_SEGMENT, END_SEGMENT = range(5)
SPAN = 5

# A segment. SEGMENT_END_S is where the next begins that has plans, CALL_END_S where the next begins that has
# the same plans: a call is not cut by a change of plans. FOR_EVER if there is none.
SEGMENT_S, SEGMENT_END_S, CALL_END_S, SEGMENT_SET, SEGMENT_TENURE = range(5)
SEGMENT = 5
SEGMENTS_AT_ONCE = 4
"""A subscription has a multiple of so many, the last ones never begin: to look at few more costs no guess."""

# The charges of a set of plans for one use: members [FIRST, CALLS_END) price a record as a whole, the others
# measure it.
# FIRST_DECK is the first charge of the calls if it has a deck, else -1. IS_PLAIN: there is one charge, for
# calls, and it knows no time classes.
FIRST_MEMBER, CALLS_END, MEMBERS_END, FIRST_DECK, IS_PLAIN = range(5)
USE = 5
MEMBER_FAMILY, MEMBER_SLOT = range(2)
MEMBER = 2

FOR_EVER = 2**62
NO_MAXIMUM = 2**63 - 1
ALL_CLASSES = -1
HOUR_S = 3600
KINDS_OF_USE = 8
"""A use is service class * 2 + direction; its row for plan set s is SETS[s * 8 + use]."""

# A batch: one column per record, a row of the table each.
(
    IDENTIFIER,
    STARTED_S,
    DURATION_S,
    OCTETS_IN,
    OCTETS_OUT,
    QUANTITY,
    PARTY,
    COUNTERPARTY,
    SERVICE_CLASS,
    DIRECTION,
    SOURCE_ROW,
) = range(11)
COLUMNS = (
    "identifier",
    "started_s",
    "duration_s",
    "octets_in",
    "octets_out",
    "quantity",
    "party",
    "counterparty",
    "service_class",
    "direction",
    "source_row",
)

# What comes out: a row each piece and charge; a state each record.
OUT_RECORD, OUT_TENURE, OUT_CHARGE, OUT_RATE_CLASS, OUT_QUANTITY, OUT_NUMERATOR, OUT_COUNT = range(7)
OUT = 7
STATUS, SERVICE = range(2)
STATE = 2

# The first rows out are none. OUT_RECORD and OUT_ROWS of the very first say how far the scan came. Then come
# notes: between the passes over a block of records each has one. It says where the record begins, its
# charges, where the rate of the number dialled is looked for, and if it is in one piece under one charge.
OUT_ROWS = 1
FIRST_NOTE = 1
AT_SEGMENT, AT_USE, RATED_CHARGE, AT_RATE, RANGES_LEFT, IS_ONE_PIECE = range(6)
AT_SPAN = AT_USE  # until the use is found
BLOCK = 128
FIRST_ROW = FIRST_NOTE + BLOCK


class Work(NamedTuple):
    """What the scan writes: rows after notes, and the states of all records."""

    out: Column
    states: Column


def wide(rows: Sequence[Sequence[int]], width: int) -> Column:
    """Rows as a table; without rows one that is empty and still `width` columns wide."""
    return np.array(rows, np.int64).reshape(len(rows), width)


def tape(tables: Sequence[Any], numbers: Sequence[int]) -> Column:
    """All tables on one tape, and the single numbers after their places in its head.

    A table begins where the processor's memory lines do.
    """
    columns = [np.asarray(each, np.int64).reshape(-1) for each in tables]
    ends = list(
        accumulate((_lines(each.size) for each in columns), initial=_lines(len(tables) + len(numbers)))
    )
    room = np.zeros(ends[-1] + LINE, np.int64)
    made = room[-(room.ctypes.data // room.itemsize) % LINE :][: ends[-1]]
    made[: len(tables)] = ends[:-1]
    made[len(tables) : len(tables) + len(numbers)] = numbers
    for begin, column in zip(ends, columns, strict=False):
        made[begin : begin + column.size] = column
    return made


def _lines(size: int) -> int:
    return -(-size // LINE) * LINE
