"""What coupons and discounts take off, how they spread, and the tax on the rest."""

from decimal import Decimal
from typing import Any

from jetbill.kernel.discounts import Rated, Stack, couponed, lines_after, taken_off
from tests.oracles.conventions import EUR, all_from_cents, all_to_cents, exact_cents, from_cents, to_cents
from tests.oracles.reading import Given, decimal_of


def answer(given: Given) -> dict[str, Any]:
    if "subtotal_cents" in given:
        stack = Stack(given.numbers("percentages", ()), all_from_cents(given.raw("fixed_cents", [])))
        off = taken_off(from_cents(given.number("subtotal_cents")), stack, EUR)
        return {"discount_cents": to_cents(off)}
    lines = all_from_cents(map(decimal_of, given.raw("lines_cents")))
    if "discount_cents" in given:
        after = lines_after(lines, from_cents(given.number("discount_cents")), EUR)
        return {"lines_after_cents": all_to_cents(after)}
    coupons = all_from_cents(given.raw("coupons_cents"))
    rates = given.numbers("tax_rates", (Decimal(0),) * len(lines))
    got = couponed([Rated(*row) for row in zip(lines, rates, strict=True)], coupons, EUR)
    return {
        "coupon_shares_cents": exact_cents(got.shares),
        "line_taxes_cents": all_to_cents(got.taxes),
        "subtotal_cents": to_cents(got.net),
        "tax_cents": to_cents(got.tax),
        "total_cents": to_cents(got.total),
    }
