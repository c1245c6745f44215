"""What happens from time to time with nobody there: name, every so often, "module:function" of (now)."""

from datetime import timedelta

from jetbill.running.scheduler import Tick
from jetbill.wiring.plugs import load

TICKS: tuple[tuple[str, timedelta, str], ...] = (
    # In this order: after a week of downtime the usage that waits is billed on the day it should be.
    ("usage inbox", timedelta(seconds=15), "jetbill.wiring.inbox:take_in"),
    ("bill runs", timedelta(seconds=20), "jetbill.stages.billing.jobs:bill_due_realms"),
    ("credit", timedelta(minutes=10), "jetbill.stages.collection.jobs:settle_what_is_left"),
    ("bounces", timedelta(minutes=1), "jetbill.wiring.post:take_in_bounces"),
    ("finished streams", timedelta(hours=1), "jetbill.stages.events.jobs:sweep_streams"),
    ("usage months", timedelta(days=1), "jetbill.stages.usage.jobs:make_months_ahead"),
)


def ticks() -> list[Tick]:
    """The schedule with its functions."""
    return [Tick(name, every, load(place)) for name, every, place in TICKS]
