"""Local days on which a subscription gets its recurring invoice."""

from datetime import date
from typing import Any

from jetbill.kernel.due import Coverage, invoiced_by
from jetbill.kernel.periods import cycle, duration
from jetbill.kernel.zones import local_date, zone
from tests.oracles.conventions import ALIGNMENTS, running_count
from tests.oracles.reading import Given, instant_of


def answer(given: Given) -> dict[str, Any]:
    at = zone(given.raw("timezone"))
    subscribed = given.raw("subscribed_at")
    start = local_date(instant_of(subscribed), at) if "T" in subscribed else date.fromisoformat(subscribed)
    alignment = given.choice("alignment", ALIGNMENTS)
    of = Coverage(cycle(alignment, start, 0, duration(given.raw("period"))), start)
    days = given.dates("local_dates", ())
    runs = [local_date(instant_of(text), at) for text in given.raw("runs_utc", ())]
    return {
        "invoices_on_each_date": list(map(int, invoiced_by(of, days))),
        "invoices_after_each_run": running_count(invoiced_by(of, runs)),
    }
