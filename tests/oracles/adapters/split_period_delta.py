"""Usage of one period billed by several invoices."""

from decimal import Decimal
from functools import partial
from typing import Any

from jetbill.kernel.charge_models import graduated, package, per_unit
from jetbill.kernel.proration import of_days
from jetbill.kernel.quantity import free_in_order
from jetbill.kernel.split_period import PlanFee, delta, final_invoice
from tests.oracles.conventions import (
    EUR,
    all_from_cents,
    exact,
    from_cents,
    graduated_bands,
    to_cents,
)
from tests.oracles.reading import Given


def answer(given: Given) -> dict[str, Any]:
    if "invoices_units" in given:
        return _free_units(given)
    if "usage_total_cents" in given or "plan_fee_cents" in given:
        return _thresholds(given)
    if "graduated" in given:
        price = partial(graduated.price, params=graduated_bands(given.rows("graduated")))
    elif "package" in given:
        row = given.inner("package")
        price = partial(package.price, params=package.Params(row.number("size"), row.number("price")))
    else:
        price = partial(per_unit.price, params=per_unit.Params(given.number("unit_price")))
    line = delta(price, exact(given.number("previous_units", Decimal(0))), exact(given.number("units")))
    return {
        "amount": line.amount,
        "tier_amounts": {str(part.band): part.amount for part in line.parts if part.amount},
    }


def _free_units(given: Given) -> dict[str, Any]:
    parts = free_in_order(exact(given.number("free_units")), [*map(exact, given.numbers("invoices_units"))])
    params = per_unit.Params(given.number("unit_price"))
    return {
        "billed_units": [part.charged for part in parts],
        "free_units_used": [part.free for part in parts],
        "amounts": [per_unit.price(part.charged, params).amount for part in parts],
    }


def _thresholds(given: Given) -> dict[str, Any]:
    fee = PlanFee(from_cents(given.number("plan_fee_cents", Decimal(0))), EUR)
    if "days" in given:
        fee = PlanFee(fee.price, EUR, of_days(given.whole("days"), given.whole("period_days")))
    usage = from_cents(given.number("usage_total_cents", Decimal(0)))
    final = final_invoice(fee, usage, all_from_cents(given.raw("threshold_invoices_cents", [])))
    return {
        "fees_cents": to_cents(final.fees),
        "progressive_credit_cents": to_cents(final.credit),
        "total_cents": to_cents(final.total),
    }
