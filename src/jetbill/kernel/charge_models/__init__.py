"""Charge models: functions from a quantity to an exact amount. A new one is one module and one line here."""

from fractions import Fraction
from typing import Any, Protocol

from jetbill.kernel.charge_models import (
    blocks,
    call,
    dynamic,
    graduated,
    graduated_percentage,
    package,
    per_unit,
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
)

MODELS = {model.KIND: model for model in _MODELS}


def charge_model(kind: str) -> ChargeModel:
    """The charge model called `kind`; raises ValueError that lists the known ones."""
    if kind not in MODELS:
        raise ValueError(f"unknown charge model {kind!r}; known are {', '.join(MODELS)}")
    return MODELS[kind]
