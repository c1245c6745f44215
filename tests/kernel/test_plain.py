"""Values as plain data and back, and digests that tell books apart."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from decimal import Decimal

import pytest
from hypothesis import given, settings

from jetbill.kernel.book import PriceBook
from jetbill.kernel.charge_models import MODELS
from jetbill.kernel.plain import digest, from_plain, optional, plain
from jetbill.kernel.units import UNITS, Unit
from tests.kernel.book_strategies import books
from tests.laws import examples


@given(books())
@settings(max_examples=examples(40), deadline=None)
def test_params_survive_json(book: PriceBook) -> None:
    for plan in book.plans.values():
        for charge in plan.charges:
            if charge.params is not None:
                text = json.dumps(plain(charge.params))
                assert from_plain(MODELS[charge.model].Params, json.loads(text)) == charge.params
            assert from_plain(type(charge.selection), plain(charge.selection)) == charge.selection


@given(books())
@settings(max_examples=examples(40), deadline=None)
def test_equal_books_have_equal_digests_and_a_cent_makes_another(book: PriceBook) -> None:
    turned = replace(book, plans=dict(reversed(list(book.plans.items()))))
    assert digest(turned) == digest(book)
    first, rates = book.taxes[0], book.taxes[1:]
    assert digest(
        replace(book, taxes=(replace(first, percent=first.percent + Decimal("0.01")), *rates))
    ) != digest(book)


@dataclass(frozen=True)
class Everything:
    day: date
    at: time
    unit: Unit
    prices: Mapping[str, Decimal]
    pair: tuple[str, int]
    names: frozenset[str]
    end: date | None = None


@pytest.mark.parametrize("end", [None, date(2026, 2, 1)])
def test_every_kind_of_field_comes_back_as_it_was(end: date | None) -> None:
    prices = {"b": Decimal("0.10"), "a": Decimal(31)}
    value = Everything(date(2026, 1, 1), time(8), UNITS["GB"], prices, ("a", 7), frozenset("xy"), end)
    told = json.loads(json.dumps(plain(value)))
    assert from_plain(Everything, told) == value
    assert list(told["prices"]) == ["a", "b"] and told["names"] == ["x", "y"]
    assert optional(date | None) == (date, True) and optional(date) == (date, False)
    with pytest.raises(TypeError):
        from_plain(Everything, {"day": "2026-01-01"})  # the others have no default
