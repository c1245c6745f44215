"""Values as plain data and back, and digests that tell books apart."""

import json
from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings

from jetbill.kernel.book import PriceBook
from jetbill.kernel.charge_models import MODELS
from jetbill.kernel.plain import digest, from_plain, plain
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
