"""Rare turns of the proposal: two ends of one start, prices that cannot be, pauses that never began."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from jetbill.kernel.book import MeterKind, Plan, TaxRate, Tempo, UsageCharge
from jetbill.kernel.charge_models import graduated
from jetbill.kernel.life import life
from jetbill.kernel.period_total import PeriodTotal
from jetbill.kernel.proposal import Account, Problem
from jetbill.kernel.terms import Discount, Happening, HappeningKind, PlanChoice
from jetbill.kernel.units import UNITS
from tests.kernel.proposal.billing_desk import (
    END,
    PAUSE,
    PLAN,
    QUANTITY,
    RESUME,
    START,
    Desk,
    amounts,
    book,
    customer,
    fee,
    happening,
    subscription,
)

FIBER, MAX = PlanChoice("fiber"), PlanChoice("max")
FIRST = date(2026, 4, 1)


def account(*happenings: Happening, **more: object) -> Account:
    return Account(customer(**more), (subscription(*happenings),))  # type: ignore[arg-type]


def test_another_product_is_given_back_in_full_and_charged_anew() -> None:
    """The plan is changed from the first day on, then it ends: the old line goes, a new one comes."""
    desk = Desk(
        book({"fiber": (fee("30.00", product="A"),), "max": (fee("60.00", product="B", name="Max"),)})
    )
    start = happening(FIRST, START, FIBER)
    desk.run(FIRST, account(start))
    change = happening(FIRST, PLAN, MAX, sequence=1)
    assert amounts(desk.run(date(2026, 4, 2), account(start, change))) == ["-30.00", "60.00"]
    end = happening(date(2026, 4, 16), END)
    assert amounts(desk.run(date(2026, 4, 16), account(start, change, end))) == ["-30.00"]
    back = happening(FIRST, PLAN, FIBER, sequence=2)
    assert amounts(desk.run(date(2026, 4, 17), account(start, change, back, end))) == ["-30.00", "15.00"]
    assert amounts(desk.run(date(2026, 4, 18), account(start, change, back, end))) == []
    assert desk.total() == Decimal("15.00")


def test_a_customer_who_becomes_exempt_gets_touched_lines_anew() -> None:
    """Changed tax: the line with 20 % is given back with its tax, the new one has none."""
    desk = Desk(book({"fiber": (fee("30.00"),)}, taxes=(TaxRate("standard", "S", Decimal(20)),)))
    start = happening(FIRST, START, PlanChoice("fiber", quantity=1))
    assert desk.run(FIRST, account(start)).total == Decimal("36.00")
    more = happening(date(2026, 4, 16), QUANTITY, PlanChoice("fiber", quantity=2))
    exempt = account(start, more, tax_exempt=(("*", "Mission"),))
    made = desk.run(date(2026, 4, 16), exempt)
    assert amounts(made) == ["-30.00", "15.00", "30.00"]
    assert made.total == Decimal("9.00")


def test_a_repair_has_the_tax_of_its_line_although_the_rate_changed() -> None:
    old, new = TaxRate("standard", "S", Decimal(20)), TaxRate("standard", "S", Decimal(25), FIRST)
    desk = Desk(book({"fiber": (fee("30.00"),)}, taxes=(old,)))
    start = happening(FIRST, START, FIBER)
    desk.run(FIRST, account(start))
    desk.books = Desk(book({"fiber": (fee("30.00"),)}, taxes=(old, new))).books
    made = desk.run(date(2026, 4, 16), account(start, happening(date(2026, 4, 16), END)))
    assert (amounts(made), made.total) == (["-15.00"], Decimal("-18.00"))


def test_a_quantity_that_no_band_holds_is_parked() -> None:
    params = graduated.Params((graduated.Band(Decimal(5), Decimal(1)),))
    charge = UsageCharge(
        "data", "Data", MeterKind.OCTETS, UNITS["GB"], "graduated", params, Tempo.PERIOD, "", "standard"
    )
    desk = Desk(book({"fiber": Plan("fiber", "Fiber", (), (charge,))}))
    of = account(happening(FIRST, START, FIBER))
    total = PeriodTotal(1, "0:data", FIRST, date(2026, 5, 1), "", Fraction(6 * 10**9), "fiber", 0)
    answer = desk.preview(date(2026, 5, 1), of, [total])
    assert isinstance(answer, Problem)
    assert answer.code == "bad_price"
    unknown = replace(total, component="0:gone")
    answer = desk.preview(date(2026, 5, 1), of, [unknown])
    assert isinstance(answer, Problem)
    assert answer.code == "plan_unknown"


def test_a_flat_fee_is_due_without_use_unless_it_was_paused_throughout() -> None:
    params = graduated.Params((graduated.Band(None, Decimal(1), flat=Decimal(2)),))
    charge = UsageCharge(
        "data", "Data", MeterKind.OCTETS, UNITS["GB"], "graduated", params, Tempo.PERIOD, "", "standard"
    )
    desk = Desk(book({"fiber": Plan("fiber", "Fiber", (), (charge,))}))
    pause, resume = happening(date(2026, 5, 1), PAUSE), happening(date(2026, 6, 1), RESUME)
    of = account(happening(FIRST, START, FIBER), pause, resume)
    made = desk.run(date(2026, 7, 1), of)
    assert [(line.start.month, str(line.amount)) for line in made.lines] == [(4, "2.00"), (6, "2.00")]
    moved = replace(of, customer=replace(of.customer, billed_through=date(2026, 6, 1)))
    assert [line.start.month for line in Desk(*desk.books.versions).run(date(2026, 7, 1), moved).lines] == [6]


def test_a_subscription_that_never_began_is_nothing() -> None:
    assert life(subscription(happening(FIRST, RESUME))) is None
    desk = Desk(book({"fiber": (fee("30.00"),)}))
    assert amounts(desk.run(FIRST, account(happening(FIRST, END)))) == []


def test_pauses_that_touch_are_one() -> None:
    of = subscription(
        happening(FIRST, START, FIBER),
        happening(date(2026, 4, 3), RESUME),
        happening(date(2026, 4, 5), PAUSE),
        happening(date(2026, 4, 9), RESUME, sequence=1),
        happening(date(2026, 4, 9), PAUSE, sequence=2),
        happening(date(2026, 4, 12), RESUME),
        happening(date(2026, 4, 20), PAUSE, sequence=3),
        happening(date(2026, 4, 20), RESUME, sequence=4),
    )
    found = life(of)
    assert found is not None
    assert found.pauses == ((date(2026, 4, 5), date(2026, 4, 12)),)


def test_a_choice_given_up_and_a_slot_added() -> None:
    """Slot 1 is added on the 16th and given up on the 21st: 5 of 30 days of 60.00."""
    desk = Desk(book({"fiber": (fee("30.00"),), "max": (fee("60.00", name="Max"),)}))
    added = Happening(date(2026, 4, 16), PLAN, (MAX,), slot=1)
    gone = Happening(date(2026, 4, 21), QUANTITY, (PlanChoice("", quantity=0),), slot=1, sequence=1)
    ignored = Happening(date(2026, 4, 22), HappeningKind.FEE, (PlanChoice("", "x"),), slot=1, sequence=2)
    of = account(happening(FIRST, START, FIBER), added, gone, ignored)
    assert amounts(desk.run(date(2026, 4, 30), of)) == ["30.00", "10.00"]


def test_a_discount_serves_its_product_and_subscription_only() -> None:
    desk = Desk(book({"fiber": (fee("30.00", product="A"),), "max": (fee("60.00", product="B"),)}))
    both = Happening(FIRST, START, (FIBER, MAX))
    discounts = (
        Discount(1, 1, FIRST, None, Decimal(10), "A only", product="A"),
        Discount(2, 1, FIRST, None, Decimal(10), "Another's", subscription=9),
        Discount(3, 1, date(2026, 5, 1), None, Decimal(10), "Later"),
    )
    of = replace(account(both), discounts=discounts)
    assert amounts(desk.run(FIRST, of)) == ["30.00", "-3.00", "60.00"]
