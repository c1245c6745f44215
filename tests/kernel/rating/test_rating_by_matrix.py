"""Records priced by a matrix, by example: cut where time classes change, unrated where no row fits."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from test_rating_examples import DATA, at, cost, world

from jetbill.kernel.book import MeterKind, Selection, ServiceClass
from jetbill.kernel.charge_models import matrix
from jetbill.kernel.charge_models.matrix import Row
from jetbill.kernel.decks import encode_number
from jetbill.kernel.rating.batch import Record, batch_of
from jetbill.kernel.rating.explain import explain
from jetbill.kernel.rating.layout import Status
from jetbill.kernel.rating.rates import rate
from jetbill.kernel.units import unit

D = Decimal
ROWS = (
    Row(from_="home", to="home", name="at home"),
    Row(to="eu", unit_price=D("0.10"), fixed=D("0.05")),
    Row(to="eu", time_class="peak", unit_price=D("0.20"), fixed=D("0.05")),
)
CALLS = replace(
    DATA,
    code="calls",
    name="Calls",
    meter=MeterKind.SECONDS,
    unit=unit("min"),
    model="matrix",
    params=matrix.Params(ROWS, (("home", ("43",)), ("eu", ("49", "39")))),
    selection=Selection(ServiceClass.VOICE),
    calendar="times",
)


def call(to: str, seconds: int, when: str = "2026-01-05T12:00") -> Record:
    numbers = {"party": encode_number("431"), "counterparty": encode_number(to)}
    return Record(7, at(when), seconds, service_class=ServiceClass.VOICE, **numbers)


@pytest.mark.parametrize(
    "record, amount",
    [
        (call("4366", 600), "0"),  # at home nothing is charged, and that is a price
        (call("49", 90), "0.35"),  # 1.5 x 0.20 + 0.05
        (call("39", 90, "2026-01-04T12:00"), "0.20"),  # a Sunday: 1.5 x 0.10 + 0.05
        (call("49", 120, "2026-01-05T18:59"), "0.35"),  # peak ends at 20:00 in Vienna: 0.20 + 0.10 + 0.05
    ],
)
def test_calls_are_priced_by_zones_and_time(record: Record, amount: str) -> None:
    assert cost(world(CALLS), record) == Fraction(amount)


def test_where_no_row_fits_a_record_is_unrated() -> None:
    timeline = world(CALLS)
    rated = rate(batch_of([call("1", 60), call("49", 60), call("", 60)]), timeline)
    assert rated.status.tolist() == [Status.NO_ROW, Status.RATED, Status.NO_ROW]
    assert explain(call("1", 60), timeline).lines[-1] == "Not rated: no row of the matrix fits it."


def test_each_row_is_a_rate_class_and_is_explained() -> None:
    timeline = world(CALLS)
    lines = explain(call("49", 120, "2026-01-05T18:59"), timeline).lines
    assert lines[2:] == (
        "Calls, to eu, peak: 1 min x 0.20 + 0.05 = 0.25.",
        "Calls, to eu: 1 min x 0.10 = 0.1.",
    )


def test_a_matrix_that_is_too_large_or_too_fine_is_refused() -> None:
    fine = (Row(to="eu", unit_price=D("1E-18")), Row(to="home", unit_price=D(25)))
    with pytest.raises(ValueError, match="too large or too fine for 64 bits"):
        world(replace(CALLS, params=matrix.Params(fine, CALLS.params.zones)))
    many = tuple((f"z{n}", (str(n),)) for n in range(1000, 2100))
    rows = (Row(from_="z1000", to="z1001"),)
    with pytest.raises(ValueError, match="too large or too fine"):
        world(replace(CALLS, params=matrix.Params(rows, many)))


def test_a_time_class_needs_a_calendar() -> None:
    with pytest.raises(ValueError, match="names the unknown time class peak"):
        world(replace(CALLS, calendar=None))
