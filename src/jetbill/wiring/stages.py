"""The stages that exist so far, in the river's order: a folder with an apps.py is installed."""

from pathlib import Path

import jetbill.stages

RIVER = (
    "realms",
    "events",
    "ledger",
    "catalog",
    "customers",
    "usage",
    "rating",
    "billing",
    "delivery",
    "collection",
    "provisioning",
    "hooks",
)


def installed() -> list[str]:
    """The Django applications: every stage of the river that has an apps.py."""
    folder = Path(jetbill.stages.__file__).parent
    return [f"jetbill.stages.{name}" for name in RIVER if (folder / name / "apps.py").exists()]
