"""Charge models: functions from a quantity to an exact amount. A new one is one module and one line here."""

from fractions import Fraction
from typing import Any, Protocol

from jetbill.kernel.charge_models import (
    blocks,
    call,
    cost_plus,
    dynamic,
    graduated,
    graduated_percentage,
    matrix,
    package,
    per_unit,
    percentage,
    pre_rated,
    stairstep,
    volume,
)
from jetbill.kernel.charge_models.form import Priced


class ChargeModel(Protocol):
    """A module with a name, a params dataclass and a price."""

    KIND: str
    Params: type[Any]

    def price(self, quantity: Fraction, params: Any, /) -> Priced:
        """The exact amount of a quantity."""


_MODELS: tuple[ChargeModel, ...] = (
    per_unit,
    graduated,
    volume,
    stairstep,
    package,
    blocks,
    graduated_percentage,
    dynamic,
    call,
    percentage,
    cost_plus,
    pre_rated,
    matrix,
)

MODELS = {model.KIND: model for model in _MODELS}

OWN_AMOUNT = {model.KIND: model.terms for model in (percentage, cost_plus, pre_rated)}
"""The terms of the models that price a record by the amount of money that it carries."""


def charge_model(kind: str) -> ChargeModel:
    """The charge model called `kind`; raises ValueError that lists the known ones."""
    if kind not in MODELS:
        raise ValueError(f"unknown charge model {kind!r}; known are {', '.join(MODELS)}")
    return MODELS[kind]
