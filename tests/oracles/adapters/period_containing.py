"""Billing period that contains a date or an instant."""

from typing import Any

from jetbill.kernel.due import Coverage
from jetbill.kernel.moments import Moments
from jetbill.kernel.periods import bill_day, duration
from tests.oracles.reading import Given


def answer(given: Given) -> dict[str, Any]:
    every = duration(given.raw("period"))
    if "anchor" in given:
        start, end = Moments(given.instant("anchor"), every).containing(given.instant("date"))
        return {"period_start": start, "period_end": end}
    start = given.date("start")
    of = Coverage(bill_day(start, given.whole("anchor_day"), every), start)
    period = of.containing(given.date("date"))
    return {"period_start": period.start, "period_end": period.end}
