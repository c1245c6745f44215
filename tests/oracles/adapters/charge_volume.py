"""The total picks one tier, which prices all units."""

from typing import Any

from jetbill.kernel.charge_models import volume
from tests.oracles.conventions import exact, volume_bands
from tests.oracles.reading import Given


def answer(given: Given) -> dict[str, Any]:
    units, params = given.number("units"), volume_bands(given.rows("tiers"))
    picking = given.number("tier_units", units)
    return {"amount": volume.price_picked(exact(picking), exact(units), params).amount}
