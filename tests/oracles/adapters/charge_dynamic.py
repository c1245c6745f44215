"""The usage brings its own price; only marked-up totals are rounded."""

from typing import Any

from jetbill.kernel.charge_models import dynamic
from jetbill.kernel.money import HALF_UP
from tests.oracles.conventions import EUR, exact, from_cents
from tests.oracles.reading import Given


def answer(given: Given) -> dict[str, Any]:
    if "supplied_total_cents" in given:
        supplied = from_cents(given.number("supplied_total_cents"))
    else:
        supplied = given.number("supplied_total")
    if "multiplier" in given:
        marked_up = dynamic.price(exact(supplied), dynamic.Params(given.number("multiplier"))).amount
        amount = exact(HALF_UP.amount(marked_up, EUR))
    else:
        amount = dynamic.price(exact(supplied), dynamic.Params()).amount
    if "units" not in given:
        return {"amount": amount}
    return {"amount": amount, "unit_amount": dynamic.unit_amount(amount, exact(given.number("units")))}
