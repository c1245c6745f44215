"""Records priced by the money that they carry, by example: once, whole, and every cent explained."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from test_rating_examples import DATA, at, cost, world

from jetbill.kernel.book import MeterKind, Selection, ServiceClass
from jetbill.kernel.charge_models import cost_plus, percentage, pre_rated
from jetbill.kernel.rating.batch import Record, batch_of
from jetbill.kernel.rating.explain import explain
from jetbill.kernel.rating.layout import Status
from jetbill.kernel.rating.rates import rate
from jetbill.kernel.units import unit

PAYMENTS = replace(
    DATA,
    code="payments",
    name="Payments",
    meter=MeterKind.QUANTITY,
    unit=unit("money"),
    model="percentage",
    params=percentage.Params(Decimal("2.99"), Decimal(2), Decimal(0), Decimal("1.75"), Decimal(12)),
    selection=Selection(ServiceClass.OTHER),
)


def payment(millionths: int, when: str = "2026-01-05T12:00", duration_s: int = 0) -> Record:
    return Record(7, at(when), duration_s, quantity=millionths, service_class=ServiceClass.OTHER)


def test_payments_are_priced_one_by_one() -> None:
    # 10 -> 2.299, 80 -> 4.392, 10000 -> 301, at most 12
    payments = [payment(millionths) for millionths in (10 * 10**6, 80 * 10**6, 10**10)]
    assert cost(world(PAYMENTS), *payments) == Fraction("18.691")


def test_a_record_that_carries_money_is_never_cut() -> None:
    over_midnight = payment(80 * 10**6, "2026-01-31T22:00", 4 * 3600)
    timeline = world(replace(PAYMENTS, calendar="times"))
    rated = rate(batch_of([over_midnight]), timeline)
    assert rated.numerator.tolist() == [timeline.books.charges[0].denominator * Fraction("4.392")]
    assert timeline.tenures[rated.tenure[0]].period.end == date(2026, 2, 1)
    assert timeline.books.rate_classes[rated.rate_class[0]] == "rest"


def test_more_money_than_its_price_allows_is_not_rated() -> None:
    too_fine = replace(PAYMENTS, params=percentage.Params(Decimal("2.999999999")))
    rated = rate(batch_of([payment(10**14), payment(10**9)]), world(too_fine))
    assert rated.status.tolist() == [Status.TOO_LARGE, Status.RATED]


@pytest.mark.parametrize(
    "model, params, millionths, words",
    [
        (
            "percentage",
            PAYMENTS.params,
            80_000_000,
            "80 EUR x 2.99 % + 2 = 4.392 (at least 1.75, at most 12).",
        ),
        (
            "percentage",
            percentage.Params(Decimal(1), free=Decimal(20)),
            50_000_000,
            "50 EUR less 20 free x 1 % = 0.3.",
        ),
        (
            "percentage",
            percentage.Params(Decimal(1), free=Decimal(20)),
            20_000_000,
            "20 EUR, of which 20 are free = 0.",
        ),
        ("cost_plus", cost_plus.Params(Decimal(20)), 12_300, "0.0123 EUR x 120 % = 0.01476."),
        ("pre_rated", pre_rated.Params(), 1_990_000, "1.99 EUR = 1.99."),
    ],
)
def test_what_a_record_carries_is_explained(model: str, params: object, millionths: int, words: str) -> None:
    timeline = world(replace(PAYMENTS, model=model, params=params))
    assert explain(payment(millionths), timeline).lines[-1] == f"Payments: {words}"
