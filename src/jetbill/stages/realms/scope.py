"""Inside `with realm_scope(realm):` a query sees that realm; outside, it raises NoRealm.

A scope is a database transaction that was told its realm. Only doors and jobs open one; never put a
socket, or a generator's `yield`, inside.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

from django.db import connection as django_connection
from django.db import transaction

OUTSIDE = 0  # the value while outside_realms() is open
connection: Any = django_connection  # of our backend, which can be told its realm
_realm: ContextVar[int | None] = ContextVar("jet_realm", default=None)


class NoRealm(Exception):
    """A query without a realm, in the wrong realm, or a scope where none may be opened."""


class HasKey(Protocol):
    """A Realm, seen as far as the scope needs it."""

    pk: int


@contextmanager
def realm_scope(realm: HasKey | int) -> Iterator[None]:
    """A transaction that sees `realm` (a Realm or its id) and nothing else. Nests within the same realm."""
    key = realm if isinstance(realm, int) else realm.pk
    if not isinstance(key, int) or key <= 0:
        raise NoRealm(f"{key!r} is not the id of a realm")
    if open_now := _realm.get():
        if open_now != key:
            raise NoRealm(f"a scope of realm {open_now} is open; close it before opening realm {key}")
        yield
        return
    inside = connection.in_atomic_block  # a test, or two realms in turn within one transaction
    with transaction.atomic():
        connection.tell_realm(str(key), begins=not inside)
        token = _realm.set(key)
        connection.realm_now = key
        try:
            yield
        finally:
            _realm.reset(token)
            connection.realm_now = None
    if inside and not connection.needs_rollback:
        connection.tell_realm("")  # releasing a savepoint keeps the setting; rolling back restores it


@contextmanager
def outside_realms() -> Iterator[None]:
    """Only tables without a realm (`open_tables.py`) can be used; a realm's table raises in the database."""
    if _realm.get():
        raise NoRealm(f"a scope of realm {_realm.get()} is open; nothing goes outside from within")
    token = _realm.set(OUTSIDE)
    try:
        yield
    finally:
        _realm.reset(token)


def current_realm_id() -> int | None:
    """The realm of the open scope; None outside any."""
    return _realm.get() or None


def check_scope(told: int | None) -> None:
    """Raise NoRealm unless a scope is open and the connection was `told` the same realm."""
    now = _realm.get()
    if now is None:
        raise NoRealm(
            "no realm: wrap this in `with realm_scope(realm):`, or outside_realms() for open tables"
        )
    if (now or None) != told:
        raise NoRealm(f"this connection was told realm {told}, the scope is of realm {now}")
