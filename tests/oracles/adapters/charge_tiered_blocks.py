"""Tiers whose quantity is counted in blocks."""

from typing import Any

from jetbill.kernel.charge_models import blocks
from tests.oracles.conventions import exact
from tests.oracles.reading import Given

MODES = {"all_tiers": blocks.Mode.ALL_BANDS, "top_tier": blocks.Mode.TOP_BAND}


def answer(given: Given) -> dict[str, Any]:
    bands = tuple(
        blocks.Band(row.number("block_size"), row.whole("max_blocks", None), row.number("block_price"))
        for row in given.rows("tiers")
    )
    priced = blocks.price(exact(given.number("units")), blocks.Params(bands, given.choice("mode", MODES)))
    return {"amount": priced.amount, "tier_amounts": [part.amount for part in priced.parts]}
