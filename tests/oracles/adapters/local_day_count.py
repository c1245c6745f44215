"""Local calendar days between two instants."""

from typing import Any

from jetbill.kernel.zones import local_days, zone
from tests.oracles.reading import Given


def answer(given: Given) -> dict[str, Any]:
    at = zone(given.raw("timezone"))
    return {"days": local_days(given.instant("start"), given.instant("end"), at)}
