"""Number of cycles invoiced in advance up to a target date."""

from typing import Any

from jetbill.kernel.book import Timing
from jetbill.kernel.due import Coverage, due
from jetbill.kernel.periods import bill_day, duration
from jetbill.kernel.proration import shares
from tests.oracles.conventions import added_at_nine_decimals
from tests.oracles.reading import Given


def answer(given: Given) -> dict[str, Any]:
    start = given.date("start")
    cycle = bill_day(start, given.whole("bcd"), duration(given.raw("period")))
    pieces = due(Coverage(cycle, start, given.date("end", None)), Timing.ADVANCE, given.date("target_date"))
    return {"cycles": added_at_nine_decimals(shares(pieces))}
