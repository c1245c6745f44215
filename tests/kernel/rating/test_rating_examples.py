"""Rating by example: amounts worked out by hand, what a book may not ask, and every cent explained."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from jetbill.kernel.book import (
    Calendar,
    ChargeRounding,
    DeckRate,
    MeterKind,
    Plan,
    PriceBook,
    RateDeck,
    Selection,
    ServiceClass,
    Tempo,
    TimeClass,
    TimeWindow,
    UsageCharge,
)
from jetbill.kernel.charge_models import call, graduated, per_unit
from jetbill.kernel.decks import encode_number, index
from jetbill.kernel.rating.batch import Record, batch, batch_of, records_of
from jetbill.kernel.rating.compiled import compile_books
from jetbill.kernel.rating.explain import explain
from jetbill.kernel.rating.layout import COLUMNS, Status
from jetbill.kernel.rating.rates import rate
from jetbill.kernel.rating.segments import Customer
from jetbill.kernel.rating.timeline import Owners, ServiceSpan, Timeline, lay_out
from jetbill.kernel.rating.totals import day_sums, sum_rows
from jetbill.kernel.terms import CustomerTerms, Happening, HappeningKind, PlanChoice, SubscriptionTerms
from jetbill.kernel.units import unit
from jetbill.kernel.zones import epoch_s

VIENNA = "Europe/Vienna"


def at(text: str) -> int:
    return epoch_s(datetime.fromisoformat(text).replace(tzinfo=UTC))


HORIZON = (at("2026-01-01T00:00"), at("2026-03-05T00:00"))
PEAK = Calendar(
    "times",
    (TimeClass("peak", "Peak", (TimeWindow(frozenset(range(5)), time(8), time(20)),)),),
    holidays=frozenset({date(2026, 1, 6)}),
)
DECK = RateDeck(
    "world",
    "World",
    (
        DeckRate("43", "Austria", Decimal("0.06")),
        DeckRate("436", "Austria mobile", Decimal("0.12"), Decimal("0.05"), first_s=60),
        DeckRate("1", "USA", Decimal("0.01"), is_blocked=True),
    ),
)
DATA = UsageCharge(
    code="data",
    name="Data",
    meter=MeterKind.OCTETS,
    unit=unit("GB"),
    model="per_unit",
    params=per_unit.Params(Decimal("0.10")),
    tempo=Tempo.RECORD,
    product="usage",
    tax_class="standard",
    selection=Selection(ServiceClass.DATA),
)
VOICE = replace(
    DATA,
    code="voice",
    name="Voice",
    meter=MeterKind.SECONDS,
    unit=unit("min"),
    model="deck",
    params=None,
    deck="world",
    selection=Selection(ServiceClass.VOICE),
)
CALLS = replace(
    VOICE, model="call", deck=None, params=call.Params(Decimal("0.60"), Decimal("0.05"), first_s=60)
)


def world(*charges: UsageCharge, bill_day: int = 1, deck: RateDeck = DECK) -> Timeline:
    """One plan with these charges; identifier 7 is Ann's service 70 from 1 January 2026 on."""
    plan = Plan("plan", "Plan", charges=charges)
    book = PriceBook(
        "book", "Book", "EUR", {}, {"plan": plan}, calendars={"times": PEAK}, decks={"world": deck}
    )
    ann = SubscriptionTerms(
        1, 1, "book", "x", (Happening(date(2026, 1, 1), HappeningKind.START, (PlanChoice("plan"),)),)
    )
    customer = Customer(CustomerTerms(1, "Ann", VIENNA, "EUR", bill_day), [ann])
    books = compile_books([book], VIENNA, HORIZON)
    return lay_out(Owners([ServiceSpan(7, HORIZON[0], None, 70, 1)], [customer]), books)


def cost(timeline: Timeline, *records: Record) -> Fraction:
    rated = rate(batch_of(records), timeline)
    assert set(rated.status.tolist()) == {Status.RATED}
    charges = [timeline.books.charges[number] for number in rated.charge.tolist()]
    numerators = rated.numerator.tolist()
    return sum((Fraction(n, c.denominator) for n, c in zip(numerators, charges, strict=True)), Fraction(0))


