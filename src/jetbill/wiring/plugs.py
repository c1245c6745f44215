"""Which function does which kind of job: "kind": "module:function". One line per kind.

A function takes (claim, now) and answers None (done), Retry or Park; see stages/events/queue.py.
"""

import importlib
from typing import Any

JOBS: dict[str, str] = {
    "rating.rate": "jetbill.stages.rating.jobs:rate_share",
    "billing.run": "jetbill.stages.billing.jobs:carry_run",
    "delivery.deliver": "jetbill.wiring.post:deliver",
    "delivery.send": "jetbill.wiring.post:send",
}


def load(place: str) -> Any:
    """The attribute at "module:attribute"."""
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)


def jobs() -> dict[str, Any]:
    """Every kind of job with its function."""
    return {kind: load(place) for kind, place in JOBS.items()}
