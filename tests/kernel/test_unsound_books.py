"""What a sound book may become by one wrong value, and the sentence that names the place.

The broken files in tests/doors come the way people write them; here is what no file can say, too.
"""

from dataclasses import replace
from datetime import date, time
from decimal import Decimal

import pytest

from jetbill.kernel.book import (
    Bundle,
    Calendar,
    ChargeRounding,
    DeckRate,
    Every,
    Fee,
    MeterKind,
    Offer,
    Plan,
    PlanOffer,
    PriceBook,
    RateDeck,
    Selection,
    Span,
    TaxRate,
    Tempo,
    TimeClass,
    TimeWindow,
    UsageCharge,
)
from jetbill.kernel.book_check import check
from jetbill.kernel.charge_models import call, per_unit
from jetbill.kernel.promotions import Coupon, Promotion, Referral
from jetbill.kernel.units import UNITS

FEE = Fee("fee", "Fiber", Decimal("31.00"), Every(1, Span.MONTH), "INT", "standard")
DATA = UsageCharge(
    code="data",
    name="Data",
    meter=MeterKind.OCTETS,
    unit=UNITS["GB"],
    model="per_unit",
    params=per_unit.Params(Decimal("0.10")),
    tempo=Tempo.RECORD,
    product="INT",
    tax_class="standard",
)
CALLS = replace(
    DATA,
    code="calls",
    meter=MeterKind.SECONDS,
    unit=UNITS["min"],
    model="call",
    params=call.Params(Decimal("0.06")),
)
DECK = replace(CALLS, code="abroad", model="deck", params=None, deck="world")
RATE = DeckRate("43", "Austria", Decimal("0.01"))
TIMES = Calendar("times", (TimeClass("peak", "Peak", (TimeWindow(frozenset(range(5)), time(8), time(20)),)),))
TIMED = replace(DATA, code="timed", calendar="times")
TAX = TaxRate("standard", "S", Decimal(20))


def book(*charges: UsageCharge, fee: Fee = FEE, **more: object) -> PriceBook:
    """A sound book of one plan, but for what is given."""
    given = {
        "bundles": {"all": Bundle("all", "All", (PlanOffer("plan"),))},
        "plans": {"plan": Plan("plan", "Plan", (fee,), charges or (DATA, CALLS, DECK, TIMED))},
        "taxes": (TAX,),
        "calendars": {"times": TIMES},
        "decks": {"world": RateDeck("world", "World", (RATE,))},
    } | more
    return PriceBook("book", "Book", "EUR", **given)  # type: ignore[arg-type]


def promoted(**told: object) -> PriceBook:
    return book(promotions={"off": Promotion("off", "Off", **told)})  # type: ignore[arg-type]


def offered(*offers: PlanOffer) -> PriceBook:
    return book(bundles={"all": Bundle("all", "All", offers)})


def rated(rate: DeckRate) -> PriceBook:
    return book(decks={"world": RateDeck("world", "World", (rate,))})


def timed(calendar: Calendar) -> PriceBook:
    return book(calendars={"times": calendar})


def of(charge: UsageCharge) -> str:
    return f"plans.plan.charges.{charge.code}"


HOLIDAYS = TimeClass("peak", "Peak", (TimeWindow(frozenset(), time(8), None, on_holidays=True),))
WRONG = [
    (book(taxes=(replace(TAX, percent=Decimal(0)),)), "taxes.standard.1.category", "needs a rate above 0"),
    (book(taxes=(replace(TAX, percent=Decimal(101)),)), "taxes.standard.1.percent", "101 is not a rate"),
    (book(fee=replace(FEE, price=Decimal(-1))), "plans.plan.fees.fee.price", "the fee is negative"),
    (book(fee=replace(FEE, every=Every(0, Span.DAY))), "plans.plan.fees.fee.every", "at least one day"),
    (offered(PlanOffer("plan", max_instances=0)), "bundles.all.offers.1.max_instances", "below 1"),
    (
        offered(*[PlanOffer("plan", Offer.RADIO, group="speed")] * 2),
        "bundles.all.offers",
        '2 plans of the group "speed" are selected',
    ),
    (book(replace(DATA, model="magic")), f"{of(DATA)}.model", 'unknown charge model "magic"'),
    (book(replace(DATA, unit=UNITS["min"])), f"{of(DATA)}.unit", "octets cannot be told in min"),
    (
        book(replace(DATA, rounding=ChargeRounding(10))),
        f"{of(DATA)}.rounding.record_digits",
        "10 is not between 0 and 9",
    ),
    (timed(Calendar("times", ())), "calendars.times.classes", "there are no time classes"),
    (timed(replace(TIMES, classes=(HOLIDAYS,))), "calendars.times.classes.peak", "there are no holidays"),
    (book(decks={"world": RateDeck("world", "World", ())}), "decks.world", "the deck has no rates"),
    (
        book(replace(DATA, selection=Selection(direction="up"))),
        f"{of(DATA)}.selection.direction",
        'unknown direction "up"',
    ),
    (
        book(replace(DATA, selection=Selection(attributes=(("colour", ("red",)),)))),
        f"{of(DATA)}.selection.attributes.colour",
        'no attribute "colour"',
    ),
    (book(replace(DATA, deck="world")), f"{of(DATA)}.deck", "per_unit needs no deck"),
    (
        book(replace(DATA, params=per_unit.Params(Decimal("0.10"), cap=Decimal(5)))),
        f"{of(DATA)}.params.cap",
        "a cap holds for a period",
    ),
    (rated(replace(RATE, first_s=0)), "decks.world.rates.1.first_s", "at least 1 second"),
    (rated(replace(RATE, destination="")), "decks.world.rates.1.destination", "has no name"),
    (rated(replace(RATE, next_s=2**20 + 1)), "decks.world.rates.1.next_s", "1048577 s is more than"),
    (
        book(replace(DATA, params=per_unit.Params(Decimal("123456789.123456789")))),
        f"{of(DATA)}.params.unit_price",
        "does not fit into 64 bits",
    ),
    (
        book(replace(CALLS, params=call.Params(Decimal("999999999.123456789")))),
        f"{of(CALLS)}.params.per_minute",
        "does not fit into 64 bits",
    ),
    (
        book(replace(CALLS, params=call.Params(Decimal("0.06"), first_s=2**25 + 1))),
        f"{of(CALLS)}.params.first_s",
        "longer than the longest record",
    ),
]


