"""Records of a period become one quantity, weighted by time."""

from datetime import UTC
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from jetbill.kernel.aggregation import Addition, Change, full, prorated, weighted
from jetbill.kernel.charge_models import per_unit
from jetbill.kernel.money import HALF_UP, rounded
from jetbill.kernel.periods import Period
from jetbill.kernel.zones import window
from tests.oracles.conventions import EUR, day_after, exact, from_cents, period, to_cents
from tests.oracles.reading import Given

KINDS = {"weighted_sum": True, "prorated_sum": False}


def answer(given: Given) -> dict[str, Any]:
    whole = period(given, "period")
    initial = exact(given.number("initial", Decimal(0)))
    rows = given.rows("events")
    if given.choice("aggregation", KINDS):
        changes = [Change(row.instant("at"), exact(row.number("value"))) for row in rows]
        first, end = window(whole, ZoneInfo("UTC"))
        units = weighted(initial, changes, (first.astimezone(UTC), end.astimezone(UTC)))
        return {"units": units, "units_round5": rounded(units, 5)}
    additions = [Addition(row.date("at"), exact(row.number("value"))) for row in rows]
    last = given.date("ends_after", None)
    covered = whole if last is None else Period(whole.start, day_after(last))
    units = prorated(initial, additions, covered, whole)
    answered = {
        "units": units,
        "units_round5": rounded(units, 5),
        "full_units": full(initial, additions),
    }
    if "unit_price_cents" in given:
        params = per_unit.Params(from_cents(given.number("unit_price_cents")))
        answered["amount_cents"] = to_cents(HALF_UP.amount(per_unit.price(units, params).amount, EUR))
    return answered
