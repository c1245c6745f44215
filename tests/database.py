"""Fixtures that need PostgreSQL: one server for all test runs of this user, one database per worker.

A migrated template database is kept per hash of the migrations; a worker clones it in a tenth of a
second. Tests run as jet_app, in the realms `north` and `south` (Mallory's). The server is stopped by the
last run that uses it. DATABASE_URL names another server.
"""

import fcntl
import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connections
from django.test import TransactionTestCase
from psycopg import sql

import jetbill
from jetbill.running import roles
from jetbill.running.address import ServerAddress, named_address
from jetbill.running.postgres import ensure_server, stop_server
from jetbill.stages.realms.actions import RealmPlan, create_realm
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import outside_realms
from jetbill.wiring.databases import app_database, use
from jetbill.wiring.migrate import bring_up
from jetbill.wiring.stages import RIVER

# Tests lose nothing that matters when the machine loses power.
FAST = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "128MB", "max_connections": "200"}
KEEP_TEMPLATES = 12
_LOCK = 4253001


@pytest.fixture(scope="session")
def database_server() -> Iterator[ServerAddress]:
    """The server of this test session."""
    if named := named_address():
        roles.make(named)
        yield named
        return
    home = Path(tempfile.gettempdir()) / f"jet-tests-{os.geteuid()}"
    home.mkdir(exist_ok=True)
    with (home / "users.lock").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        yield ensure_server(home, FAST)
        try:  # only the last user gets the lock for himself alone
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        stop_server(home)


@pytest.fixture(scope="session")
def django_db_setup(database_server: ServerAddress, django_db_blocker: Any) -> Iterator[None]:
    """A clone of the migrated template, for this worker alone."""
    name = f"jet_test_{os.getpid()}"
    with django_db_blocker.unblock():
        clone = _cloner(database_server, name)
        clone()
        entry = {**app_database(database_server), "NAME": name}
        use(entry)
    with pytest.MonkeyPatch.context() as patch:
        # Django would flush with TRUNCATE, which the application's role may not.
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: clone())
        yield
    with django_db_blocker.unblock():
        connections.close_all()
        with _owner_session(database_server) as session:
            _drop(session, name)


@pytest.fixture
def north(db: None) -> Realm:
    """The provider's own realm, in Berlin and in euros."""
    plan = RealmPlan("North", time_zone="Europe/Berlin", country="DE", is_default=True)
    with outside_realms():
        return create_realm(plan)


@pytest.fixture
def south(db: None) -> Realm:
    """The other realm, where Mallory is staff."""
    plan = RealmPlan("South", time_zone="Asia/Tokyo", currency="JPY", country="JP")
    with outside_realms():
        return create_realm(plan)


@contextmanager
def copied(server: ServerAddress, number: int) -> Iterator[str]:
    """A copy of the worker's database as it is now, under the name given back, until the block ends."""
    name = f"jet_copy{number}_{os.getpid()}"
    source = str(connections["default"].settings_dict["NAME"])
    connections.close_all()
    with _owner_session(server) as session:
        _drop(session, name)
        roles.make_database(session, name, source)
        yield name
        connections.close_all()
        _drop(session, name)


def _cloner(server: ServerAddress, name: str) -> Callable[[], None]:
    template = f"jet_template_{_fingerprint()}"

    def clone() -> None:
        connections.close_all()
        with _owner_session(server) as session:
            session.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
            _drop_leftovers(session)
            if not _exists(session, template):
                _make_template(server, session, template)
            _drop(session, name)
            roles.make_database(session, name, template)

    return clone


def _make_template(server: ServerAddress, session: psycopg.Connection, template: str) -> None:
    fresh = f"jet_fresh_{os.getpid()}"
    _drop(session, fresh)
    roles.make(server, fresh)
    bring_up(server, fresh)
    session.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(fresh), sql.Identifier(template))
    )


def _drop_leftovers(session: psycopg.Connection) -> None:
    """Databases of killed runs, and templates of migrations that nobody has any more."""
    found = session.execute("SELECT datname FROM pg_database WHERE datname LIKE 'jet\\_%' ORDER BY oid")
    names = [name for (name,) in found]
    for name in names:
        kind, _, owner = name.rpartition("_")
        if re.fullmatch(r"jet_(test|fresh|copy\d+)", kind) and not Path(f"/proc/{owner}").exists():
            _drop(session, name)
    templates = [name for name in names if name.startswith("jet_template_")]
    for name in templates[:-KEEP_TEMPLATES]:
        _drop(session, name)


def _fingerprint() -> str:
    source = Path(jetbill.__file__).parent
    files = [source / "running/roles.py", *sorted((source / "stages/realms/backend").glob("*.py"))]
    files += [source / "stages/realms/keys.py", source / "stages/realms/operations.py"]
    for stage in RIVER:
        files += sorted((source / "stages" / stage / "migrations").glob("*.py"))
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.relative_to(source)}\n".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _owner_session(server: ServerAddress) -> Iterator[psycopg.Connection]:
    with psycopg.connect(server.owner.dsn(roles.meeting_place(server)), autocommit=True) as session:
        yield session


def _exists(session: psycopg.Connection, name: str) -> bool:
    return bool(session.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone())


def _drop(session: psycopg.Connection, name: str) -> None:
    session.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