TEN, CAME = Decimal(10), Coupon()
OFF = "promotions.off"
WRONG_PROMOTIONS = [
    (promoted(), OFF, "takes off one thing"),
    (promoted(percent=TEN, amount=TEN), OFF, "takes off one thing"),
    (promoted(percent=Decimal(101)), f"{OFF}.percent", "101 is not a percentage"),
    (promoted(amount=Decimal(-1)), f"{OFF}.amount", "without a minus"),
    (promoted(amount=Decimal("0.001")), f"{OFF}.amount", "more decimals than EUR"),
    (promoted(percent=TEN, plans=("tv",)), f"{OFF}.plans", 'unknown plan "tv"'),
    (promoted(percent=TEN, beside=("tv",)), f"{OFF}.beside", 'unknown plan "tv"'),
    (promoted(percent=TEN, plans=("plan",), beside=("plan",)), f"{OFF}.beside", "always"),
    (promoted(percent=TEN, after_months=-1), f"{OFF}.after_months", "less than none"),
    (promoted(percent=TEN, months=3), f"{OFF}.months", "only what is redeemed"),
    (promoted(percent=TEN, months=0, coupon=CAME), f"{OFF}.months", "less than one"),
    (promoted(bill_credit=TEN), f"{OFF}.bill_credit", "needs a coupon"),
    (promoted(bill_credit=TEN, product="A", coupon=CAME), OFF, "whole bills"),
    (promoted(percent=TEN, after_months=2, coupon=CAME), OFF, "by redeeming it"),
    (promoted(percent=TEN, coupon=Coupon(limit=0)), f"{OFF}.coupon.limit", "can never apply"),
    (promoted(percent=TEN, coupon=Coupon(2, 3)), f"{OFF}.coupon.per_customer", "3 times, all 2"),
    (promoted(percent=TEN, coupon=Coupon(None, 0)), f"{OFF}.coupon.per_customer", "can never apply"),
    (
        promoted(percent=TEN, coupon=Coupon(since=date(2026, 2, 1), until=date(2026, 1, 1))),
        f"{OFF}.coupon.until",
        "before it begins",
    ),
    (
        replace(promoted(percent=TEN, coupon=Coupon(until=date(2026, 1, 1))), effective=date(2026, 2, 1)),
        f"{OFF}.coupon.until",
        "before the book holds",
    ),
    (promoted(percent=TEN, product="TV"), OFF, 'no fee or charge of its plans with the product "TV"'),
    (
        replace(promoted(amount=TEN), plans={"plan": Plan("plan", "Plan", (), (DATA,))}),
        OFF,
        "no recurring fee of its plans is there",
    ),
    (book(referral=Referral("Friend")), "referral", "has anything off"),
    (book(referral=Referral("Friend", Decimal(-1))), "referral.referrer", "without a minus"),
]


@pytest.mark.parametrize("wrong, path, sentence", WRONG_PROMOTIONS)
def test_a_wrong_promotion_is_named_with_its_place(wrong: PriceBook, path: str, sentence: str) -> None:
    test_a_wrong_value_is_named_with_its_place(wrong, path, sentence)


def test_sound_promotions_are_sound() -> None:
    assert check(promoted(percent=TEN, months=3, coupon=Coupon(100, 1, date(2026, 1, 1)))) == ()
    assert check(promoted(amount=TEN, after_months=24, plans=("plan",))) == ()
    assert check(book(referral=Referral("Friend", TEN))) == ()


def test_the_book_itself_is_sound() -> None:
    assert check(book()) == ()
    assert check(timed(replace(TIMES, classes=(HOLIDAYS,), holidays=frozenset({date(2026, 1, 1)})))) == ()


@pytest.mark.parametrize("wrong, path, sentence", WRONG, ids=[path for _, path, _ in WRONG])
def test_a_wrong_value_is_named_with_its_place(wrong: PriceBook, path: str, sentence: str) -> None:
    assert [each for each in check(wrong) if each.path == path and sentence in each.sentence], check(wrong)
