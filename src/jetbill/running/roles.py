"""The three roles and the database. Runs as often as one likes; needs CREATEROLE and CREATEDB, no superuser.

jet_owner logs in to migrate, jet_own owns every table, jet_app runs the application and owns nothing.
"""

import psycopg
from psycopg import sql

from jetbill.running.address import APP_ROLE, DATABASE, OWNER_ROLE, ServerAddress

_ROLES = f"""
DO $$ BEGIN CREATE ROLE {OWNER_ROLE} NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE {APP_ROLE} LOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
"""
_INSIDE = f"""
ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER_ROLE} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP_ROLE};
GRANT USAGE ON SCHEMA public TO {APP_ROLE};
"""


def make(address: ServerAddress, database: str = "") -> None:
    """Make the roles and `database` (the address's own when not named) unless they are there."""
    name = database or address.database
    with psycopg.connect(address.owner.dsn(meeting_place(address)), autocommit=True) as session:
        session.execute(_ROLES)
        _become(session, OWNER_ROLE)
        if address.app == address.owner:  # one login for both: it must be able to step down
            _become(session, APP_ROLE)
        make_database(session, name)
    with psycopg.connect(address.owner.dsn(name), autocommit=True) as session:
        session.execute(_INSIDE)


def make_database(session: psycopg.Connection, name: str, template: str = "") -> None:
    """Create the database `name` for jet_own, as a copy of `template` when one is named."""
    like = (
        sql.SQL(" TEMPLATE {} STRATEGY wal_log").format(sql.Identifier(template)) if template else sql.SQL("")
    )
    command = sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(OWNER_ROLE))
    found = session.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    if found:
        return
    try:
        session.execute(command + like)
    except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
        return  # another starter was quicker


def meeting_place(address: ServerAddress) -> str:
    """A database that exists before ours does: `postgres`, or on a named server the one of its URL."""
    if address.is_embedded:
        return "postgres"
    for name in (address.owner["dbname"] or DATABASE, "postgres"):
        try:
            psycopg.connect(address.owner.dsn(name)).close()
        except psycopg.OperationalError:
            continue
        return name
    return "postgres"


def _become(session: psycopg.Connection, role: str) -> None:
    # Since PostgreSQL 16 the creator of a role has only ADMIN on it; this adds SET and INHERIT.
    session.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(role)))
