"""Thousands of rows by COPY: PostgreSQL refuses it into a walled table, so a temporary one comes between."""

from collections.abc import Iterable, Sequence

from django.db import connection

from jetbill.stages.realms.backend.wall import REALM_COLUMN

Row = Sequence[object]


def copy_rows(
    table: str, columns: Sequence[str], rows: Iterable[Row], *, on_conflict: str = "", returning: str = ""
) -> list[tuple[object, ...]] | int:
    """Insert `rows` into the walled `table`, in the realm of the open scope.

    `on_conflict` is SQL such as "DO NOTHING"; `returning` names columns to hand back, in the order of the
    rows. Gives the rows returned, or the number inserted. Column names are ours, never a user's.
    """
    names = ", ".join(f'"{column}"' for column in columns)
    temporary = f"copy_{table}"[:63]
    conflict = f" ON CONFLICT {on_conflict}" if on_conflict else ""
    back = f" RETURNING {returning}" if returning else ""
    with connection.cursor() as cursor:
        like = f'SELECT {names} FROM "{table}" WITH NO DATA'
        cursor.execute(f'CREATE TEMPORARY TABLE "{temporary}" ON COMMIT DROP AS {like}')
        with cursor.copy(f'COPY "{temporary}" ({names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(
            f'INSERT INTO "{table}" ("{REALM_COLUMN}", {names}) '
            f'SELECT (SELECT realm()), {names} FROM "{temporary}"{conflict}{back}'
        )
        result = cursor.fetchall() if returning else cursor.rowcount
        cursor.execute(f'DROP TABLE "{temporary}"')
    return result
