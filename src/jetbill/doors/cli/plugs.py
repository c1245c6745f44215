"""What the command line is given from outside: how to make tables usable, and how to reach the database.

Doors never import the wiring; `wiring.main` hands these in when it starts the command line.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from jetbill.kernel.trouble import Refused


def _nothing() -> None:
    raise Refused("command.not_wired", hint="start it as jet")


def _no_up(workers: int) -> None:
    _nothing()


def _now() -> datetime:
    return datetime.now(UTC)


def _no_spawn(arguments: list[str], count: int) -> list[Callable[[], None]]:
    return []


@dataclass(frozen=True, slots=True)
class Plugs:
    """`set_up` makes models importable, without touching a database; `connect` starts or adopts the server,
    brings its tables up to date and connects; `home` is where Jet keeps its files; `up` keeps that many
    workers (0: as many as processors) and the scheduler alive; `migrate` also proves the realm wall; `now` is
    the instant; `spawn` starts further `jet` commands and gives a wait for each; `demo` plays the demo."""

    set_up: Callable[[], None] = _nothing
    connect: Callable[[], None] = _nothing
    home: Callable[[], Path] = Path.cwd
    up: Callable[[int], None] = _no_up
    migrate: Callable[[], None] = _nothing
    now: Callable[[], datetime] = _now
    spawn: Callable[[list[str], int], list[Callable[[], None]]] = _no_spawn
    demo: Callable[[], None] = _nothing


def plugs() -> Plugs:
    """The plugs of the running command."""
    found = click.get_current_context().find_object(Plugs)
    return found or Plugs()
