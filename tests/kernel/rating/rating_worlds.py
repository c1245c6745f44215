"""Small worlds for the laws of rating: books, owners and records that meet every border."""

from datetime import date, time
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from jetbill.kernel.book import (
    Applies,
    Calendar,
    ChargeRounding,
    DeckRate,
    MeterKind,
    Plan,
    PriceBook,
    RateDeck,
    RoundingMode,
    Selection,
    ServiceClass,
    Tempo,
    TimeClass,
    TimeWindow,
    UsageCharge,
)
from jetbill.kernel.charge_models import (
    OWN_AMOUNT,
    call,
    cost_plus,
    graduated,
    matrix,
    per_unit,
    percentage,
    pre_rated,
)
from jetbill.kernel.decks import encode_number
from jetbill.kernel.rating.batch import Record
from jetbill.kernel.rating.exact import Books
from jetbill.kernel.rating.segments import Customer
from jetbill.kernel.rating.timeline import Owners, ServiceSpan
from jetbill.kernel.terms import (
    BillDayChange,
    CustomerTerms,
    Happening,
    HappeningKind,
    PlanChoice,
    SubscriptionTerms,
)
from jetbill.kernel.units import unit

START = 1774500000
"""26 March 2026, 04:40 UTC: the clocks of Europe change three days later."""
HORIZON = (START, START + 40 * 86400)
ZONES = ("Europe/Vienna", "Australia/Adelaide", "America/New_York", "Asia/Kathmandu")

MORNINGS = TimeWindow(frozenset(range(7)), time(0), time(12))
CALENDARS = {
    "peak": Calendar(
        "peak",
        (
            TimeClass("holiday", "Holiday", (TimeWindow(frozenset(), time(0), None, on_holidays=True),)),
            TimeClass("peak", "Peak", (TimeWindow(frozenset(range(5)), time(8), time(18, 30)),)),
            TimeClass("night", "Night", (TimeWindow(frozenset(range(7)), time(1, 59, 59), time(3, 0, 1)),)),
        ),
        holidays=frozenset({date(2026, 4, 3), date(2026, 4, 6)}),
    ),
    "halves": Calendar(
        "halves", (TimeClass("am", "", (TimeWindow(frozenset(range(7)), time(0), time(12)),)),)
    ),
}
CLASSES = {"peak": ("holiday", "peak", "night", "rest"), "halves": ("am", "rest")}
NUMBERS = ("", "4", "43", "431", "4366", "43661", "4367", "99", "1", "12", "123", "43123456789012345")

money = st.decimals("0", "2", places=4) | st.decimals("0", "0.1", places=6)
days = st.dates(date(2026, 2, 20), date(2026, 5, 10))


@st.composite
def selections(draw: st.DrawFn, calendar: str | None) -> Selection:
    classes: tuple[str, ...] = ()
    if calendar is not None and draw(st.booleans()):
        classes = tuple(draw(st.lists(st.sampled_from(CLASSES[calendar]), unique=True, min_size=1)))
    return Selection(
        draw(st.sampled_from((None, ServiceClass.DATA, ServiceClass.VOICE))),
        draw(st.sampled_from((None, None, "out", "in"))),
        classes,
    )


@st.composite
def own_amounts(draw: st.DrawFn, kind: str) -> object:
    if kind == "pre_rated":
        return pre_rated.Params()
    percent = draw(st.decimals(0, 120, places=2))
    if kind == "cost_plus":
        return cost_plus.Params(percent - 20, draw(money))
    free = draw(st.sampled_from((Decimal(0), Decimal("0.0005"), Decimal(5))))
    least = draw(st.sampled_from((Decimal(0), Decimal("0.07"))))
    return percentage.Params(percent, draw(money), free, least, draw(st.sampled_from((None, Decimal("0.5")))))


