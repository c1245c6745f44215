"""A price book file: short forms mean what the long ones say, and writing then reading changes nothing."""

from datetime import date, time
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings

from jetbill.doors.files import phrases
from jetbill.doors.files.book import BookFile, read_book, read_checked_book, read_inline_book
from jetbill.doors.files.book_dump import dump_book, write_book
from jetbill.doors.files.deck_csv import deck_text, parse_deck
from jetbill.doors.files.marked_yaml import parse_yaml
from jetbill.kernel.book import (
    Alignment,
    Every,
    Fee,
    MeterKind,
    PriceBook,
    Selection,
    ServiceClass,
    Span,
    Tempo,
    TimeWindow,
    Timing,
)
from jetbill.kernel.charge_models import call, graduated, per_unit
from jetbill.kernel.trouble import BadInput
from tests.kernel.book_strategies import books

HEAD = "code: t\nname: T\ncurrency: EUR\ntaxes: {standard: 20}\n"


def taken(text: str, folder: Path) -> BookFile:
    path = folder / "b.yaml"
    path.write_text(text, encoding="utf-8")
    return read_book(path)


@given(books())
@settings(max_examples=60, deadline=None)
def test_writing_then_reading_gives_the_same_book(book: PriceBook) -> None:
    with TemporaryDirectory() as folder:
        assert taken(dump_book(book), Path(folder)).book == book
        assert read_book(write_book(book, Path(folder))).book == book


@given(books())
@settings(max_examples=20, deadline=None)
def test_what_is_written_is_canonical(book: PriceBook) -> None:
    with TemporaryDirectory() as folder:
        assert dump_book(taken(dump_book(book), Path(folder)).book) == dump_book(book)


def test_the_short_story_book() -> None:
    text = "{fiber: {fee: 31.00 monthly, data: {included: 100 GB, then: 0.10 per GB}}}"
    book = read_inline_book(parse_yaml(text), Path("."))
    plan = book.plans["fiber"]
    assert plan.fees == (
        Fee("fee", "Fiber", Decimal("31.00"), Every(1, Span.MONTH), product="", tax_class="standard"),
    )
    [charge] = plan.charges
    assert (charge.meter, charge.unit.name, charge.tempo) == (MeterKind.OCTETS, "GB", Tempo.PERIOD)
    assert charge.selection == Selection(ServiceClass.DATA)
    assert charge.params == graduated.Params(
        (graduated.Band(Decimal(100)), graduated.Band(None, Decimal("0.10")))
    )
    assert book.currency == "EUR" and list(book.bundles) == ["fiber"]
    assert [(tax.category, tax.percent) for tax in book.taxes] == [("O", 0)]


def test_calls_by_the_minute(tmp_path: Path) -> None:
    text = HEAD + "plans: {v: {calls: {per_minute: 0.05, connect: 0.01, first: 60, next: 1, free: 5}}}"
    [charge] = taken(text, tmp_path).book.plans["v"].charges
    assert charge.params == call.Params(Decimal("0.05"), Decimal("0.01"), first_s=60, next_s=1, free_s=5)
    assert (charge.model, charge.tempo, charge.selection.direction) == ("call", Tempo.RECORD, "out")


def test_a_price_for_a_unit_and_the_unit_it_brings(tmp_path: Path) -> None:
    text = (
        HEAD
        + "plans: {p: {charges: {up: {meter: octets_out, price: 2.00 per GiB}}, messages: 0.10 per message}}"
    )
    up, messages = taken(text, tmp_path).book.plans["p"].charges
    assert (up.model, up.params, up.unit.name) == ("per_unit", per_unit.Params(Decimal("2.00")), "GiB")
    assert (messages.meter, messages.unit.name) == (MeterKind.RECORDS, "message")


def test_included_in_another_unit_is_converted_exactly(tmp_path: Path) -> None:
    text = HEAD + "plans: {p: {data: {included: 1 TB, then: 0.10 per GB}}}"
    assert taken(text, tmp_path).book.plans["p"].charges[0].params.bands[0].up_to == 1000  # type: ignore[attr-defined]


def test_a_plan_hands_product_and_tax_class_down(tmp_path: Path) -> None:
    text = (
        HEAD
        + "plans: {p: {product: INT, tax_class: x,"
        + " fees: {a: 1 monthly, b: {price: 2, every: yearly, product: Q}}}}"
    )
    fees = taken(text, tmp_path).book.plans["p"].fees
    assert [(fee.product, fee.tax_class) for fee in fees] == [("INT", "x"), ("Q", "x")]


def test_one_off_fees_say_what_they_are(tmp_path: Path) -> None:
    plan = taken(HEAD + "plans: {fiber_100: {fee: 10 monthly, setup: 49.00 once}}", tmp_path).book.plans[
        "fiber_100"
    ]
    assert [(fee.code, fee.name) for fee in plan.fees] == [("fee", "Fiber 100"), ("setup", "Fiber 100 setup")]


MONTH = Every(1, Span.MONTH)


