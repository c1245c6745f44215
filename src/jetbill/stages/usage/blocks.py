"""NumPy columns into a temporary table as one binary COPY block: no Python per row, no text to parse.

PostgreSQL's binary form is big-endian, each row led by its number of fields and each field by its length.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from django.db import connection
from numpy.typing import NDArray

_EPOCH_2000 = 946_684_800
_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TAIL = b"\xff\xff"
_WIDTH = {"uuid": "V16", "bigint": ">i8", "integer": ">i4", "smallint": ">i2", "timestamptz": ">i8"}


def stage(table: str, types: Mapping[str, str], columns: Sequence[NDArray[np.generic]]) -> None:
    """Put rows into the temporary `table` of this transaction; `types` names its columns and their types.

    A timestamptz column is given in whole seconds since 1970.
    """
    described = ", ".join(f"{name} {kind}" for name, kind in types.items())
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
        cursor.execute(f"CREATE TEMPORARY TABLE {table} ({described}) ON COMMIT DROP")
        with cursor.copy(f"COPY {table} FROM STDIN (FORMAT binary)") as copy:
            copy.write(block(tuple(types.values()), columns))


def block(types: Sequence[str], columns: Sequence[NDArray[np.generic]]) -> bytes:
    """The rows as PostgreSQL's binary COPY reads them; no nulls."""
    layout: list[tuple[str, str]] = [("fields", ">i2")]
    for number, kind in enumerate(types):
        layout += [(f"length{number}", ">i4"), (f"value{number}", _WIDTH[kind])]
    frame = np.zeros(1, np.dtype(layout))  # field counts and lengths are the same in every row
    frame["fields"] = len(types)
    for number, kind in enumerate(types):
        frame[f"length{number}"] = np.dtype(_WIDTH[kind]).itemsize
    rows = np.repeat(frame, len(columns[0]))
    for number, (kind, column) in enumerate(zip(types, columns, strict=True)):
        if kind == "timestamptz":
            column = (column.astype(np.int64) - _EPOCH_2000) * 1_000_000
        rows[f"value{number}"] = column
    return _HEAD + rows.tobytes() + _TAIL
