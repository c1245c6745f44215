"""The engine on worked examples: the figures were done by hand."""

from datetime import date
from decimal import Decimal

import pytest

from jetbill.kernel.book import Applies, Prorate, Proration
from jetbill.kernel.proposal import Account, Outcome, words
from jetbill.kernel.terms import BillDayChange, OneOff, OneOffKind, PlanChoice
from tests.kernel.proposal.billing_desk import (
    END,
    FEE,
    PAUSE,
    PLAN,
    QUANTITY,
    RESUME,
    START,
    YEAR,
    Desk,
    amounts,
    book,
    customer,
    fee,
    happening,
    subscription,
)

FIBER = PlanChoice("fiber")


def one(*happenings: object, bill_day: int = 1, **more: object) -> Account:
    return Account(customer(bill_day), (subscription(*happenings),), **more)  # type: ignore[arg-type]


def test_a_late_start_pays_its_days() -> None:
    desk = Desk(book({"fiber": (fee("31.00"),)}))
    bill = desk.run(date(2026, 1, 11), one(happening(date(2026, 1, 11), START, FIBER)))
    assert [words(line) for line in bill.lines] == ["Fiber, 21 of 31 days"]
    assert amounts(bill) == ["21.00"]


def test_a_pause_gives_back_its_days_and_later_more() -> None:
    """249.95 paid 2 March to 2 April; paused 4 March: 2 of 31 days stay, 16.13; resumed 5 April: 27/30."""
    desk = Desk(book({"fiber": (fee("249.95"),)}))
    start = happening(date(2012, 3, 2), START, FIBER)
    assert amounts(desk.run(date(2012, 3, 2), one(start, bill_day=2))) == ["249.95"]
    paused = happening(date(2012, 3, 4), PAUSE)
    assert amounts(desk.run(date(2012, 3, 5), one(start, paused, bill_day=2))) == ["-233.82"]
    resumed = happening(date(2012, 4, 5), RESUME)
    assert amounts(desk.run(date(2012, 4, 5), one(start, paused, resumed, bill_day=2))) == ["224.96"]


def test_a_plan_change_gives_back_and_charges() -> None:
    """1000 to 3000 a year from 18 February 2024, changed on 5 September: 166 of 366 days are left."""
    desk = Desk(book({"fiber": (fee("1000", YEAR),), "max": (fee("3000", YEAR, name="Max"),)}))
    start = happening(date(2024, 2, 18), START, FIBER)
    assert amounts(desk.run(date(2024, 2, 18), one(start, bill_day=0))) == ["1000.00"]
    change = happening(date(2024, 9, 5), PLAN, PlanChoice("max"))
    bill = desk.run(date(2024, 9, 5), one(start, change, bill_day=0))
    assert amounts(bill) == ["-453.55", "1360.66"]
    assert [words(line) for line in bill.lines] == [
        "Fiber, 166 of 366 days, credited",
        "Max, 166 of 366 days",
    ]


def test_seats_are_credited_first() -> None:
    """5 to 10 seats at 10.00 for half of April: -25.00 and +50.00."""
    desk = Desk(book({"fiber": (fee("10.00"),)}))
    start = happening(date(2026, 4, 1), START, PlanChoice("fiber", quantity=5))
    desk.run(date(2026, 4, 1), one(start))
    more = happening(date(2026, 4, 16), QUANTITY, PlanChoice("fiber", quantity=10))
    assert amounts(desk.run(date(2026, 4, 16), one(start, more))) == ["-25.00", "50.00"]


def test_seats_without_proration_are_paid_in_full_once() -> None:
    rules = Proration(quantity=Prorate.NONE)
    desk = Desk(book({"fiber": (fee("10.00", proration=rules),)}))
    start = happening(date(2026, 4, 1), START, PlanChoice("fiber", quantity=5))
    desk.run(date(2026, 4, 1), one(start))
    more = happening(date(2026, 4, 16), QUANTITY, PlanChoice("fiber", quantity=10))
    assert amounts(desk.run(date(2026, 4, 16), one(start, more))) == ["50.00"]


def test_month_to_year_begins_a_new_cycle() -> None:
    """The last of 31 days at 10.00 is given back, 0.32; the year is full."""
    desk = Desk(
        book({"fiber": (fee("10.00", code="monthly"), fee("100.00", YEAR, code="yearly", name="Fiber year"))})
    )
    start = happening(date(2026, 1, 1), START, PlanChoice("fiber", "monthly"))
    desk.run(date(2026, 1, 1), one(start, bill_day=0))
    change = happening(date(2026, 1, 31), FEE, PlanChoice("fiber", "yearly"))
    bill = desk.run(date(2026, 1, 31), one(start, change, bill_day=0))
    assert amounts(bill) == ["-0.32", "100.00"]
    assert bill.lines[1].end == date(2027, 1, 31)