def test_prefixes_that_lie_close_together_are_told_apart() -> None:
    deck = RateDeck(
        "world",
        "World",
        (
            DeckRate("4366", "Austria", Decimal(1000)),
            *(DeckRate(f"43660{n:03}", "Austria", Decimal(n)) for n in range(0, 1000, 2)),
            *(DeckRate(f"43660{n:03}4", "Austria", Decimal("0.1") * n) for n in range(0, 1000, 5)),
        ),
    )
    timeline, known = world(VOICE, deck=deck), index(deck)
    for number in [f"43660{n:03}{last}" for n in range(1000) for last in "45"]:
        found = known.rate(number, "", date(2026, 1, 10))
        assert found is not None
        call_ = Record(7, at("2026-01-10T12:00"), 60, counterparty=encode_number(number))
        assert cost(timeline, replace(call_, service_class=ServiceClass.VOICE)) == found.per_minute


@pytest.mark.parametrize("identifier", [0, 6, *range(8, 30), -(2**62), 2**62])
def test_an_identifier_beside_those_known_is_nobodys(identifier: int) -> None:
    rated = rate(batch_of([Record(identifier, at("2026-01-10T12:00"), 60)]), world(DATA))
    assert rated.status.tolist() == [Status.NO_SERVICE]


def a_call(start: str, seconds: int, number: str = "4312345") -> Record:
    return Record(
        7,
        at(start),
        seconds,
        counterparty=encode_number(number),
        service_class=ServiceClass.VOICE,
    )


@pytest.mark.parametrize(
    "seconds, amount",
    [(0, "0"), (1, "0.65"), (60, "0.65"), (61, "0.66"), (90, "0.95"), (3600, "36.05")],
)
def test_a_call_by_steps(seconds: int, amount: str) -> None:
    assert cost(world(CALLS), a_call("2026-01-15T10:00", seconds)) == Fraction(Decimal(amount))


@pytest.mark.parametrize("number, amount", [("4312345", "0.09"), ("43660", "0.23"), ("43", "0.09")])
def test_ninety_seconds_by_deck(number: str, amount: str) -> None:
    assert cost(world(VOICE), a_call("2026-01-15T10:00", 90, number)) == Fraction(Decimal(amount))


def test_a_call_over_the_end_of_a_usage_period_connects_once() -> None:
    timeline = world(CALLS)
    record = a_call("2026-01-31T22:59:30", 90)  # midnight in Vienna after 30 s; the first step is 60 s
    rated = rate(batch_of([record]), timeline)
    assert [timeline.tenures[place].period.start for place in rated.tenure] == [
        date(2026, 1, 1),
        date(2026, 2, 1),
    ]
    assert rated.quantity.tolist() == [60, 30]
    assert rated.count.tolist() == [1, 0]
    assert cost(timeline, record) == cost(timeline, a_call("2026-01-15T10:00", 90))


def test_peak_and_off_peak_are_one_call() -> None:
    peak = replace(
        CALLS, code="peak", calendar="times", selection=Selection(ServiceClass.VOICE, time_classes=("peak",))
    )
    rest = replace(
        peak,
        code="rest",
        selection=Selection(ServiceClass.VOICE, time_classes=("rest",)),
        params=call.Params(Decimal("0.30"), Decimal("9.99"), first_s=60),
    )
    timeline = world(peak, rest)
    record = a_call("2026-01-15T18:59:00", 120)  # a minute before 20:00 in Vienna, and one after
    assert cost(timeline, record) == Fraction(Decimal("0.05")) + Fraction(Decimal("0.90"))
    names = [timeline.books.rate_classes[place] for place in rate(batch_of([record]), timeline).rate_class]
    assert names == ["peak", "rest"]


def test_octets_are_shared_out_over_time_classes_without_loss() -> None:
    timeline = world(replace(DATA, calendar="times"))
    record = Record(7, at("2026-01-15T18:00:00"), 3 * 3600, 10, 0)  # 19:00 to 22:00 in Vienna
    assert rate(batch_of([record]), timeline).quantity.tolist() == [3, 7]


def test_a_holiday_is_rest_all_day() -> None:
    timeline = world(replace(DATA, calendar="times"))
    rated = rate(batch_of([Record(7, at("2026-01-06T10:00:00"), 60, 10, 0)]), timeline)
    assert timeline.books.rate_classes[rated.rate_class[0]] == "rest"


