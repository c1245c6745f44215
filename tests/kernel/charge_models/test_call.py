"""One record in exact fractions: steps, spans, free seconds, limits."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetbill.kernel.charge_models.call import (
    Limits,
    Params,
    Rate,
    Span,
    Tariff,
    billed,
    charged_time,
    cost,
    price,
)

D, F = Decimal, Fraction
MINUTES = Params(D("0.60"), connect_fee=D("0.05"), first_s=60, next_s=1)
seconds = st.integers(0, 20_000)


@st.composite
def params(draw: st.DrawFn) -> Params:
    return Params(
        D(draw(st.integers(0, 999))).scaleb(-3),
        connect_fee=D(draw(st.integers(0, 50))).scaleb(-2),
        minimum_s=draw(st.sampled_from([0, 0, 10, 60])),
        first_s=draw(st.sampled_from([1, 30, 60])),
        next_s=draw(st.sampled_from([1, 6, 60])),
    )


@pytest.mark.parametrize(
    "duration, amount",
    [(0, "0"), (1, "0.65"), (60, "0.65"), (61, "0.66"), (90, "0.95")],
)
def test_the_first_minute_is_charged_in_full(duration: int, amount: str) -> None:
    assert price(F(duration), MINUTES).amount == F(amount)


@pytest.mark.parametrize(
    "changes, duration, amount",
    [
        ({"minimum_s": 30}, 5, "0.30"),
        ({"first_s": 30, "next_s": 6}, 31, "0.36"),
        ({"free_s": 60}, 60, "0"),
        ({"free_s": 60, "connect_fee": D(1)}, 60, "0"),
        ({"free_s": 60, "connect_fee": D(1)}, 61, "1.01"),
        ({"free_s": 30, "first_s": 60}, 5, "0.30"),
        ({"minimum": D("0.10")}, 5, "0.10"),
        ({"maximum": D("1.00")}, 3600, "1.00"),
    ],
)
def test_each_field_of_a_call(changes: dict[str, object], duration: int, amount: str) -> None:
    got = price(F(duration), Params(D("0.60"), **changes))  # type: ignore[arg-type]
    assert got.amount == F(amount)
    assert sum(part.amount for part in got.parts) == got.amount


def tariff(fee: str, *rates: tuple[str, str, str, str]) -> Tariff:
    return Tariff(F(fee), tuple(Rate(*map(F, rate)) for rate in rates))


def test_the_position_runs_through_all_spans() -> None:
    peak = tariff("0.2", ("0", "60", "60", "0.1"), ("60", "1", "60", "0.05"))
    assert cost([Span(F(60), peak), Span(F(30), peak)]).amount == F("0.325")


def test_a_started_step_runs_into_the_next_span() -> None:
    peak, rest = tariff("0", ("0", "60", "60", "6")), tariff("9", ("0", "1", "60", "1"))
    time = billed([Span(F(50), peak), Span(F(70), rest)])
    assert [(part.band, part.quantity, part.amount) for part in time] == [(1, 60, 6), (2, 60, 1)]
    assert [part.band for part in billed([Span(F(50), peak), Span(F(10), rest)])] == [1]


def test_the_order_in_which_rates_are_written_is_irrelevant() -> None:
    rates = [("0", "30", "60", "0.4"), ("60", "10", "60", "0.2")]
    spans = [[Span(F(95), tariff("0.8", *order))] for order in (rates, rates[::-1])]
    assert cost(spans[0]) == cost(spans[1])


def test_no_span_costs_nothing() -> None:
    assert cost([]).amount == 0


@pytest.mark.parametrize(
    "make, says",
    [
        (lambda: Params(D(1), first_s=0), "at least 1 second"),
        (lambda: Params(D(1), free_s=-1), "not negative"),
        (lambda: Params(D(1), minimum=D(2), maximum=D(1)), "below the minimum"),
        (lambda: tariff("0"), "starts at 0"),
        (lambda: tariff("0", ("1", "1", "1", "1")), "starts at 0"),
        (lambda: tariff("0", ("0", "1", "1", "1"), ("0", "2", "1", "1")), "same position"),
        (lambda: tariff("0", ("0", "0", "1", "1")), "above 0"),
    ],
)
def test_calls_that_cannot_be(make: object, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        make()  # type: ignore[operator]


@given(params(), seconds, seconds)
def test_a_longer_call_never_costs_less(of: Params, first: int, more: int) -> None:
    assert price(F(first), of).amount <= price(F(first + more), of).amount


@given(st.lists(st.integers(0, 500), min_size=1, max_size=5), st.integers(0, 1500))
def test_cutting_a_call_into_spans_of_one_tariff_changes_nothing(cuts: list[int], free: int) -> None:
    one = tariff("0.1", ("0", "60", "60", "0.6"), ("60", "6", "60", "0.3"))
    limits = Limits(F(free), F("0.02"), F(5))
    pieces = cost([Span(F(cut), one) for cut in cuts], limits)
    assert pieces.amount == cost([Span(F(sum(cuts)), one)], limits).amount


@given(params(), st.integers(1, 20_000))
def test_no_second_is_charged_that_was_not_started(of: Params, duration: int) -> None:
    charged = sum(part.quantity for part in price(F(duration), of).parts if part.band)
    least = max(duration, of.minimum_s)
    assert least <= charged < least + max(of.first_s, of.next_s)


@pytest.mark.parametrize("seconds, charged", [(0, 0), (1, 60), (60, 60), (61, 90), (90, 90), (91, 120)])
def test_started_steps_are_charged_in_full(seconds: int, charged: int) -> None:
    params = Params(D("0.60"), first_s=60, next_s=30)
    assert charged_time(F(seconds), params) == charged
    assert price(F(seconds), params).amount == F(charged, 100)
