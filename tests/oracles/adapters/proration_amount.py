"""Amount of one recurring line for part of a period; the sign only says why it is asked."""

from typing import Any

from jetbill.kernel.due import Piece
from jetbill.kernel.money import rounded
from jetbill.kernel.proration import of_price, share, share_fixed, share_seconds
from tests.oracles.conventions import instants, period
from tests.oracles.reading import Given


def answer(given: Given) -> dict[str, Any]:
    given.choice("sign", {"credit": -1, "charge": 1}, 1)  # the figure is positive either way
    digits = given.whole("round_decimals", 2)
    if given.choice("granularity", {"second": True, "day": False}, False):
        factor = share_seconds(instants(given, "covered"), instants(given, "period"))
    else:
        piece, days = (
            Piece(period(given, "covered"), period(given, "period")),
            given.whole("fixed_days", None),
        )
        factor = share(piece.covered, piece.whole) if days is None else share_fixed(piece, 1, days)
    return {"amount": rounded(of_price(given.number("price"), factor), digits)}
