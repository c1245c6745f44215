"""Units sold in whole packages."""

from decimal import Decimal
from typing import Any

from jetbill.kernel.charge_models import package
from tests.oracles.conventions import exact
from tests.oracles.reading import Given

ROUNDINGS = {"up": package.Started.UP, "down": package.Started.DOWN}


def answer(given: Given) -> dict[str, Any]:
    params = package.Params(
        given.number("package_size"),
        given.number("package_price"),
        given.number("free_units", Decimal(0)),
        given.choice("rounding", ROUNDINGS, package.Started.UP),
    )
    units = exact(given.number("units"))
    return {
        "packages": package.packages(units, params),
        "amount": package.price(units, params).amount,
    }
