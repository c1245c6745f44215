"""Minimum and maximum spend, and commitments per period or window."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

from jetbill.kernel.charge_models import dynamic, graduated, package, per_unit, volume
from jetbill.kernel.charge_models.form import Priced
from jetbill.kernel.commitments import Commitment, Prorated, Spent, Window, charged, settled, true_up
from jetbill.kernel.money import HALF_UP
from jetbill.kernel.proration import of_days
from jetbill.kernel.split_period import delta
from tests.oracles.conventions import EUR, exact, from_cents, graduated_bands, to_cents, volume_bands
from tests.oracles.reading import Given

ZERO = Decimal(0)


def answer(given: Given) -> dict[str, Any]:
    if "windows" in given or "window_units" in given:
        return _windows(given)
    if "commitment_cents" in given or "minimum_cents" in given:
        return _period(given)
    before = exact(given.number("previous_units", ZERO))
    amount = delta(_model(given.inner("model")), before, exact(given.number("units"))).amount
    commitment = Commitment(given.number("minimum", None), given.number("maximum", None))
    billed = exact(given.number("previously_billed", ZERO))
    line = settled(Spent(amount, billed, given.flag("last_line", False)), commitment)
    return {
        "amount": line.amount,
        "minimum_true_up": line.true_up,
        "discount": line.discount,
        "total": line.total,
    }


def _model(row: Given) -> Callable[[Fraction], Priced]:
    if "unit" in row:
        return partial(per_unit.price, params=per_unit.Params(row.number("unit")))
    if "package" in row:
        of = row.inner("package")
        return partial(package.price, params=package.Params(of.number("size"), of.number("price")))
    if "volume" in row:
        return partial(volume.price, params=volume_bands(row.rows("volume")))
    if "graduated" in row:
        return partial(graduated.price, params=graduated_bands(row.rows("graduated")))
    return partial(_rounded, params=dynamic.Params(row.number("multiplier")))


def _rounded(quantity: Fraction, params: dynamic.Params) -> Priced:
    """The peer rounds what it marks up."""
    return Priced(exact(HALF_UP.amount(dynamic.price(quantity, params).amount, EUR)))


def _period(given: Given) -> dict[str, Any]:
    given.information("start", "period", "alignment")
    share = of_days(given.whole("days"), given.whole("period_days"))
    prorated = Prorated(EUR, share)
    usage = from_cents(given.number("usage_cents", ZERO))
    if "minimum_cents" in given:
        minimum = prorated.of(from_cents(given.number("minimum_cents")))
        return {"minimum_true_up_cents": to_cents(true_up(minimum, [usage]))}
    commitment = prorated.of(from_cents(given.number("commitment_cents")))
    fee = prorated.of(from_cents(given.number("plan_fee_cents", ZERO)))
    return {"commitment_true_up_cents": to_cents(true_up(commitment, [fee, usage]))}


def _windows(given: Given) -> dict[str, Any]:
    if "window_units" in given:
        params = per_unit.Params(given.number("unit_price"))
        commitment = exact(given.number("commitment_per_window"))
        factor = exact(given.number("overage_factor", Decimal(1)))
        is_topped_up = given.flag("true_up", False)
        costs = [per_unit.price(exact(units), params).amount for units in given.numbers("window_units")]
        windows = [Window(cost, commitment, factor, is_topped_up) for cost in costs]
    else:
        windows = [
            Window(
                exact(row.number("cost")),
                exact(row.number("commitment")),
                exact(row.number("overage_factor", Decimal(1))),
                row.flag("true_up", False),
            )
            for row in given.rows("windows")
        ]
    return {"window_amounts": [window.charged() for window in windows], "total": charged(windows)}
