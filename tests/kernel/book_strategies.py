"""Draws whole small price books that `kernel.book_check` finds sound, for round trips and twin tests."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from jetbill.kernel import book as b
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
from jetbill.kernel.promotions import Coupon, Promotion, Referral
from jetbill.kernel.units import UNITS

CODES = st.sampled_from(["a", "fiber_100", "x-y", "0044", "no", "1.5", "null", "b", "c"])
NAMES = st.sampled_from(
    [
        "Fiber",
        "12:30",
        "NO",
        "a: b",
        "- c",
        "Öl & Gas #1",
        "it's {so}",
        "[x]",
        "*y",
        "!z",
        "%",
        "@q",
        "'",
        "~",
        "a, b",
    ]
)
PRICES = st.builds(
    lambda n, digits: Decimal(n).scaleb(-digits), st.integers(0, 99_999), st.sampled_from([2, 5])
)
PERCENTS = st.builds(lambda n: Decimal(n).scaleb(-2), st.integers(0, 9_999))
SECONDS = st.integers(0, 90)
STEPS = st.sampled_from([1, 6, 30, 60])
DAYS = st.sampled_from([date(2026, 1, 1), date(2026, 3, 29), date(2026, 12, 31), date(2024, 2, 29)])
PREFIXES = st.integers(1, 999).map(str)

PLAIN_MODELS = (
    "per_unit",
    "graduated",
    "volume",
    "stairstep",
    "package",
    "blocks",
    "graduated_percentage",
    "dynamic",
)
BANDED: dict[str, tuple[Any, int]] = {
    "graduated": (graduated, 2),
    "volume": (volume, 2),
    "stairstep": (stairstep, 1),
    "graduated_percentage": (graduated_percentage, 2),
}
"""Models with bands that end at a quantity, and how many prices a band has."""


def fees(tax_classes: Sequence[str]) -> st.SearchStrategy[b.Fee]:
    """A recurring or one-off fee."""
    spans = st.builds(b.Every, st.integers(1, 24), st.sampled_from(b.Span))
    phases = st.lists(st.builds(b.Phase, PRICES, spans), max_size=2).map(tuple)
    made = st.builds(
        b.Fee,
        code=CODES.map("f".__add__),
        name=NAMES,
        price=PRICES,
        every=st.none() | spans,
        product=CODES,
        tax_class=st.sampled_from(tax_classes),
        timing=st.sampled_from(b.Timing),
        alignment=st.sampled_from(b.Alignment),
        proration=st.builds(b.Proration, start=st.sampled_from(b.Prorate), end=st.sampled_from(b.Prorate)),
        phases=phases,
    )
    return made.map(lambda fee: fee if fee.every else replace(fee, phases=()))


@st.composite
def ends(draw: st.DrawFn) -> list[Decimal | None]:
    """Ascending ends of bands, the last without end."""
    tops = sorted(draw(st.sets(st.integers(1, 500), max_size=3)))
    return [*(Decimal(top) for top in tops), None]


@st.composite
def params(draw: st.DrawFn, model: str) -> Any:
    """The params of a charge model per period."""
    if model == "per_unit":
        return per_unit.Params(draw(PRICES), draw(st.none() | PRICES))
    if model in BANDED:
        of, prices = BANDED[model]
        rows = [of.Band(end, *(draw(PRICES) for _ in range(prices))) for end in draw(ends())]
        return of.Params(tuple(rows), draw(st.booleans()))
    if model == "dynamic":
        return dynamic.Params(draw(PRICES))
    if model == "package":
        return package.Params(
            Decimal(draw(st.integers(1, 100))), draw(PRICES), Decimal(draw(st.integers(0, 5)))
        )
    sizes = draw(st.lists(st.integers(1, 100), min_size=1, max_size=3))
    last = len(sizes) - 1
    rows = [
        blocks.Band(Decimal(size), draw(st.integers(1, 9)) if n < last else None, draw(PRICES))
        for n, size in enumerate(sizes)
    ]
    return blocks.Params(tuple(rows), draw(st.sampled_from(blocks.Mode)))


CALLS = st.builds(
    call.Params,
    per_minute=PRICES,
    connect_fee=PRICES,
    minimum_s=SECONDS,
    first_s=STEPS,
    next_s=STEPS,
    free_s=SECONDS,
)


OWN_AMOUNTS: dict[str, st.SearchStrategy[Any]] = {
    "percentage": st.builds(
        percentage.Params, PERCENTS, PRICES, st.sampled_from([Decimal(0), Decimal("0.5")])
    ),
    "cost_plus": st.builds(cost_plus.Params, PERCENTS, PRICES),
    "pre_rated": st.just(pre_rated.Params()),
}
MATRICES = st.builds(
    lambda first, other, fixed: matrix.Params(
        (
            matrix.Row(to="eu", unit_price=first, fixed=fixed),
            matrix.Row("at", "eu", None, "out", None, other),
        ),
        (("eu", ("49", "39")), ("at", ("43",))),
    ),
    *[st.decimals(0, 30, places=2)] * 3,  # of GiB with 6 decimals of a record, up to 33.55 fit
)
PER_RECORD: dict[str, st.SearchStrategy[Any]] = {
    "call": CALLS,
    "deck": st.none(),
    "matrix": MATRICES,
    **OWN_AMOUNTS,
}


@st.composite
def calendars(draw: st.DrawFn) -> b.Calendar:
    """Off-peak nights, weekends and holidays; the rest is peak."""
    start, end = sorted(draw(st.lists(st.integers(0, 23), min_size=2, max_size=2, unique=True)))
    weekdays = draw(st.frozensets(st.integers(0, 4), min_size=1))
    office = b.TimeWindow(weekdays, time(start), time(end))
    weekend = b.TimeWindow(frozenset({5, 6}), time(0), None, True)
    classes = (b.TimeClass("weekend", "Weekend", (weekend,)), b.TimeClass("office", "Office", (office,)))
    holidays = draw(st.frozensets(DAYS, min_size=1, max_size=3))
    return b.Calendar(
        "hours", classes, "night", draw(st.sampled_from([None, "Europe/Vienna"])), frozenset(holidays)
    )


@st.composite
def decks(draw: st.DrawFn) -> b.RateDeck:
    """A few nested prefixes, some with a second price from a later day, some blocked."""
    rates = st.builds(
        b.DeckRate,
        prefix=PREFIXES,
        destination=NAMES,
        per_minute=PRICES,
        connect_fee=PRICES,
        minimum_s=SECONDS,
        first_s=STEPS,
        next_s=STEPS,
        effective=st.just(date.min) | DAYS,
        from_prefix=st.just("") | PREFIXES,
        is_blocked=st.booleans(),
    )
    rows = draw(
        st.lists(rates, min_size=1, max_size=4, unique_by=lambda r: (r.prefix, r.from_prefix, r.effective))
    )
    return b.RateDeck("world", "World", tuple(rows))


COMMITMENTS = st.lists(st.none() | PRICES, min_size=2, max_size=2).map(
    lambda bounds: b.Commitment(*sorted(bounds, key=lambda bound: (bound is None, bound)))
)


@st.composite
def charges(draw: st.DrawFn, tax_classes: Sequence[str]) -> b.UsageCharge:
    """A usage charge; may name the deck `world` and the calendar `hours`."""
    model = draw(st.sampled_from([*PLAIN_MODELS, "call", "deck", "matrix", *OWN_AMOUNTS]))
    is_own = model in OWN_AMOUNTS
    is_call, per_service = model in ("call", "deck"), draw(st.booleans())
    unit = (
        UNITS["money"]
        if is_own
        else UNITS["min"]
        if is_call
        else UNITS[draw(st.sampled_from(["GB", "GiB", "MB"]))]
    )
    direction = draw(st.sampled_from([None, "in", "out"]))
    service_class = b.ServiceClass.VOICE if is_call else b.ServiceClass.DATA
    return b.UsageCharge(
        code=draw(CODES.map("c".__add__)),
        name=draw(NAMES),
        meter=(b.MeterKind.QUANTITY if is_own else b.MeterKind.SECONDS if is_call else b.MeterKind.OCTETS),
        unit=unit,
        model=model,
        params=draw(PER_RECORD[model]) if model in PER_RECORD else draw(params(model)),
        tempo=b.Tempo.RECORD if model in PER_RECORD else b.Tempo.PERIOD,
        product=draw(CODES),
        tax_class=draw(st.sampled_from(tax_classes)),
        selection=b.Selection(service_class, direction),
        deck="world" if model == "deck" else None,
        calendar=draw(st.sampled_from([None, "hours"])) if model in PER_RECORD else None,
        split=draw(st.booleans()),
        per_service=per_service,
        rounding=b.ChargeRounding(draw(st.none() | st.integers(0, 6)), draw(st.sampled_from(b.RoundingMode))),
        itemised=draw(st.booleans()),
        commitment=b.Commitment() if per_service else draw(COMMITMENTS),
    )


@st.composite
def taxes(draw: st.DrawFn) -> tuple[b.TaxRate, ...]:
    """A standard rate that changes on a day, and an exempt class."""
    day = draw(DAYS)
    return (
        b.TaxRate("standard", "S", Decimal(draw(st.integers(1, 27)))),
        b.TaxRate("standard", "S", Decimal(draw(st.integers(1, 27))), day, draw(NAMES)),
        b.TaxRate("exempt", "E", Decimal(0), name="", country="AT"),
    )


@st.composite
def promotions(draw: st.DrawFn, plans: Sequence[str], effective: date) -> dict[str, Promotion]:
    """Loyalty, bundle discounts, coupons and bill credits."""
    some = st.lists(st.sampled_from(plans), unique=True).map(tuple)
    numbers = st.integers(1, 99).map(Decimal)
    found = {}
    for code in draw(st.lists(CODES, max_size=3, unique=True)):
        first, last = sorted(draw(st.lists(DAYS, min_size=2, max_size=2)))
        until = last if last >= effective else None
        coupon = Coupon(draw(st.none() | st.integers(1, 9)), draw(st.integers(1, 9)), first, until)
        kind = draw(st.sampled_from(["automatic", "coupon", "bill_credit"]))
        told: dict[str, Any] = {"name": draw(NAMES), "rank": draw(st.integers(-9, 9))}
        if kind == "bill_credit":
            told |= {"bill_credit": draw(numbers), "coupon": coupon}
        else:
            told |= {draw(st.sampled_from(["percent", "amount"])): draw(numbers), "plans": draw(some)}
        if kind != "automatic":
            told |= {"coupon": coupon, "months": draw(st.none() | st.integers(1, 24))}
        if kind == "automatic":
            told |= {"after_months": draw(st.integers(0, 36)), "beside": draw(some)}
        found[code] = Promotion(code, **told)
    return found


REFERRALS = st.builds(Referral, NAMES, st.integers(1, 50).map(Decimal), st.integers(0, 50).map(Decimal))


@st.composite
def books(draw: st.DrawFn) -> b.PriceBook:
    """A sound price book with up to three plans, each alone in a bundle, and one bundle of all."""
    rates = draw(taxes())
    classes = sorted({rate.tax_class for rate in rates})
    plans = {}
    for code in draw(st.lists(CODES, min_size=1, max_size=2, unique=True)):
        own_fees = draw(st.lists(fees(classes), max_size=2, unique_by=lambda fee: fee.code))
        own = draw(st.lists(charges(classes), max_size=2, unique_by=lambda charge: charge.code))
        plans[code] = b.Plan(code, draw(NAMES), tuple(own_fees), tuple(own), draw(st.booleans()))
    bundles = {code: b.Bundle(code, draw(NAMES), (b.PlanOffer(code),)) for code in plans}
    offers = [b.PlanOffer(code, draw(st.sampled_from(b.Offer)), "g", False, 3) for code in plans]
    bundles["all"] = b.Bundle("all", draw(NAMES), tuple(offers), draw(st.booleans()), draw(st.booleans()))
    effective = draw(st.just(date.min) | DAYS)
    return b.PriceBook(
        code=draw(CODES),
        name=draw(NAMES),
        currency=draw(st.sampled_from(["EUR", "JPY", "KWD"])),
        bundles=bundles,
        plans=plans,
        taxes=rates,
        calendars={"hours": draw(calendars())},
        decks={"world": draw(decks())},
        prices_include_tax=draw(st.booleans()),
        promotions=draw(promotions(sorted(plans), effective)),
        referral=draw(st.none() | REFERRALS),
        effective=effective,
        applies=draw(st.sampled_from(b.Applies)),
    )
