"""Share of a period that a partial period covers."""

from typing import Any

from jetbill.kernel.due import Piece
from jetbill.kernel.periods import Period, anniversary, duration
from jetbill.kernel.proration import fixed_days, share, share_fixed
from tests.oracles.conventions import nine_decimals, period
from tests.oracles.reading import Given

POSITIONS = ("leading", "trailing", "day_count")


def answer(given: Given) -> dict[str, Any]:
    position = given.choice("position", dict(zip(POSITIONS, POSITIONS, strict=True)))
    covered = Period(given.date("start"), given.date("end"))
    days = given.whole("fixed_days", None)
    if position == "day_count":
        given.raw("period", None)
        return {"days": covered.days() if days is None else fixed_days(covered, days)}
    every = duration(given.raw("period"))
    if "full_period" in given:
        whole = period(given, "full_period")
    elif position == "leading":
        whole = anniversary(covered.end, every).whole(-1)
    else:
        whole = anniversary(covered.start, every).whole(0)
    piece = Piece(covered, whole)
    factor = share(covered, whole) if days is None else share_fixed(piece, every.count, days)
    return {"factor": nine_decimals(factor), "factor_fraction": factor}
