"""First invoice of a plan on calendar periods: one instant is two days."""

from decimal import Decimal
from typing import Any

from jetbill.kernel import tax
from jetbill.kernel.due import Coverage, first_piece
from jetbill.kernel.money import HALF_UP
from jetbill.kernel.periods import cycle, duration
from jetbill.kernel.proration import Sharing, prorated
from jetbill.kernel.zones import local_date, zone
from tests.oracles.conventions import ALIGNMENTS, EUR, from_cents, to_cents
from tests.oracles.reading import Given


def answer(given: Given) -> dict[str, Any]:
    start = local_date(given.instant("subscribed_at"), zone(given.raw("timezone")))
    alignment = given.choice("alignment", {"calendar": ALIGNMENTS["calendar"]})
    piece = first_piece(Coverage(cycle(alignment, start, 0, duration(given.raw("period"))), start))
    price = from_cents(given.number("price_cents"))
    amount = HALF_UP.amount(prorated(price, (piece,), Sharing()), EUR)
    line = tax.TaxedLine(amount, "S", given.number("tax_rate", Decimal(0)))
    total = tax.summary([line], tax.TaxPolicy(EUR)).payable
    return {"days": piece.covered.days(), "amount_cents": to_cents(amount), "total_cents": to_cents(total)}
