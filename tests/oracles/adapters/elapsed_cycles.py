"""Billing cycles completed between a start and a date."""

from typing import Any

from jetbill.kernel.due import Coverage
from jetbill.kernel.periods import bill_day, duration
from tests.oracles.reading import Given


def answer(given: Given) -> dict[str, Any]:
    start = given.date("start")
    cycle = bill_day(start, given.whole("anchor_day"), duration(given.raw("period")))
    return {"cycles": Coverage(cycle, start).elapsed_cycles(given.date("date"))}
