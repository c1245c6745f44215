"""Every tier prices the units that fall in it."""

from typing import Any

from jetbill.kernel.charge_models import graduated
from tests.oracles.conventions import exact, graduated_bands
from tests.oracles.reading import Given


def answer(given: Given) -> dict[str, Any]:
    priced = graduated.price(exact(given.number("units")), graduated_bands(given.rows("tiers")))
    return {"amount": priced.amount, "tier_amounts": [part.amount for part in priced.parts]}
