"""Every tier takes its percentage of the amount that falls in it."""

from typing import Any

from jetbill.kernel.charge_models import graduated_percentage
from tests.oracles.conventions import exact, percentage_bands
from tests.oracles.reading import Given


def answer(given: Given) -> dict[str, Any]:
    params = percentage_bands(given.rows("tiers"))
    return {"amount": graduated_percentage.price(exact(given.number("units")), params).amount}
