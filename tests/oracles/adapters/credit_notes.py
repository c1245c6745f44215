"""Credit for unused days of a line with its tax, and a credit note set against an invoice."""

from decimal import Decimal
from typing import Any

from jetbill.kernel.proration import of_days
from jetbill.kernel.tax import TaxPolicy, credit_of, payable_after
from tests.oracles.conventions import EUR, all_from_cents, from_cents, to_cents
from tests.oracles.reading import Given


def answer(given: Given) -> dict[str, Any]:
    if "credit_note_cents" in given:
        names = ("fees_cents", "tax_cents", "credit_note_cents")
        amounts = all_from_cents(given.number(name, Decimal(0)) for name in names)
        return {"total_cents": to_cents(payable_after(*amounts))}
    unused = of_days(given.whole("days_unused"), given.whole("period_days"))
    line = from_cents(given.number("line_cents"))
    credit = credit_of(line, unused, given.number("tax_rate", Decimal(0)), TaxPolicy(EUR))
    return {
        "base_cents": to_cents(credit.base),
        "tax_cents": to_cents(credit.tax),
        "total_cents": to_cents(credit.total),
    }