def test_a_bill_day_change_makes_a_short_period_of_the_new_length() -> None:
    """599.95; bill day 5, from 5 May on 10: 5 of 30 days are 99.99."""
    desk = Desk(book({"fiber": (fee("599.95"),)}))
    start = happening(date(2012, 4, 5), START, FIBER)
    desk.run(date(2012, 4, 5), one(start, bill_day=5))
    changed = one(start, bill_day=5, bill_days=(BillDayChange(date(2012, 5, 5), 10),))
    assert amounts(desk.run(date(2012, 5, 5), changed)) == ["99.99"]
    assert amounts(desk.run(date(2012, 5, 10), changed)) == ["599.95"]


@pytest.mark.parametrize(
    "applies, expected",
    [(Applies.EVERYBODY, ["0.16", "5.81"]), (Applies.NEXT_PERIOD, ["5.00"]), (Applies.NEW, ["5.00"])],
)
def test_a_new_price_holds_for_whom_it_says(applies: Applies, expected: list[str]) -> None:
    """5.00 to 6.00 on 31 March, bill day 30: 1/31 of 5.00 and 30/31 of 6.00, or 5.00 this time."""
    old = book({"fiber": (fee("5.00"),)}, version=1)
    new = book({"fiber": (fee("6.00"),)}, version=2, effective=date(2012, 3, 31), applies=applies)
    desk = Desk(old, new)
    account = one(happening(date(2012, 2, 29), START, FIBER), bill_day=30)
    desk.run(date(2012, 2, 29), account)
    assert amounts(desk.run(date(2012, 3, 30), account)) == expected
    following = "5.00" if applies is Applies.NEW else "6.00"
    assert amounts(desk.run(date(2012, 4, 30), account)) == [following]


def test_a_price_published_after_the_bill_leaves_it_alone() -> None:
    old = book({"fiber": (fee("5.00"),)}, version=1)
    desk = Desk(old)
    account = one(happening(date(2026, 1, 1), START, FIBER))
    desk.run(date(2026, 1, 1), account)
    new = book({"fiber": (fee("6.00"),)}, version=2, effective=date(2026, 1, 10))
    desk.books = Desk(old, new).books
    assert amounts(desk.run(date(2026, 1, 20), account)) == []
    assert amounts(desk.run(date(2026, 2, 1), account)) == ["6.00"]
    # 22 of 31 days at 1.00 more: only when somebody asks for it
    assert amounts(desk.run(date(2026, 2, 1), account, rerate=date(2026, 1, 1))) == ["-3.55", "4.26"]


def test_what_was_given_as_goodwill_is_not_given_back_again() -> None:
    """249.95 less 10.00, changed after one of 31 days to 9.95: new 9.63, repair -239.95, not -241.89."""
    desk = Desk(book({"fiber": (fee("249.95"),), "lite": (fee("9.95", name="Lite"),)}))
    start = happening(date(2026, 1, 1), START, FIBER)
    gift = OneOff(
        1, 1, date(2026, 1, 1), "Sorry", Decimal("-10.00"), kind=OneOffKind.GOODWILL, subscription=1
    )
    desk.run(date(2026, 1, 1), one(start, one_offs=(gift,)))
    change = happening(date(2026, 1, 2), PLAN, PlanChoice("lite"))
    bill = desk.run(date(2026, 1, 2), one(start, change, one_offs=(gift,)))
    assert sorted(amounts(bill)) == ["-239.95", "9.63"]
    assert (bill.total, bill.outcome) == (Decimal("-230.32"), Outcome.CREDIT_NOTE)
    assert not desk.run(date(2026, 1, 3), one(start, change, one_offs=(gift,))).lines


def test_an_end_is_exclusive_and_on_a_boundary_bills_nothing_more() -> None:
    """29.00 for 29 days; the last day is 12 February: 17.00 back."""
    desk = Desk(book({"fiber": (fee("29.00"),)}))
    start = happening(date(2024, 2, 1), START, FIBER)
    desk.run(date(2024, 2, 1), one(start))
    bill = desk.run(date(2024, 2, 20), one(start, happening(date(2024, 2, 13), END)))
    assert amounts(bill) == ["-17.00"]
    other = Desk(book({"fiber": (fee("29.00"),)}))
    other.run(date(2024, 2, 1), one(start))
    assert not other.run(date(2024, 3, 1), one(start, happening(date(2024, 3, 1), END))).lines
