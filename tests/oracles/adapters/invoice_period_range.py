"""Service period that an invoice of a given date covers."""

from typing import Any

from jetbill.kernel.book import Timing
from jetbill.kernel.due import Coverage, invoice_range
from jetbill.kernel.periods import bill_day, duration
from tests.oracles.conventions import MODES
from tests.oracles.reading import Given


def answer(given: Given) -> dict[str, Any]:
    timing, on = given.choice("mode", MODES), given.date("invoice_date")
    cycle = bill_day(on, given.whole("anchor_day"), duration(given.raw("period")))
    if timing is Timing.ADVANCE:
        given.flag(
            "first_period", False
        )  # the rule is the same: up to the next boundary after the invoice date
        start = on
    else:
        start = given.date("billing_start")
    period = invoice_range(Coverage(cycle, start), timing, on)
    return {"period_start": period.start, "period_end": period.end}
