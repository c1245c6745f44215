"""Currency rounding, and tax added to a net amount."""

from typing import Any

from jetbill.kernel.money import HALF_UP
from jetbill.kernel.tax import TaxPolicy, TaxRow, taxes
from tests.oracles.reading import Given


def answer(given: Given) -> dict[str, Any]:
    currency = given.raw("currency")
    if "amount" in given:
        return {"rounded": HALF_UP.amount(given.number("amount"), currency)}
    rates = (given.number("rate"),) if "rate" in given else given.numbers("rates")
    base, (first, *more) = given.number("base"), rates
    row = TaxRow("S", first, base, taxes(base, rates, TaxPolicy(currency)), tuple(more))
    return {"taxes": row.taxes, "tax": row.tax}
