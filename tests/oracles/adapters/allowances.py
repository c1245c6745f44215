"""Included usage first; the overage of each record is priced."""

from collections.abc import Mapping
from typing import Any

from jetbill.kernel.allowances import Allowance, OveragePrice, Use, charged, taken
from jetbill.kernel.charge_models import graduated
from tests.oracles.conventions import exact, graduated_bands
from tests.oracles.reading import Given

SHARED: Mapping[str, bool] = {"account": True, "subscriber": False}


def answer(given: Given) -> dict[str, Any]:
    given.information("usage_types")
    records = [exact(record) for record in given.numbers("records")]
    users = given.raw("subscribers", [None] * len(records))
    uses = [Use(*row) for row in zip(records, users, strict=True)]
    allowances = [_allowance(row) for row in given.rows("allowances")] if "allowances" in given else []
    if "rates" in given:
        rates = given.inner("rates")
        prices = {name: _price(rates.inner(name)) for name in rates.fields}
        return {"charges": {name: charged(taken(uses, allowances, price)) for name, price in prices.items()}}
    got = taken(uses, allowances, _price(given.inner("rate")))
    return {
        "in_allowance": [each.covered for each in got],
        "in_allowance_money": [each.money for each in got],
        "overage": [each.overage for each in got],
        "charges": [each.charge for each in got],
    }


def _allowance(row: Given) -> Allowance:
    is_shared = row.choice("shared", SHARED, False)
    if "money" in row:
        return Allowance(exact(row.number("money")), True, is_shared)
    return Allowance(exact(row.number("units")), False, is_shared)


def _price(row: Given) -> OveragePrice:
    if "tiers" in row:
        return OveragePrice(exact(row.number("interval")), graduated_bands(row.rows("tiers")))
    bands = graduated.Params((graduated.Band(None, row.number("unit")),))
    return OveragePrice(exact(row.number("interval")), bands)
