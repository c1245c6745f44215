"""Matrices laid out for the scan, and the search in them: two zones and a few classes make a cell."""

from collections.abc import Callable, Sequence

import numpy as np

from jetbill.kernel.book import UsageCharge
from jetbill.kernel.charge_models import matrix
from jetbill.kernel.decks import NO_NUMBER
from jetbill.kernel.rating import layout as at
from jetbill.kernel.rating.batch import Batch
from jetbill.kernel.rating.charges import DIRECTIONS, SERVICE_CLASSES
from jetbill.kernel.rating.layout import Column
from jetbill.kernel.rating.look_up import charge_of, last_at_or_below
from jetbill.kernel.rating.machine_code import apart, inlined, peek
from jetbill.kernel.rating.prefixes import END, bounds, flatten

NO_ROW = -1


def cells_of(params: matrix.Params, time_classes: Sequence[str]) -> int:
    """How many cells a matrix has."""
    size = 1
    for each in _shape(params, time_classes):
        size *= each
    return size


def laid_out(
    charge: UsageCharge, time_classes: Sequence[str], denominator: int, rate_class: Callable[[str], int]
) -> list[int]:
    """A matrix as the numbers that `layout` names; prices are over `denominator`."""
    params = charge.params
    assert isinstance(params, matrix.Params)
    zones = [name for name, _ in params.zones]
    owners = [number for number, (_, prefixes) in enumerate(params.zones, 1) for _ in prefixes]
    ranges = flatten(
        bounds([each for _, prefixes in params.zones for each in prefixes]), np.array(owners, np.int64)
    )
    shape = _shape(params, time_classes)
    cells = np.full(shape, -1, np.int64)
    begin = at.MATRIX + 2 * ranges.low.size
    first_row = begin + cells.size
    for place, row in sorted(enumerate(params.rows), key=lambda each: len(each[1].says())):
        wanted = (
            None if row.from_ is None else 1 + zones.index(row.from_),
            None if row.to is None else 1 + zones.index(row.to),
            None if row.service_class is None else SERVICE_CLASSES.index(row.service_class),
            None if row.direction is None else DIRECTIONS.index(row.direction),
            None if row.time_class is None else time_classes.index(row.time_class),
        )
        cells[tuple(slice(None) if each is None else each for each in wanted)] = (
            first_row + place * at.MATRIX_ROW
        )
    steps = [
        step // cells.itemsize if size > 1 else 0 for step, size in zip(cells.strides, shape, strict=True)
    ]
    head = [ranges.low.size, steps[0], steps[1], steps[3], steps[4], begin]
    owned = np.maximum(ranges.owner, 0)
    rows = [
        (
            int(matrix.price_of(row, charge.unit.of(1), is_first=False) * denominator),
            int(matrix.price_of(row, charge.unit.of(0), is_first=True) * denominator),
            rate_class(row.label()),
        )
        for row in params.rows
    ]
    tables = (head, ranges.low, owned, cells.reshape(-1), np.array(rows, np.int64).reshape(-1))
    return [int(number) for table in tables for number in table]


@inlined
def priced(
    records: Batch, books: Column, i: int, under: tuple[int, int], measured: tuple[int, int]
) -> tuple[int, int]:
    """(exact amount, rate class) of (a quantity, the second of the record from which it is) under a charge.

    The rate class is NO_ROW if the charge has a matrix and no row of it fits.
    """
    (charge, time_class), (quantity, since) = under, measured
    place = charge_of(books, charge, at.MATRIX_PLACE)
    if place < 0:
        by_class = charge_of(books, charge, at.BY_TIME_CLASS) * time_class
        amount = quantity * charge_of(books, charge, at.UNIT_PRICE)
        return amount, charge_of(books, charge, at.RATE_CLASS) + by_class
    row = row_at(records, books, i, peek(books, at.MATRICES) + place, time_class)
    if row < 0:
        return 0, NO_ROW
    fixed = peek(books, row + at.ROW_FIXED) if since == 0 else 0
    return quantity * peek(books, row + at.ROW_PRICE) + fixed, peek(books, row + at.ROW_CLASS)


@apart
def row_at(records: Batch, books: Column, i: int, begin: int, time_class: int) -> int:
    """Where on the tape the row stands that fits record i; -1 if none does."""
    use = records[at.SERVICE_CLASS, i] * len(DIRECTIONS) + records[at.DIRECTION, i]
    cell = peek(books, begin + at.M_CELLS) + peek(books, begin + at.M_USE) * use
    cell += peek(books, begin + at.M_TIME_CLASS) * time_class
    cell += peek(books, begin + at.M_FROM) * zone_at(books, begin, records[at.PARTY, i])
    cell += peek(books, begin + at.M_TO) * zone_at(books, begin, records[at.COUNTERPARTY, i])
    row = peek(books, begin + cell)
    return begin + row if row >= 0 else -1


@apart
def zone_at(books: Column, begin: int, number: int) -> int:
    """The zone of a number, 0 for none."""
    first, count = begin + at.MATRIX, peek(books, begin + at.M_RANGES)
    wanted = min(max(number, NO_NUMBER), END - 1)
    return peek(books, last_at_or_below(books, first, first + count, wanted) + count)


def _shape(params: matrix.Params, time_classes: Sequence[str]) -> tuple[int, ...]:
    """Zones from and to, service classes, directions and time classes, each 1 where no row speaks of it."""
    said = {name for row in params.rows for name in row.says()}
    uses = said & {"service_class", "direction"}
    return (
        1 + len(params.zones) if "from_" in said else 1,
        1 + len(params.zones) if "to" in said else 1,
        len(SERVICE_CLASSES) if uses else 1,
        len(DIRECTIONS) if uses else 1,
        max(1, len(time_classes)) if "time_class" in said else 1,
    )
