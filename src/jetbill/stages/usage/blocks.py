"""NumPy columns into a temporary table by binary COPY: no Python per row, no text to parse.

PostgreSQL's binary form is big-endian, each row led by its number of fields and each field by its length.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from django.db import connection
from numpy.typing import NDArray

_EPOCH_2000 = 946_684_800
_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TAIL = b"\xff\xff"
_ROWS = 4_096
"""Rows of a piece: small enough to stay near the processor."""
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
            for piece in pieces(tuple(types.values()), columns):
                copy.write(piece)


def pieces(types: Sequence[str], columns: Sequence[NDArray[np.generic]]) -> Iterator[memoryview]:
    """The rows as PostgreSQL's binary COPY reads them; no nulls. A piece holds until the next one."""
    layout: list[tuple[str, str]] = [("fields", ">i2")]
    for number, kind in enumerate(types):
        layout += [(f"length{number}", ">i4"), (f"value{number}", _WIDTH[kind])]
    rows = np.zeros(_ROWS, np.dtype(layout))  # field counts and lengths are the same in every row
    rows["fields"] = len(types)
    for number, kind in enumerate(types):
        rows[f"length{number}"] = np.dtype(_WIDTH[kind]).itemsize
    yield memoryview(_HEAD)
    for begin in range(0, len(columns[0]), _ROWS):
        piece = rows[: len(columns[0]) - begin]
        for number, (kind, column) in enumerate(zip(types, columns, strict=True)):
            part = column[begin : begin + _ROWS]
            if kind == "timestamptz":
                part = (part.astype(np.int64) - _EPOCH_2000) * 1_000_000
            piece[f"value{number}"] = part
        yield piece.view(np.uint8).data
    yield memoryview(_TAIL)
