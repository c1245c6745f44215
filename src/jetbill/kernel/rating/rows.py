"""A row of what comes out of the scan: what one charge says of one piece of a record."""

from typing import NamedTuple

from jetbill.kernel.rating import layout as at
from jetbill.kernel.rating.layout import Column
from jetbill.kernel.rating.machine_code import apart


class Row(NamedTuple):
    """The columns of `Rated`."""

    record: int
    tenure: int
    charge: int
    rate_class: int
    quantity: int
    numerator: int
    counted: int


@apart
def write(out: Column, place: int, row: Row) -> None:
    """Write a row if there is room for it; whoever asks sees by the number of rows that there was none."""
    if place < out.shape[0]:
        out[place, at.OUT_RECORD] = row.record
        out[place, at.OUT_TENURE] = row.tenure
        out[place, at.OUT_CHARGE] = row.charge
        out[place, at.OUT_RATE_CLASS] = row.rate_class
        out[place, at.OUT_QUANTITY] = row.quantity
        out[place, at.OUT_NUMERATOR] = row.numerator
        out[place, at.OUT_COUNT] = row.counted