@st.composite
def matrices(draw: st.DrawFn, calendar: str | None) -> matrix.Params:
    """Rows of which each says all that those before say, and one thing more, so that there is no doubt."""
    prefixes = draw(st.lists(st.sampled_from(NUMBERS[1:-1]), unique=True, max_size=6))
    names = [f"z{place % 3}" for place in range(len(prefixes))]
    zones = tuple(
        (name, tuple(p for p, of in zip(prefixes, names, strict=True) if of == name))
        for name in sorted(set(names))
    )
    values: dict[str, st.SearchStrategy[str]] = {
        "service_class": st.sampled_from((ServiceClass.DATA, ServiceClass.VOICE)),
        "direction": st.sampled_from(("out", "in")),
    }
    if zones:
        values |= dict.fromkeys(("from_", "to"), st.sampled_from([name for name, _ in zones]))
    if calendar is not None:
        values["time_class"] = st.sampled_from(CLASSES[calendar])
    said = {name: draw(values[name]) for name in draw(st.permutations(sorted(values)))}
    first = draw(st.integers(0, 1))
    rows = []
    for count in range(first, draw(st.integers(first, len(said))) + 1):
        narrowed: dict[str, Any] = dict(list(said.items())[:count])
        rows.append(matrix.Row(**narrowed, unit_price=draw(money), fixed=draw(money), name=f"row {count}"))
    return matrix.Params(tuple(draw(st.permutations(rows))), zones)


@st.composite
def charges(draw: st.DrawFn, code: str) -> UsageCharge:
    kind = draw(st.sampled_from(("per_unit", "call", "deck", "graduated", "matrix", *OWN_AMOUNT)))
    calendar = draw(st.sampled_from((None, "peak", "halves")))
    meter = MeterKind.SECONDS if kind in ("call", "deck") else draw(st.sampled_from(tuple(MeterKind)))
    meter = MeterKind.QUANTITY if kind in OWN_AMOUNT else meter
    units = {
        MeterKind.SECONDS: ("s", "min", "h"),
        MeterKind.RECORDS: ("call",),
        MeterKind.QUANTITY: ("Wh", "kWh"),
    }
    steps = st.sampled_from((1, 6, 30, 60))
    params: object = None
    if kind == "per_unit":
        params = per_unit.Params(draw(money))
    if kind == "graduated":
        params = graduated.Params((graduated.Band(None, Decimal("0.1")),))
    if kind == "call":
        least = draw(st.sampled_from((Decimal(0), Decimal("0.07"))))
        params = call.Params(
            draw(money),
            draw(money),
            draw(st.sampled_from((0, 0, 45))),
            draw(steps),
            draw(steps),
            draw(st.sampled_from((0, 0, 100, 5000))),
            least,
            draw(st.sampled_from((None, Decimal("0.5")))),
        )
    if kind == "matrix":
        params = draw(matrices(calendar))
    if kind in OWN_AMOUNT:
        params = draw(own_amounts(kind))
    return UsageCharge(
        code=code,
        name=code,
        meter=meter,
        unit=unit("money" if kind in OWN_AMOUNT else draw(st.sampled_from(units.get(meter, ("MB", "GiB"))))),
        model=kind,
        params=params,
        tempo=Tempo.PERIOD if kind == "graduated" else Tempo.RECORD,
        product="usage",
        tax_class="standard",
        selection=draw(selections(calendar)),
        deck="deck" if kind == "deck" else None,
        calendar=calendar,
        split=draw(st.booleans()),
        rounding=ChargeRounding(
            draw(st.sampled_from((None, None, 2, 4))), draw(st.sampled_from(tuple(RoundingMode)))
        ),
    )


@st.composite
def decks(draw: st.DrawFn) -> RateDeck:
    keys = draw(
        st.lists(
            st.tuples(
                st.sampled_from(("", "4", "43", "431", "4366", "43661", "1", "12", "123")),
                st.sampled_from(("", "", "43", "4366", "1")),
                st.sampled_from((date.min, date.min, date(2026, 3, 1), date(2026, 4, 5))),
            ),
            unique=True,
            max_size=12,
        )
    )
    rates = [
        DeckRate(
            prefix=prefix,
            destination=f"to {prefix[:2]}",
            per_minute=draw(money),
            connect_fee=draw(money),
            minimum_s=draw(st.sampled_from((0, 0, 61))),
            first_s=draw(st.sampled_from((1, 30, 60))),
            next_s=draw(st.sampled_from((1, 6, 60))),
            effective=effective,
            from_prefix=caller,
            is_blocked=draw(st.integers(0, 9)) == 0,
        )
        for prefix, caller, effective in keys
    ]
    return RateDeck("deck", "Deck", tuple(rates))


