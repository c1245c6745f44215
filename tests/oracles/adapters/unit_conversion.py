"""Metered quantity converted and rounded before it is priced."""

from decimal import Decimal
from typing import Any

from jetbill.kernel.charge_models import graduated, per_unit
from jetbill.kernel.quantity import Conversion, QuantityRounding, converted
from tests.oracles.conventions import graduated_bands
from tests.oracles.reading import Given

ROUNDINGS = {
    "ceil": QuantityRounding.CEIL,
    "floor": QuantityRounding.FLOOR,
    "round": QuantityRounding.ROUND,
}


def answer(given: Given) -> dict[str, Any]:
    conversion = Conversion(
        given.number("divide_by", Decimal(1)),
        given.choice("rounding", ROUNDINGS, QuantityRounding.NONE),
        given.whole("precision", 0),
        given.number("free_units", Decimal(0)),
    )
    units = converted(given.number("raw"), conversion)
    if "tiers" in given:
        return {
            "units": units,
            "amount": graduated.price(units, graduated_bands(given.rows("tiers"))).amount,
        }
    if "unit_price" in given:
        params = per_unit.Params(given.number("unit_price"))
        return {"units": units, "amount": per_unit.price(units, params).amount}
    return {"units": units}
