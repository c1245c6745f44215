"""Lines in words: the arithmetic that is told is the one that was charged, or it is said that it is not."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from jetbill.kernel.book import Commitment, MeterKind, Plan, PriceBook, Tempo, UsageCharge
from jetbill.kernel.charge_models import graduated, per_unit
from jetbill.kernel.money import HALF_UP
from jetbill.kernel.promotions import Promotion
from jetbill.kernel.proposal import Item, Key, LineKind, Share
from jetbill.kernel.proposal.explained import Issued, explained
from jetbill.kernel.proposal.reductions import DISCOUNT
from jetbill.kernel.units import unit
from tests.kernel.proposal.billing_desk import book, fee

BANDS = graduated.Params(
    (graduated.Band(Decimal(100)), graduated.Band(None, unit_price=Decimal("0.333"))),
)
DATA = UsageCharge(
    *("data", "Data", MeterKind.OCTETS, unit("GB"), "graduated", BANDS, Tempo.PERIOD, "NET", "standard"),
    commitment=Commitment(Decimal(10), Decimal(50)),
)
CALLS = UsageCharge(
    *("calls", "Calls", MeterKind.SECONDS, unit("min"), "per_unit", per_unit.Params(Decimal("0.07"))),
    *(Tempo.RECORD, "VOICE", "standard"),
)
BOOK: PriceBook = book({"fiber": Plan("fiber", "Fiber", (fee("31.00"),), (DATA, CALLS))})
SOLD = Item(
    LineKind.FEE, "Fiber", "", "standard", "S", Decimal(20), plan="fiber", book="home", version=1,
    unit_price=Decimal("31.00"),
)  # fmt: skip
PROMOTIONS = {
    "loyal": Promotion("loyal", "Loyalty", percent=Decimal(10), after_months=24),
    "family": Promotion("family", "Family", amount=Decimal("5.00"), beside=("voice", "max")),
}
MONTH = Key(1, "0:fee", date(2026, 1, 11), date(2026, 2, 1))
WHOLE = Issued(MONTH, SOLD, Decimal("31.00"), Decimal(1))


def told(line: Issued) -> list[str]:
    words = explained(line, BOOK, HALF_UP)
    assert words.holds
    return list(words.lines[1:-1])


def test_a_line_names_its_days_its_price_and_its_tax() -> None:
    lines = explained(WHOLE, BOOK, HALF_UP).lines
    assert (
        lines[0] == 'Fiber, 2026-01-11 to 2026-01-31: fee "fee" of plan "fiber", price book "home" version 1.'
    )
    assert lines[1:] == ("31.00, in full.", "Tax: 20 %, category S, on the sum of the document.")


def test_a_share_of_a_period_is_worked_out_again() -> None:
    line = replace(WHOLE, amount=Decimal("42.00"), quantity=Decimal(2), share=Share(21, 31))
    assert told(line) == ["2 x 31.00 x 21/31 days = 42, rounded to 42.00."]
    by_seconds = replace(line, amount=Decimal("41.97"))
    assert told(by_seconds) == ["2 x 31.00 for 21 of 31 days, shared by their seconds: 41.97."]


def test_an_adjustment_tells_what_was_charged_before() -> None:
    line = replace(WHOLE, amount=Decimal("-21.00"), before=Decimal("31.00"), is_repair=True)
    assert told(line) == ["Due in all 10.00, charged before 31.00: -21.00."]


def test_use_of_a_period_goes_through_the_bands() -> None:
    item = replace(SOLD, kind=LineKind.USAGE, name="Data", unit="GB", unit_price=None)
    key = MONTH._replace(component="0:data")
    used = Issued(key, item, Decimal("16.65"), Decimal(150), used=Fraction(150 * 10**9), records=3)
    assert told(used) == [
        "150 GB in 3 records, priced on the total by graduated:",
        "Band 1: 100 GB = 0.",
        "Band 2: 50 GB = 16.65.",
        "Together 16.65, rounded to 16.65.",
    ]
    late = replace(used, amount=Decimal("3.33"), before=Decimal("13.32"), is_repair=True)
    assert told(late)[-1] == "Due in all 16.65, charged before 13.32: 3.33."
    wrong = explained(replace(used, amount=Decimal("16.64")), BOOK, HALF_UP)
    assert not wrong.holds
    assert wrong.lines[-2] == "This comes to 16.65, but 16.64 was charged: prices or usage changed since."


def test_use_by_the_record_is_rounded_once() -> None:
    item = replace(SOLD, kind=LineKind.USAGE, name="Calls", unit="min", unit_price=None)
    key = MONTH._replace(component="0:calls")
    line = Issued(key, item, Decimal("0.33"), Decimal(5), records=2, exact=Fraction(1, 3))
    assert told(line) == ["2 records come to about 0.333333333, rounded once to 0.33."]
    assert told(replace(line, exact=None)) == ["Records charged: 2, each by itself."]


@pytest.mark.parametrize(
    "side, words",
    [
        ("/minimum", "The charge costs at least 10 a period, 25 of 28 days of it: this tops it up."),
        ("/maximum", "The charge costs at most 50 a period: this gives back what is above."),
    ],
)
def test_a_commitment_names_its_bound(side: str, words: str) -> None:
    item = replace(SOLD, kind=LineKind.COMMITMENT, unit_price=None)
    line = Issued(MONTH._replace(component=f"0:data{side}"), item, Decimal(1), Decimal(1), Share(25, 28))
    assert told(line) == [words]


def test_a_line_by_hand_is_told_as_such() -> None:
    item = replace(SOLD, kind=LineKind.ONE_OFF, name="Cable", plan="", unit_price=Decimal("4.00"))
    line = Issued(Key(0, "one_off:7", MONTH.period_start, MONTH.period_start), item, Decimal(8), Decimal(2))
    words = explained(line, BOOK, HALF_UP).lines
    assert words[0].startswith("Cable, 2026-01-11: one off number 7, by hand, price book")
    assert words[1] == "2 x 4.00 = 8.00."


def test_what_is_taken_off_names_the_discount() -> None:
    off = Item(
        LineKind.DISCOUNT, "Off", "", "standard", "S", Decimal(20), plan="fiber", book="home", version=1
    )
    line = Issued(MONTH, off, Decimal("-3.10"), Decimal(1))

    def by(which: str) -> list[str]:
        key = MONTH._replace(component=f"{MONTH.component}{DISCOUNT}{which}")
        words = explained(replace(line, key=key), replace(BOOK, promotions=PROMOTIONS), HALF_UP)
        return list(words.lines[1:-1])

    assert by("7") == ["Taken off the line above by discount 7 of the customer."]
    assert by("book:loyal") == [
        'Taken off the line above by promotion "loyal": 10 % of what was left, from 24 months on.'
    ]
    assert by("book:family") == [
        'Taken off the line above by promotion "family": 5.00 a period, beside voice or max.'
    ]
