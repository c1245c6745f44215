"""Bill-cycle dates of one subscription and how far a run may invoice."""

from typing import Any

from jetbill.kernel import due
from jetbill.kernel.book import Alignment, Every, Span, Timing
from jetbill.kernel.periods import cycle
from tests.oracles.reading import Given

PERIODS = {
    "MONTHLY": Every(1, Span.MONTH),
    "QUARTERLY": Every(3, Span.MONTH),
    "ANNUAL": Every(12, Span.MONTH),
    "THIRTY_DAYS": Every(30, Span.DAY),
}


def answer(given: Given) -> dict[str, Any]:
    start, target = given.date("start"), given.date("target_date", None)
    every = given.choice("billing_period", PERIODS)
    grid = cycle(Alignment.BILL_DAY, start, given.whole("bcd"), every)
    of = due.Coverage(grid, start, given.date("end", None))
    timing = given.choice("billing_mode", {"IN_ADVANCE": Timing.ADVANCE, "IN_ARREAR": Timing.ARREARS})
    greedy = given.choice("in_arrear_mode", {"DEFAULT": False, "GREEDY": True}, False)
    first = {"first_bill_cycle_date": of.first_boundary()}
    if target is None:
        return first
    until = due.billed_until(of, timing, target, greedy=greedy)
    return first | {
        "last_bill_cycle_date": due.last_bill_date(of, timing, target, greedy=greedy),
        "next_bill_cycle_date": due.next_bill_date(of, timing, target, greedy=greedy),
        "effective_end": until,
        "something_to_bill": until is not None,
    }
