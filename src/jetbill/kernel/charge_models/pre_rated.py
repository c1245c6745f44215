"""Pre-rated: the amount that a record carries is its price."""

from dataclasses import dataclass
from fractions import Fraction

from jetbill.kernel.charge_models.form import Priced
from jetbill.kernel.charge_models.own_amount import OwnAmount

KIND = "pre_rated"


@dataclass(frozen=True, slots=True)
class Params:
    """There is nothing to say."""


def terms(params: Params) -> OwnAmount:
    """The amount itself."""
    return OwnAmount(Fraction(1))


def price(quantity: Fraction, params: Params) -> Priced:
    """The price of one record that carries the money `quantity`."""
    return terms(params).price(quantity)
