"""What a door hands in: consecutive rows of one file as columns, and those that are no usage with why.

Columns are NumPy arrays of equal length, one element a row; instants are whole seconds since 1970 UTC.
"""

from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from jetbill.kernel.sessions import ReportKind, Rules

Integers = NDArray[np.int64]
KEY_BYTES = 16
KEY = np.dtype(f"V{KEY_BYTES}")
NOT_TOLD = -1
"""In a report's columns: the report does not say."""
REPORT_KINDS = tuple(ReportKind)
"""`Reports.kind` is a position in this list."""
USUAL = Rules()


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """Texts that repeat: `texts[codes[row]]`."""

    codes: Integers
    texts: tuple[str, ...]

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> "Names":
        """The names of some rows."""
        return replace(self, codes=self.codes[rows])


@dataclass(frozen=True, slots=True, eq=False)
class _Columns:
    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Self:
        """Some of the rows, in the order asked for."""
        if rows.dtype == bool and rows.all():
            return self
        parts = {}
        for each in fields(self):
            value = getattr(self, each.name)
            parts[each.name] = value.take(rows) if isinstance(value, Names) else value[rows]
        return replace(self, **parts)


@dataclass(frozen=True, slots=True, eq=False)
class Records(_Columns):
    """Usage records. `key` is the same for the same record wherever it comes from; `line` counts from 1.

    `direction` 0 is out (from the subscriber), 1 in. `party` and `counterparty` are numbers as
    `kernel.decks.encode_number` writes them.
    """

    line: Integers
    key: NDArray[np.void]
    identifier: Names
    started: Integers
    service_class: Integers
    direction: Integers
    duration_s: Integers
    octets_in: Integers
    octets_out: Integers
    quantity: Integers
    party: Integers
    counterparty: Integers


@dataclass(frozen=True, slots=True, eq=False)
class Reports(_Columns):
    """Reports of sessions, in the order of the file; `at` is when a report was true."""

    line: Integers
    key: NDArray[np.void]
    identifier: Names
    session: NDArray[np.void]
    nas: Names
    at: Integers
    kind: Integers
    seconds: Integers
    octets_in: Integers
    octets_out: Integers
    service_class: Integers
    direction: Integers
    raw: NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is no usage: as it came, with its reason; `key` tells it again when it comes again."""

    line: int
    raw: str
    reason: str
    key: bytes


@dataclass(frozen=True, slots=True)
class Restart:
    """A router said that it restarted: its sessions ended with their last reports."""

    nas: str
    at: int


@dataclass(frozen=True, slots=True)
class Batch:
    """The rows of a file up to `last_line` that no earlier batch held.

    `rows` = good + bad; `passed_over` rows claim no usage (unanswered calls, restarts) and are not in `rows`.
    """

    last_line: int
    rows: int
    good: Records | Reports
    bad: tuple[BadRow, ...] = ()
    passed_over: int = 0
    restarts: tuple[Restart, ...] = ()
    rules: Rules = USUAL


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What identifies a file: its bytes by `digest`, read as `format`; `name` is only shown."""

    name: str
    digest: str
    size: int
    lines: int
    format: str
    format_digest: str
    header: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """Records, octets (both directions) and seconds."""

    records: int = 0
    octets: int = 0
    seconds: int = 0

    def __add__(self, other: "Counted") -> "Counted":
        return Counted(self.records + other.records, self.octets + other.octets, self.seconds + other.seconds)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the rows of a file: read = taken + duplicates + quarantined, in each count."""

    read: Counted = Counted()
    taken: Counted = Counted()
    duplicates: Counted = Counted()
    quarantined: Counted = Counted()
    passed_over: int = 0
