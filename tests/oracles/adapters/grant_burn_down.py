"""Grants used up by usage, credits by lines, a wallet by invoices."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from jetbill.kernel.grants import Grant, burnt, due_after, gross, paid_from
from tests.oracles.conventions import EUR, NOW, exact, offset
from tests.oracles.reading import Given


def answer(given: Given) -> dict[str, Any]:
    if "lines" in given:
        lines = [exact(line) for line in given.numbers("lines")]
        credit = sum(map(exact, given.numbers("credits", ())), Fraction(0))
        return {"line_total_and_due": [*map(list, zip(lines, due_after(credit, lines), strict=True))]}
    if "invoices" in given:
        rows = given.rows("invoices")
        bills = [gross(row.number("amount"), row.number("tax_rate", Decimal(0)), EUR) for row in rows]
        paid = paid_from(given.number("wallet"), bills)
        return {"prepaid_used": [each.used for each in paid], "wallet_after": [each.left for each in paid]}
    got = burnt(
        [_grant(row) for row in given.rows("grants")],
        exact(given.number("usage", Decimal(0))),
        offset(given.raw("until", None)) or NOW,
    )
    return {"balances": got.balances, "overage": got.overage}


def _grant(row: Given) -> Grant:
    return Grant(
        exact(row.number("amount")),
        row.whole("priority", 0),
        offset(row.raw("effective", None)),
        offset(row.raw("expires", None)),
    )
