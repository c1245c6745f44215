"""One period's usage billed by several invoices: the price of all of it, less the price of what was billed.

The parts together cost what the whole costs, and a flat fee is charged by the invoice that enters its band.
Example: units 12 to 22 of 10 @ 0, then 5 @ 5, then @ 1 are price(22) - price(12).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from jetbill.kernel.charge_models.form import Part, Priced, priced
from jetbill.kernel.money import HALF_UP, Rounding


def delta(price: Callable[[Fraction], Priced], previous: Fraction, current: Fraction) -> Priced:
    """The price of `current` more units after `previous` ones, per band; bands that add nothing are left out.

    With nothing before, nothing was charged before: the first invoice also bears a first flat fee.
    """
    before = {part.band: part for part in price(previous).parts} if previous else {}
    parts = []
    for part in price(previous + current).parts:
        billed = before.pop(part.band, Part(part.band, Fraction(0), Fraction(0)))
        parts.append(Part(part.band, part.quantity - billed.quantity, part.amount - billed.amount))
    # A band that was billed and is not entered any more (volume, blocks by the top band) is given back.
    parts += [Part(part.band, -part.quantity, -part.amount) for part in before.values()]
    return priced(
        *(part for part in sorted(parts, key=lambda part: part.band) if part.quantity or part.amount)
    )


@dataclass(frozen=True, slots=True)
class FinalInvoice:
    """Fees of a period, the threshold invoices already sent in it, and what remains to pay."""

    fees: Decimal
    credit: Decimal

    @property
    def total(self) -> Decimal:
        """To pay; negative if the threshold invoices took more than the period cost."""
        return self.fees - self.credit


@dataclass(frozen=True, slots=True)
class PlanFee:
    """A fee per whole period, of which `share` is due."""

    price: Decimal
    currency: str
    share: Fraction = Fraction(1)
    rounding: Rounding = HALF_UP


def final_invoice(fee: PlanFee, usage: Decimal, sent: Sequence[Decimal]) -> FinalInvoice:
    """Plan fee and all usage of the period, less the threshold invoices: 431.00 - 200.00."""
    due = fee.rounding.amount(Fraction(fee.price) * fee.share, fee.currency)
    return FinalInvoice(due + usage, sum(sent, Decimal(0)))