@pytest.mark.parametrize("digits, amount", [(None, "0.0000123"), (4, "0"), (2, "0")])
def test_an_amount_is_rounded_where_the_book_says(digits: int | None, amount: str) -> None:
    charge = replace(DATA, rounding=ChargeRounding(digits))
    assert cost(world(charge), Record(7, HORIZON[0], 5, 123_000, 0)) == Fraction(Decimal(amount))


@pytest.mark.parametrize(
    "record, status",
    [
        (Record(8, HORIZON[0]), Status.NO_SERVICE),
        (Record(7, HORIZON[0] - 1), Status.OUT_OF_RANGE),
        (a_call("2026-01-15T10:00", 9, "999"), Status.UNROUTED),
        (a_call("2026-01-15T10:00", 9, ""), Status.UNROUTED),
        (a_call("2026-01-15T10:00", 9, "1212"), Status.BLOCKED),
        (Record(7, HORIZON[0], service_class=ServiceClass.MESSAGE), Status.NO_CHARGE),
        (Record(7, HORIZON[0], 1, -1), Status.IMPOSSIBLE),
        (Record(7, HORIZON[0], 1, 2**48), Status.TOO_LARGE),
    ],
)
def test_what_is_not_rated_says_why(record: Record, status: Status) -> None:
    timeline = world(DATA, VOICE)
    rated = rate(batch_of([record]), timeline)
    assert rated.status.tolist() == [status]
    assert len(rated.record) == 0
    explained = explain(record, timeline)
    assert explained.status is status
    assert explained.lines[-1].startswith("Not rated: ")


GRADUATED = graduated.Params((graduated.Band(None, Decimal("0.1")),))


@pytest.mark.parametrize(
    "charge, fault",
    [
        (replace(DATA, params=per_unit.Params(Decimal("0.1"), Decimal(5))), "a cap holds for a period"),
        (replace(DATA, params=per_unit.Params(Decimal("0.123456789"))), "64 bits"),
        (replace(CALLS, params=call.Params(Decimal("0.1"), first_s=2**26)), "64 bits"),
        (replace(CALLS, params=call.Params(Decimal("1e-15"), Decimal(100))), "64 bits"),
        (replace(DATA, model="graduated", params=GRADUATED), "cannot price single records"),
        (replace(DATA, selection=Selection(time_classes=("peak",))), "need a calendar"),
        (replace(DATA, calendar="moon"), 'no calendar "moon"'),
        (
            replace(DATA, calendar="times", selection=Selection(time_classes=("night",))),
            'no time class "night"',
        ),
        (replace(DATA, selection=Selection(direction="up")), "out or in"),
        (replace(DATA, selection=Selection(attributes=(("zone", ("a",)),))), "no attributes"),
        (replace(VOICE, deck="moon"), 'no rate deck "moon"'),
        (replace(VOICE, meter=MeterKind.RECORDS), "only seconds"),
    ],
)
def test_a_charge_that_cannot_be_rated_is_named(charge: UsageCharge, fault: str) -> None:
    with pytest.raises(ValueError, match=rf'plan "plan", charge "{charge.code}": .*{fault}'):
        world(charge)


@pytest.mark.parametrize(
    "rates, fault",
    [
        ((DeckRate("4x", "", Decimal(1)),), "no number"),
        ((DeckRate("1" * 16, "", Decimal(1)),), "more than 15 digits"),
        ((DeckRate("43", "", Decimal(1)), DeckRate("43", "", Decimal(2))), "two prices"),
        ((DeckRate("43", "", Decimal(1), first_s=0),), "at least 1 second"),
    ],
)
def test_a_deck_that_cannot_be_is_named(rates: tuple[DeckRate, ...], fault: str) -> None:
    plan = Plan("plan", "Plan", charges=(VOICE,))
    book = PriceBook("b", "B", "EUR", {}, {"plan": plan}, decks={"world": RateDeck("world", "", rates)})
    with pytest.raises(ValueError, match=fault):
        compile_books([book], VIENNA, HORIZON)