@pytest.mark.parametrize(
    "text, fields",
    [
        ("31.00 monthly", {"price": Decimal("31.00"), "every": MONTH}),
        ("10.00 monthly in arrears", {"price": 10, "every": MONTH, "timing": Timing.ARREARS}),
        ("49.00 once", {"price": 49, "every": None}),
        ("5 every 30 days", {"price": 5, "every": Every(30, Span.DAY)}),
        ("5 every 2 years", {"price": 5, "every": Every(24, Span.MONTH)}),
        (
            "9 yearly by the calendar",
            {"price": 9, "every": Every(12, Span.MONTH), "alignment": Alignment.CALENDAR},
        ),
        (
            "9 weekly in advance from the start day",
            {
                "price": 9,
                "every": Every(1, Span.WEEK),
                "timing": Timing.ADVANCE,
                "alignment": Alignment.ANNIVERSARY,
            },
        ),
    ],
)
def test_phrases_of_fees(text: str, fields: dict[str, object]) -> None:
    assert phrases.fee(text) == fields


@pytest.mark.parametrize(
    "text, weekdays, start, end, on_holidays",
    [
        ("mon-fri 08:00-18:00", {0, 1, 2, 3, 4}, time(8), time(18), False),
        ("sat,sun", {5, 6}, time(0), None, False),
        ("sat-mon 22:00-24:00", {5, 6, 0}, time(22), None, False),
        ("holidays", set(), time(0), None, True),
        ("sat,sun,holidays 06:30-12:00", {5, 6}, time(6, 30), time(12), True),
    ],
)
def test_phrases_of_windows(
    text: str, weekdays: set[int], start: time, end: time | None, on_holidays: bool
) -> None:
    window = TimeWindow(frozenset(weekdays), start, end, on_holidays)
    assert phrases.window(text) == window
    assert phrases.window(phrases.window_text(window)) == window


def test_taxes_short_and_dated(tmp_path: Path) -> None:
    text = """code: t
name: T
currency: EUR
taxes:
  reduced: 10
  none: 0
  standard:
    - {percent: 19}
    - {percent: 20, effective: 2027-01-01, name: USt, country: AT}
plans: {p: {fee: 1 monthly}}
"""
    taxes = taken(text, tmp_path).book.taxes
    assert [(tax.tax_class, tax.category, str(tax.percent)) for tax in taxes] == [
        ("reduced", "S", "10"),
        ("none", "Z", "0"),
        ("standard", "S", "19"),
        ("standard", "S", "20"),
    ]
    assert taxes[3].effective == date(2027, 1, 1)


def test_a_deck_beside_the_book(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text(
        "prefix;per_minute;destination;first_s\n+43;0.10;Austria;60\n\n4366;0.2;Mobile;\n"
    )
    found = taken(HEAD + "decks: {world: w.csv}\nplans: {p: {calls: {deck: world}}}\n", tmp_path)
    rates = found.book.decks["world"].rates
    assert [(rate.prefix, rate.destination, rate.first_s) for rate in rates] == [
        ("43", "Austria", 60),
        ("4366", "Mobile", 1),
    ]
    place = found.place("decks.world.rates.2.prefix")
    assert (Path(place.file).name, place.line, place.field) == ("w.csv", 4, "prefix")


def test_a_large_deck_is_read_whole() -> None:
    rows = "".join(f"{100_000 + n},Destination {n % 300},0.{n % 97:02}\n" for n in range(200_000))
    deck = parse_deck("prefix,destination,per_minute\n" + rows, "d.csv")
    assert len(deck.rates) == 200_000 and deck.lines[-1] == 200_001
    assert parse_deck(deck_text(deck.rates[:500]), "d.csv").rates == deck.rates[:500]


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("prefix,destination\n1,a\n", 'd.csv:1: per_minute: the column "per_minute" is missing'),
        (
            "prefix,destination,per_min\n",
            'd.csv:1: per_min: unknown column "per_min"; did you mean "per_minute"?',
        ),
        ("prefix,destination,per_minute\n43,A\n", "d.csv:2: has 2 cells, the header names 3"),
        (
            "prefix,destination,per_minute\n4x,A,1\n",
            'd.csv:2: prefix: "4x" is not a prefix of digits such as 43 or 4366',
        ),
        (
            "prefix;destination;per_minute\n43;A;0,10\n",
            'd.csv:2: per_minute: "0,10" is not a price such as 0.125',
        ),
        ("prefix,destination,per_minute\n43,,1\n", 'd.csv:2: destination: "" is empty: name the destination'),
        (
            "prefix,destination,per_minute,effective\n43,A,1,1.1.26\n",
            'd.csv:2: effective: "1.1.26" is not a date',
        ),
        (
            "prefix,destination,per_minute,next_s\n43,A,1,0\n",
            'd.csv:2: next_s: "0" is not a step: at least 1 second',
        ),
        ('prefix,destination,per_minute\n43,"A\n', "d.csv:2: is not CSV: unexpected end of data"),
        ("", 'd.csv:1: prefix: the column "prefix" is missing'),
    ],
)
def test_a_wrong_deck_is_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(BadInput) as wrong:
        parse_deck(text, "d.csv")
    assert str(wrong.value).startswith(sentence)


def test_warnings_do_not_refuse(tmp_path: Path) -> None:
    taken(HEAD + "plans: {p: {fee: 1 monthly}}", tmp_path)
    assert read_checked_book(tmp_path / "b.yaml").book.plans["p"].fees[0].price == 1
