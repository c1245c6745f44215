"""The scheduler: calls what is to be done from time to time, by Jet's clock, one at a time.

A tick may come twice or late: it looks at what is due and catches up, so a week of downtime is one tick.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, connection

from jetbill.running.lifeline import Lifeline

log = logging.getLogger("jet.scheduler")


@dataclass(frozen=True, slots=True)
class Tick:
    """`function(now)` every `every`; it opens its own scopes."""

    name: str
    every: timedelta
    function: Callable[[datetime], None]


def schedule(
    ticks: Sequence[Tick], clock: Callable[[], datetime], lifeline: Lifeline, poll_s: float = 0.5
) -> None:
    """Call the ticks when they are due until the lifeline ends; each once at the start."""
    last: dict[str, datetime] = {}
    while not lifeline.has_ended:
        for tick in ticks:
            now = clock()
            if lifeline.has_ended or (tick.name in last and now - last[tick.name] < tick.every):
                continue
            last[tick.name] = now
            _call(tick, now)
        lifeline.sleep(poll_s)


def _call(tick: Tick, now: datetime) -> None:
    try:
        tick.function(now)
    except (OperationalError, InterfaceError) as trouble:
        log.warning("%s: the database is away: %s", tick.name, " ".join(str(trouble).split()))
        connection.close()
    except Exception:
        log.exception("%s: a bug; it is called again in %s", tick.name, tick.every)
