"""Usage records as columns, and one of them as a value."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from jetbill.kernel.book import ServiceClass
from jetbill.kernel.rating import layout as at
from jetbill.kernel.rating.charges import DIRECTIONS, SERVICE_CLASSES


@dataclass(frozen=True, slots=True)
class Record:
    """One usage record; numbers are encoded (`kernel.decks`), instants are seconds since 1970 UTC.

    `source_row` is 1 for the record that counts for its source row, 0 for the others cut from it.
    """

    identifier: int
    started_s: int
    duration_s: int = 0
    octets_in: int = 0
    octets_out: int = 0
    quantity: int = 0
    party: int = 0
    counterparty: int = 0
    service_class: ServiceClass = ServiceClass.DATA
    direction: str = "out"
    source_row: int = 1


Batch = npt.NDArray[np.int64]
"""One row of it is one column of the records, in the order of `layout.COLUMNS`."""


def batch(columns: Mapping[str, Any]) -> Batch:
    """A batch from columns by name (`layout.COLUMNS`). Classes and directions are small integers."""
    made = np.empty((len(at.COLUMNS), len(columns["started_s"])), np.int64)
    for row, name in enumerate(at.COLUMNS):
        made[row] = columns[name]
    return made


def batch_of(records: Iterable[Record]) -> Batch:
    """A batch of single records, in their order."""
    rows = [
        (
            each.identifier,
            each.started_s,
            each.duration_s,
            each.octets_in,
            each.octets_out,
            each.quantity,
            each.party,
            each.counterparty,
            SERVICE_CLASSES.index(each.service_class),
            DIRECTIONS.index(each.direction),
            each.source_row,
        )
        for each in records
    ]
    return np.ascontiguousarray(at.wide(rows, len(at.COLUMNS)).T)


def records_of(batch: Batch) -> Iterator[Record]:
    """The records of a batch, one after the other."""
    for row in batch.T.tolist():
        values = dict(zip(at.COLUMNS, row, strict=True))
        values["service_class"] = SERVICE_CLASSES[values["service_class"]]
        values["direction"] = DIRECTIONS[values["direction"]]
        yield Record(**values)


def part(of: Batch, where: Any) -> Batch:
    """The records of a batch that a mask, a slice or positions choose."""
    return np.ascontiguousarray(of[:, where])
