"""The registry, and that every params dataclass can describe itself."""

import dataclasses
from fractions import Fraction
from typing import Any, get_args, get_type_hints

import pytest

from jetbill.kernel.charge_models import MODELS, charge_model
from jetbill.kernel.charge_models.form import Measure, Part, at_most


def described(kind: Any) -> list[Any]:
    """The params dataclass and the row dataclasses inside it."""
    found = [kind]
    for hint in get_type_hints(kind).values():
        found += [row for row in get_args(hint) if dataclasses.is_dataclass(row)]
    return found


@pytest.mark.parametrize("kind", MODELS)
def test_every_field_has_a_label_and_a_measure(kind: str) -> None:
    for of in described(charge_model(kind).Params):
        for field in dataclasses.fields(of):
            assert field.metadata["label"]
            assert Measure(field.metadata["unit"])
            assert "help" in field.metadata


def test_an_unknown_model_is_named_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="'stairs'; known are per_unit, graduated"):
        charge_model("stairs")


def test_a_cap_lowers_only_what_is_above_it() -> None:
    part = Part(1, Fraction(3), Fraction(5))
    assert at_most(part, None) == at_most(part, Fraction(5)) == part
    assert at_most(part, Fraction(4)).amount == 4
