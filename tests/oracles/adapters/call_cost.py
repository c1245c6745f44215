"""Cost of one call, message or session whose spans and tariffs are known."""

from decimal import Decimal
from typing import Any

from jetbill.kernel.charge_models import call
from tests.oracles.conventions import exact
from tests.oracles.reading import Given


def answer(given: Given) -> dict[str, Any]:
    spans = [
        call.Span(exact(row.number("quantity")), _tariff(row.inner("tariff"))) for row in given.rows("spans")
    ]
    return {"amount": call.cost(spans).amount}


def _tariff(given: Given) -> call.Tariff:
    rates = tuple(
        call.Rate(*(exact(row.number(name)) for name in ("from", "increment", "unit", "rate")))
        for row in given.rows("rates")
    )
    return call.Tariff(exact(given.number("connect_fee", Decimal(0))), rates)
