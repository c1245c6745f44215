"""What a command needs before it works: models that can be imported, then a database that is up to date."""

import os
from collections.abc import Callable

import django

from jetbill.running.address import ServerAddress
from jetbill.running.home import jet_home
from jetbill.running.postgres import ensure_server


def set_up() -> None:
    """Make models importable; touches no database. May be called again."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jetbill.wiring.settings")
    django.setup()


def connect(tell: Callable[[str], None] = lambda _: None) -> ServerAddress:
    """Start or adopt the server, bring its tables up to date, and connect as the application."""
    address = ensure_server(jet_home())
    set_up()
    # Only now: these modules hold models.
    from jetbill.wiring import databases, migrate

    databases.use(databases.app_database(address))
    if migrate.is_behind():
        tell("Bringing the database up to date.")
        migrate.migrate(address)
    return address
