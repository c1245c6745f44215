"""Units x price, with a cap and rounding to cents."""

from typing import Any

from jetbill.kernel.charge_models import per_unit
from jetbill.kernel.money import HALF_UP
from tests.oracles.conventions import EUR, exact, to_cents
from tests.oracles.reading import Given


def answer(given: Given) -> dict[str, Any]:
    params = per_unit.Params(given.number("unit_price"), given.number("cap", None))
    amount = per_unit.price(exact(given.number("units")), params).amount
    if given.choice("round_to", {"cents": True}, False):
        rounded = HALF_UP.amount(amount, EUR)
        return {"amount": rounded, "amount_cents": to_cents(rounded)}
    return {"amount": amount}