@st.composite
def books(draw: st.DrawFn) -> Books:
    versions = []
    for number in range(draw(st.integers(1, 2))):
        plans = {}
        for plan in ("A", "B"):
            codes = [f"{plan}{k}" for k in range(draw(st.integers(0, 4)))]
            plans[plan] = Plan(plan, plan, charges=tuple(draw(charges(code)) for code in codes))
        effective = date.min if number == 0 else draw(days)
        applies = draw(st.sampled_from(tuple(Applies)))
        versions.append(
            PriceBook(
                "book",
                "Book",
                "EUR",
                {},
                plans,
                (),
                CALENDARS,
                {"deck": draw(decks())},
                False,
                number,
                effective,
                applies,
            )
        )
    return Books(tuple(versions), draw(st.sampled_from(ZONES)), HORIZON)


@st.composite
def customers(draw: st.DrawFn, number: int) -> Customer:
    began = draw(st.sampled_from((date(2025, 1, 31), date(2026, 1, 15))) | days)
    plans = st.sampled_from(("A", "B"))
    choices = tuple(PlanChoice(draw(plans)) for _ in range(draw(st.integers(1, 2))))
    happenings = [Happening(began, HappeningKind.START, choices)]
    for sequence in range(1, draw(st.integers(0, 4)) + 1):
        kind = draw(st.sampled_from((HappeningKind.PLAN, HappeningKind.PAUSE, HappeningKind.RESUME)))
        chosen = (PlanChoice(draw(plans)),) if kind is HappeningKind.PLAN else ()
        happenings.append(Happening(draw(days), kind, chosen, draw(st.integers(0, 1)), sequence))
    if draw(st.integers(0, 3)) == 0:
        happenings.append(Happening(draw(days), HappeningKind.END, sequence=9))
    happenings = [each for each in happenings if each.on >= began]
    changed = draw(st.lists(st.tuples(days, st.integers(0, 31)), max_size=1))
    terms = CustomerTerms(number, str(number), draw(st.sampled_from(ZONES)), "EUR", draw(st.integers(0, 31)))
    subscription = SubscriptionTerms(
        number, number, "book", "x", tuple(sorted(happenings, key=lambda each: (each.on, each.sequence)))
    )
    return Customer(terms, [subscription], [BillDayChange(on, day) for on, day in changed])


@st.composite
def owners(draw: st.DrawFn) -> Owners:
    found = [draw(customers(number)) for number in (1, 2)]
    middle = draw(st.integers(START, START + 30 * 86400))
    spans = [
        ServiceSpan(100, 0, middle, 10, 1),
        ServiceSpan(100, middle + draw(st.integers(0, 3600)), None, 20, 2),
        ServiceSpan(101, START + 86400, None, 11, 1),
        ServiceSpan(5000 if draw(st.booleans()) else 10**9, 0, None, 21, 2),
        ServiceSpan(103, 0, None, None, None),
    ]
    return Owners(draw(st.permutations(spans)), found)


@st.composite
def records(draw: st.DrawFn) -> Record:
    durations = st.sampled_from((0, 1, 59, 60, 61)) | st.integers(0, 7200) | st.integers(0, 4 * 86400)
    counters = st.sampled_from((0, 1, 999, 2**47)) | st.integers(0, 2**40)
    octets = draw(counters), draw(counters)
    near = st.sampled_from((HORIZON[0] - 1, HORIZON[0], HORIZON[1] - 1)) | st.integers(*HORIZON)
    return Record(
        draw(st.sampled_from((100, 100, 101, 5000, 10**9, 103, 104))),
        draw(near),
        draw(durations | st.sampled_from((-1, 2**25 + 1)) if draw(st.integers(0, 20)) == 0 else durations),
        *octets,
        draw(st.integers(0, 1000) | st.integers(0, 10**8) | st.just(10**14)),
        encode_number(draw(st.sampled_from(NUMBERS))),
        encode_number(draw(st.sampled_from(NUMBERS))),
        draw(st.sampled_from((ServiceClass.DATA, ServiceClass.VOICE, ServiceClass.MESSAGE))),
        draw(st.sampled_from(("out", "in"))),
        draw(st.sampled_from((1, 1, 0))),
    )
