"""Which login Django's one connection uses: jet_app for everything, the owner while migrating."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from jetbill.running.address import APP_ROLE, OWNER_ROLE, Login, ServerAddress

ENGINE = "jetbill.stages.realms.backend"


def app_database(address: ServerAddress) -> dict[str, Any]:
    """Django's DATABASES entry for the running application."""
    steps_down = address.app["user"] != APP_ROLE
    return _entry(address.app, {"assume_role": APP_ROLE} if steps_down else {})


def owner_database(address: ServerAddress) -> dict[str, Any]:
    """Django's DATABASES entry for migrations: even a superuser becomes jet_own and meets the wall."""
    return _entry(address.owner, {"assume_role": OWNER_ROLE})


def use(entry: dict[str, Any]) -> None:
    """From now on Django's connection goes there."""
    connection.close()
    connection.settings_dict.update(copy.deepcopy(entry))
    connection.__dict__.pop("pg_version", None)


@contextmanager
def as_owner(address: ServerAddress, database: str = "") -> Iterator[None]:
    """Django's connection as the owner, in `database` or the address's own; afterwards as before."""
    before = {key: connection.settings_dict[key] for key in owner_database(address)}
    use({**owner_database(address), **({"NAME": database} if database else {})})
    try:
        yield
    finally:
        use(before)


def _entry(login: Login, options: dict[str, Any]) -> dict[str, Any]:
    known = dict(login.parameters)
    return {
        "ENGINE": ENGINE,
        "NAME": known.pop("dbname", ""),
        "USER": known.pop("user", ""),
        "PASSWORD": known.pop("password", ""),
        "HOST": known.pop("host", ""),
        "PORT": known.pop("port", ""),
        "OPTIONS": {**known, **options},
    }