def test_totals_and_days_add_up_to_the_records() -> None:
    timeline = world(DATA, VOICE)
    records = [a_call("2026-01-31T22:59:30", 90), Record(7, at("2026-01-31T22:00"), 7200, 2**47, 2**47)]
    records += [Record(7, at("2026-02-01T10:00"), 60, 2**47, 1)] * 3
    batch = batch_of(records)
    assert list(records_of(batch)) == records
    rated = rate(batch, timeline)
    sums = sum_rows(rated)
    assert sum(each.quantity for each in sums if each.charge == 0) == 5 * 2**47 + 3
    assert sum(each.numerator for each in sums) == sum(map(int, rated.numerator))
    octets_in, octets_out, seconds, counted = sum(each.values.sum(axis=1) for each in day_sums(batch, rated))
    assert octets_in + octets_out == 5 * 2**47 + 3
    assert seconds == sum(each.duration_s for each in records)
    assert counted == len(records)
    (data,) = (each for each in day_sums(batch, rated) if each.service_class is ServiceClass.DATA)
    february = (date(2026, 2, 1) - data.first_day).days
    # 22:00 to 24:00 UTC is 23:00 to 01:00 in Vienna: half on the last of January
    assert data.values[0, february - 1 : february + 1].tolist() == [2**46, 2**46 + 3 * 2**47]
    empty = rate(batch_of([]), timeline)
    assert sum_rows(empty) == [] and day_sums(batch_of([]), empty) == []


def test_the_same_books_have_the_same_digest_and_others_have_another() -> None:
    same, other = world(DATA).books.digest, world(replace(DATA, name="Volume")).books.digest
    assert same == world(DATA).books.digest != other


def test_every_cent_is_explained() -> None:
    timeline = world(replace(DATA, calendar="times"), VOICE, replace(CALLS, code="extra", tempo=Tempo.RECORD))
    told = explain(a_call("2026-01-15T10:00", 61, "43660123"), timeline)
    assert told.amount == Fraction(Decimal("0.172")) + Fraction(Decimal("0.66"))
    assert told.lines == (
        "voice out to 43660123, 2026-01-15 11:00:00 in Europe/Vienna: 61 s.",
        "Plan plan of the book, usage period 2026-01-01 to 2026-02-01.",
        "Voice, prefix 436 (Austria mobile): 61 s charged at 0.12 a minute + 0.05 to connect "
        "(steps of 60 s, then 1 s) = 0.172.",
        "Voice: 61 s charged at 0.60 a minute + 0.05 to connect (steps of 60 s, then 1 s) = 0.66.",
    )
    data = explain(Record(7, at("2026-01-15T10:00"), 60, 10**9, 0), timeline)
    assert data.lines[-1] == "Data, peak: 1 GB x 0.10 = 0.1."


def test_many_identifiers_far_apart_are_found() -> None:
    timeline = world(DATA)
    spans = [ServiceSpan(number * 10**12, 0, None, 70, 1) for number in range(1, 9)]
    far = lay_out(Owners(spans, timeline.owners.customers), timeline.books)
    records = [Record(number * 10**12, HORIZON[0]) for number in range(10)]
    found = rate(batch_of(records), far).status
    assert np.flatnonzero(found == Status.RATED).tolist() == list(range(1, 9))


def test_a_batch_is_its_columns_by_name() -> None:
    records = [a_call("2026-01-15T10:00", 90), Record(7, at("2026-01-16T10:00"), 60, 10, 20)]
    whole = batch_of(records)
    columns = {name: whole[row] for row, name in enumerate(COLUMNS)} | {"source_row": 1}
    assert np.array_equal(batch(columns), whole) and list(records_of(whole)) == records


def test_a_record_of_many_pieces_makes_more_rows_than_were_expected() -> None:
    timeline = world(replace(DATA, calendar="times"))
    record = Record(7, at("2026-01-02T00:00"), 60 * 86_400, 10**9, 7)
    rated = rate(batch_of([record, record]), timeline)
    pieces = len(rated.record) // 2
    assert pieces > 80 and rated.record.tolist() == [0] * pieces + [1] * pieces
    assert rated.quantity.sum() == 2 * (10**9 + 7) and rated.count.sum() == 2


def test_what_several_charges_cover_together_is_rated() -> None:
    peak = replace(
        DATA, code="peak", calendar="times", selection=Selection(ServiceClass.DATA, time_classes=("peak",))
    )
    rest = replace(peak, code="rest", selection=Selection(ServiceClass.DATA, time_classes=("rest",)))
    record = Record(7, at("2026-01-15T18:00:00"), 3 * 3600, 10, 0)  # 19:00 to 22:00 in Vienna
    assert rate(batch_of([record]), world(peak, rest)).quantity.tolist() == [3, 7]
    assert rate(batch_of([record]), world(peak)).status.tolist() == [Status.NO_CHARGE]
