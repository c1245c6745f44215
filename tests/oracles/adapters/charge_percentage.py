"""A percentage and a fixed part per transaction, by transactions or by their totals."""

from decimal import Decimal
from typing import Any

from jetbill.kernel.charge_models.percentage import FirstOnes, Params, Totals, price_in_order, price_of_totals
from tests.oracles.conventions import exact
from tests.oracles.reading import Given


def answer(given: Given) -> dict[str, Any]:
    params = Params(
        given.number("rate"),
        given.number("fixed", Decimal(0)),
        minimum=given.number("min", Decimal(0)),
        maximum=given.number("max", None),
    )
    first = FirstOnes(given.whole("free_transactions", None), given.number("free_volume", None))
    if "events" in given:
        return {"amount": price_in_order([*map(exact, given.numbers("events"))], params, first).amount}
    running = tuple(map(exact, given.numbers("running_total", ())))
    totals = Totals(exact(given.number("total")), given.whole("transactions"), running)
    return {"amount": price_of_totals(totals, params, first).amount}
