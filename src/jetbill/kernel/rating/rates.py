"""Rate a batch: pure, the same answer for any split of it and any order, nothing lost."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import types

from jetbill.kernel.rating import layout as at
from jetbill.kernel.rating.batch import Batch
from jetbill.kernel.rating.layout import Column
from jetbill.kernel.rating.machine_code import compiled_for
from jetbill.kernel.rating.scan import scan
from jetbill.kernel.rating.timeline import Timeline

_WIDE = types.Array(types.int64, 2, "C")
_STATES = types.Array(types.int32, 2, "C")
_TAPE = types.Array(types.int64, 1, "C")
compiled_for(scan, types.void(_WIDE, _TAPE, _TAPE, _WIDE, _STATES))


def _state(column: int) -> Any:
    return property(lambda rated: rated.states[:, column])


def _of_rows(column: int) -> Any:
    return property(lambda rated: rated.rows[:, column])


@dataclass(frozen=True, slots=True, eq=False)
class Rated:
    """`status` and `service` (-1: none) of each record; the rows of those that are rated.

    A row is what one charge says of one piece of a record: its numbers are positions in the batch, in
    `timeline.tenures`, `books.charges`, `books.rate_classes`. `quantity` is in base units of the meter, for a
    call the charged seconds; the exact amount is `numerator` over the denominator of the charge. `count` is 1
    on the first row that a record has under a charge, if the record counts for its source row.
    `states` and `rows` are the tables whose columns the others are, as `layout` names them.
    """

    timeline: Timeline
    states: Column
    rows: Column
    status = _state(at.STATUS)
    service = _state(at.SERVICE)
    record = _of_rows(at.OUT_RECORD)
    tenure = _of_rows(at.OUT_TENURE)
    charge = _of_rows(at.OUT_CHARGE)
    rate_class = _of_rows(at.OUT_RATE_CLASS)
    quantity = _of_rows(at.OUT_QUANTITY)
    numerator = _of_rows(at.OUT_NUMERATOR)
    count = _of_rows(at.OUT_COUNT)


def rate(batch: Batch, timeline: Timeline) -> Rated:
    """Rate every record of a batch: priced, or with a status that says why not."""
    size = batch.shape[1]
    states = np.empty((size, at.STATE), np.int32)
    out = np.empty((at.FIRST_ROW + size + size // 4 + 16, at.OUT), np.int64)
    out[0, at.OUT_RECORD], out[0, at.OUT_ROWS] = 0, at.FIRST_ROW
    while True:
        scan(batch, timeline.books.tape, timeline.tape, out, states)
        rows = out.item(0, at.OUT_ROWS)
        if out.item(0, at.OUT_RECORD) == size:
            return Rated(timeline, states, out[at.FIRST_ROW : rows])
        larger = np.empty((2 * out.shape[0], at.OUT), np.int64)
        larger[:rows] = out[:rows]
        out = larger
