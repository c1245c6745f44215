"""Thousands of rows by COPY: PostgreSQL refuses it into a walled table, so a temporary one comes between.

The temporary table is made once per session and emptied by every commit: making one per chunk would leave
dozens of dead rows in the catalogue each time.
"""

from collections.abc import Iterable, Mapping, Sequence
from zlib import crc32

from django.db import connection

from jetbill.stages.realms.backend.wall import REALM_COLUMN

Row = Sequence[object]
Columns = Sequence[str] | Mapping[str, str]
"""Names, or names with their types: then rows are sent in binary form, as text bytes are twice as long."""


def copy_rows(
    table: str,
    columns: Columns,
    rows: Iterable[Row],
    *,
    on_conflict: str = "",
    returning: str = "",
) -> list[tuple[object, ...]] | int:
    """Insert `rows` into the walled `table`, in the realm of the open scope.

    `on_conflict` is SQL such as "DO NOTHING"; `returning` names columns to hand back, in the order of the
    rows. Gives the rows returned, or the number inserted. Column names are ours, never a user's.
    """
    names = _quoted(columns)
    temporary = f"copy_{table[:40]}_{crc32(names.encode()):08x}"
    conflict = f" ON CONFLICT {on_conflict}" if on_conflict else ""
    back = f" RETURNING {returning}" if returning else ""
    copy_aside(temporary, f'SELECT {names} FROM "{table}" WITH NO DATA', columns, rows)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" ("{REALM_COLUMN}", {names}) '
            f'SELECT (SELECT realm()), {names} FROM "{temporary}"{conflict}{back}'
        )
        return cursor.fetchall() if returning else cursor.rowcount


def copy_aside(temporary: str, like: str, columns: Columns, rows: Iterable[Row] | str) -> None:
    """Write `rows` into a temporary table with the columns of the query `like`, for statements that follow in
    this transaction. They may be a block as COPY reads it: a line per row, made with `field`."""
    form = " (FORMAT binary)" if isinstance(columns, Mapping) else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f'CREATE TEMPORARY TABLE IF NOT EXISTS "{temporary}" ON COMMIT DELETE ROWS AS {like};'
            f'DELETE FROM "{temporary}"'  # of an earlier call in this transaction
        )
        with cursor.copy(f'COPY "{temporary}" ({_quoted(columns)}) FROM STDIN{form}') as copy:
            if isinstance(columns, Mapping):
                copy.set_types(list(columns.values()))
            write, given = (copy.write, [rows]) if isinstance(rows, str) else (copy.write_row, rows)
            for each in given:
                write(each)


def _quoted(columns: Columns) -> str:
    return ", ".join([f'"{column}"' for column in columns])


def field(text: str) -> str:
    """A text as COPY reads it."""
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if text.isprintable():
        return text
    return text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
