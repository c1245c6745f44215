"""Start of the next billing period, by the clock on the wall."""

from datetime import datetime
from typing import Any

from jetbill.kernel.book import Alignment
from jetbill.kernel.moments import next_start
from jetbill.kernel.periods import duration
from jetbill.kernel.zones import zone
from tests.oracles.conventions import ALIGNMENTS
from tests.oracles.reading import Given


def answer(given: Given) -> dict[str, Any]:
    unit, count = duration(given.raw("period")), given.whole("count")
    current = datetime.fromisoformat(given.raw("current_period_start"))
    anchor = None
    if given.choice("alignment", ALIGNMENTS) is Alignment.ANNIVERSARY:
        anchor = datetime.fromisoformat(given.raw("anchor"))
    elif "anchor" in given:
        raise ValueError("a calendar has no anchor")
    given.raw("anchor", None)
    start = next_start(current, (unit, count), anchor, zone(given.raw("timezone")))
    return {"next_period_start": start}
