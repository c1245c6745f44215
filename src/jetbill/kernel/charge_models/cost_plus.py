"""Cost-plus: what the carrier asks for a record, which carries it, marked up.

0.0123 with 20 % and 0.005 on top are 0.0123 x 1.2 + 0.005 = 0.01976.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from jetbill.kernel.charge_models.form import Measure, Priced, entry
from jetbill.kernel.charge_models.own_amount import OwnAmount, refuse_below_zero

KIND = "cost_plus"


@dataclass(frozen=True, slots=True)
class Params:
    """A mark-up in percent and a fixed one; both may be there."""

    percent: Decimal = field(
        default=Decimal(0), metadata=entry("Mark-up", Measure.PERCENT, "Below 0 it takes off.")
    )
    fixed: Decimal = field(
        default=Decimal(0), metadata=entry("Fixed mark-up", Measure.MONEY, "Of each record.")
    )

    def __post_init__(self) -> None:
        if self.percent < -100:
            raise ValueError(f"a mark-up takes off at most 100 %, not {-self.percent}")
        refuse_below_zero({"fixed mark-up": self.fixed})


def terms(params: Params) -> OwnAmount:
    """The carrier's price and the mark-ups."""
    return OwnAmount(1 + Fraction(params.percent) / 100, Fraction(params.fixed))


def price(quantity: Fraction, params: Params) -> Priced:
    """The price of one record for which the carrier asks `quantity`."""
    return terms(params).price(quantity)
