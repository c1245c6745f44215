"""Period that a run at an instant invoices, in the customer's zone."""

from typing import Any

from jetbill.kernel.due import Coverage, run_period
from jetbill.kernel.periods import cycle, duration
from jetbill.kernel.zones import local_date, window, zone
from tests.oracles.conventions import ALIGNMENTS, MODES, day_after, last_second
from tests.oracles.reading import Given


def answer(given: Given) -> dict[str, Any]:
    at, start = zone(given.raw("timezone")), given.date("subscribed_at")
    last = given.date("terminated_at", None)
    end = None if last is None else day_after(last)
    alignment = given.choice("alignment", ALIGNMENTS)
    of = Coverage(cycle(alignment, start, 0, duration(given.raw("period"))), start, end)
    run = local_date(given.instant("billing_at"), at)
    first, after = window(run_period(of, given.choice("mode", MODES), run), at)
    return {"from": first, "to": last_second(after)}
