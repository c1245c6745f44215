"""Length of a span in months, both days included."""

from typing import Any

from jetbill.kernel.proration import months_inclusive
from tests.oracles.reading import Given


def answer(given: Given) -> dict[str, Any]:
    return {"months": months_inclusive(given.date("from"), given.date("to"))}
