"""Millions of rows as Arrow columns, under the same wall: a second connection that is told the same realm.

It is another transaction: it does not see rows that the scope has written but not yet committed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from psycopg.conninfo import make_conninfo

from jetbill.stages.realms.scope import NoRealm, current_realm_id

_DJANGO_ONLY = ("assume_role", "pool", "server_side_binding", "isolation_level", "prepare_threshold")


@contextmanager
def arrow_connection() -> Iterator[Any]:
    """An ADBC connection in the realm of the open scope: cursor(), execute(), fetch_arrow_table()."""
    import adbc_driver_postgresql.dbapi as adbc

    realm = current_realm_id()
    if realm is None:
        raise NoRealm("no realm: open a scope before reading columns")
    with adbc.connect(dsn()) as session:
        with session.cursor() as cursor:
            if role := connection.settings_dict["OPTIONS"].get("assume_role"):
                cursor.execute(f"SET ROLE {role}")
            cursor.execute(f"SELECT set_config('jet.realm', '{int(realm)}', true)")
            cursor.fetchall()
        yield session
        session.rollback()


def dsn() -> str:
    """The connection string of Django's connection, for other drivers."""
    settings = connection.settings_dict
    options = {key: value for key, value in settings["OPTIONS"].items() if key not in _DJANGO_ONLY}
    named = {
        "dbname": settings["NAME"],
        "user": settings["USER"],
        "password": settings["PASSWORD"],
        "host": settings["HOST"],
        "port": settings["PORT"],
    }
    return make_conninfo(**{**options, **{key: str(value) for key, value in named.items() if value}})
