"""How a command that needs the database opens the realm it works in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from jetbill.doors.cli.plugs import plugs
from jetbill.kernel.trouble import BadInput


def realm_option(command: Callable[..., object]) -> Callable[..., object]:
    """Adds `--realm`, by its short name; without it the default realm."""
    return click.option("--realm", default="", metavar="NAME", help="Which realm; else the default one.")(
        command
    )


@contextmanager
def working_in(name: str, *, is_kept: bool = True) -> Iterator[None]:
    """Connect to the database and open the realm called `name` ("" is the default realm).

    With `is_kept` False all that is done inside is rolled back. Raises BadInput for an unknown realm.
    """
    plugs().connect()
    from django.db import transaction

    from jetbill.stages.realms.queries import realm_called
    from jetbill.stages.realms.scope import outside_realms, realm_scope

    with outside_realms():
        realm = realm_called(name)
    if realm is None:
        raise BadInput(f"there is no realm called {name!r}")
    with realm_scope(realm):
        yield
        if not is_kept:
            transaction.set_rollback(True)
