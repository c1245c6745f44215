"""Bugs that other billing systems had, each told by its symptom; none may be ours."""

import pickle
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from jetbill.kernel.book import Every, Prorate, Proration, Span
from jetbill.kernel.proposal import Account, Outcome, Problem, Run, bill, open_for, propose
from jetbill.kernel.proposal.account import Bounds, History, Policy
from jetbill.kernel.terms import Happening, OneOff, OneOffKind, PlanChoice
from tests.kernel.proposal.billing_desk import (
    END,
    PLAN,
    QUANTITY,
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
QUARTER = Every(3, Span.MONTH)


def account(*happenings: Happening, bill_day: int = 1, zone: str = "Europe/Vienna") -> Account:
    return Account(customer(bill_day, zone=zone), (subscription(*happenings),))


def bills(desk: Desk, of: Account, *days: date) -> list[list[str]]:
    return [amounts(desk.run(day, of)) for day in days]


def test_bill_day_31_is_billed_in_every_month() -> None:
    """killbill#127: nothing at all."""
    desk = Desk(book({"fiber": (fee("31.00"),)}))
    of = account(happening(date(2026, 1, 31), START, FIBER), bill_day=31)
    ends = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)]
    assert bills(desk, of, *ends) == [["31.00"]] * 5


def test_a_start_on_the_last_of_a_month_is_not_a_day_early() -> None:
    """killbill#2133: the period began on the 30th."""
    desk = Desk(book({"fiber": (fee("31.00"),)}))
    made = desk.run(date(2026, 3, 31), account(happening(date(2026, 3, 31), START, FIBER), bill_day=0))
    assert (made.lines[0].start, made.lines[0].end) == (date(2026, 3, 31), date(2026, 4, 30))


def test_the_denominator_is_the_whole_period_after_a_change() -> None:
    """lago-api PR#6194: 42 or 87 of 91 days after an upgrade. From 13 January 78 of 90 days are left."""
    desk = Desk(book({"fiber": (fee("90.00", QUARTER),), "max": (fee("180.00", QUARTER, name="Max"),)}))
    start = happening(date(2026, 1, 1), START, FIBER)
    desk.run(date(2026, 1, 1), account(start))
    change = happening(date(2026, 1, 13), PLAN, PlanChoice("max"))
    made = desk.run(date(2026, 1, 13), account(start, change))
    assert [line.share for line in made.lines] == [(78, 90), (78, 90)]
    assert amounts(made) == ["-78.00", "156.00"]


def test_the_day_of_an_upgrade_is_billed_once() -> None:
    """lago-api PR#1695, PR#1778: both plans had the day; and the credit was above the fee."""
    desk = Desk(book({"fiber": (fee("30.00"),), "max": (fee("30.00", name="Max"),)}))
    start = happening(date(2026, 4, 1), START, FIBER)
    desk.run(date(2026, 4, 1), account(start))
    for day in range(2, 30):
        change = happening(date(2026, 4, day), PLAN, PlanChoice("max"))
        other = Desk(*desk.books.versions)
        other.invoiced, other.billed_to = desk.invoiced, desk.billed_to
        made = other.run(date(2026, 4, day), account(start, change))
        assert made.total == 0
        assert -made.lines[0].amount == Decimal(31 - day)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Asia/Kolkata", "Europe/Vienna", "Pacific/Pago_Pago"])
def test_there_is_one_bill_a_day_in_every_zone(zone: str) -> None:
    """lago-api PR#879, killbill PR#1856: two invoices east of Greenwich."""
    desk = Desk(book({"fiber": (fee("31.00"),)}))
    of = account(happening(date(2026, 1, 1), START, FIBER), zone=zone)
    days = [date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 1), date(2026, 2, 2)]
    assert bills(desk, of, *days) == [["31.00"], ["31.00"], [], []]


def test_billing_ends_across_clock_changes() -> None:
    """killbill#445: an endless loop. 19 months, three changes of the clock in Juneau: 19 times 249.95."""
    desk = Desk(book({"fiber": (fee("249.95", proration=Proration(start=Prorate.SECONDS)),)}))
    of = account(happening(date(2014, 9, 1), START, FIBER), zone="America/Juneau")
    made = desk.run(date(2016, 3, 31), of)
    assert amounts(made) == ["249.95"] * 19


def test_a_runaway_is_parked() -> None:
    """killbill#26: invoice after invoice. Beyond the bounds nothing is billed, and the reason is told."""
    daily = fee("1.00", Every(1, Span.DAY))
    desk = Desk(book({"fiber": (daily,)}), policy=Policy(bounds=Bounds(periods=100)))
    answer = desk.preview(date(2026, 12, 31), account(happening(date(2020, 1, 1), START, FIBER)))
    assert isinstance(answer, Problem)
    assert answer.code == "too_many_periods"


@pytest.mark.parametrize(
    "bounds, code", [(Bounds(amount=Decimal("30.99")), "too_large"), (Bounds(lines=0), "too_many_lines")]
)
def test_bounds_park_a_bill(bounds: Bounds, code: str) -> None:
    desk = Desk(book({"fiber": (fee("31.00"),)}), policy=Policy(bounds=bounds))
    answer = desk.preview(date(2026, 1, 1), account(happening(date(2026, 1, 1), START, FIBER)))
    assert isinstance(answer, Problem)
    assert answer.code == code


def test_a_short_first_period_is_a_share_of_the_aligned_month() -> None:
    """14 of 28 days, not 14 of 31: the previous boundary was clamped."""
    desk = Desk(book({"fiber": (fee("28.00"),)}))
    made = desk.run(date(2011, 2, 14), account(happening(date(2011, 2, 14), START, FIBER), bill_day=31))
    assert amounts(made) == ["14.00"]


def test_a_missed_day_is_caught_up() -> None:
    """Where "due" meant "due today", a missed day billed nothing."""
    desk = Desk(book({"fiber": (fee("31.00"),)}))
    of = account(happening(date(2026, 1, 1), START, FIBER))
    assert bills(desk, of, date(2026, 1, 1), date(2026, 3, 5)) == [["31.00"], ["31.00", "31.00"]]


def test_many_small_shares_never_add_up_to_more() -> None:
    """flexprice PR#814: roundings added up. With a change a day at most a cent for each piece stays."""
    plans = {f"p{n}": (fee("10.00", name=f"p{n}"),) for n in range(5)}
    desk = Desk(book(plans))
    known = [happening(date(2026, 1, 1), START, PlanChoice("p0"))]
    desk.run(date(2026, 1, 1), account(*known))
    for n in range(1, 31):
        day = date(2026, 1, 1) + timedelta(days=n)
        known.append(Happening(day, PLAN, (PlanChoice(f"p{n % 5}"),), sequence=n))
        desk.run(day, account(*known))
    assert abs(desk.total() - Decimal("10.00")) <= Decimal("0.31")
    alone = Desk(*desk.books.versions)
    alone.run(date(2026, 1, 31), account(*known))
    assert desk.total() == alone.total()


def test_a_rerun_changes_nothing_that_was_billed() -> None:
    """cgrates#48: a second rating debited twice."""
    desk = Desk(book({"fiber": (fee("31.00"),)}))
    of = account(happening(date(2026, 1, 1), START, FIBER))
    desk.run(date(2026, 1, 1), of)
    assert amounts(desk.run(date(2026, 1, 1), of, rerate=date(2025, 1, 1))) == []
    assert amounts(desk.run(date(2025, 12, 1), of)) == []


def test_half_cents_go_away_from_zero() -> None:
    """Lago, Meteroid, Polar: floats or banker's rounding. 0.05 x 15/30 = 0.025 is 0.03, not 0.02."""
    desk = Desk(book({"fiber": (fee("0.05"),)}))
    made = desk.run(date(2026, 4, 16), account(happening(date(2026, 4, 16), START, FIBER)))
    assert amounts(made) == ["0.03"]


def test_different_periods_stand_on_one_bill() -> None:
    """flexprice PR#1663: refused."""
    desk = Desk(book({"fiber": (fee("31.00"),), "domain": (fee("12.00", YEAR, name="Domain"),)}))
    start = Happening(date(2026, 1, 1), START, (FIBER, PlanChoice("domain")))
    made = desk.run(date(2026, 1, 1), account(start))
    assert [(line.item.name, str(line.amount)) for line in made.lines] == [
        ("Fiber", "31.00"),
        ("Domain", "12.00"),
    ]


def test_a_change_behind_the_look_back_is_not_half_applied() -> None:
    """A yearly fee, paid; moved to another length of period two years ago: a person must look."""
    desk = Desk(book({"fiber": (fee("100.00", YEAR),), "max": (fee("20.00", name="Max"),)}))
    start = happening(date(2024, 1, 1), START, FIBER)
    for day in (date(2024, 1, 1), date(2025, 1, 1), date(2026, 1, 1), date(2026, 6, 1)):
        desk.run(day, account(start))
    late = happening(date(2024, 5, 10), PLAN, PlanChoice("max"))
    answer = desk.preview(date(2026, 7, 1), account(start, late))
    assert isinstance(answer, Problem)
    assert answer.code == "backdated"


@pytest.mark.parametrize(
    "change, code",
    [
        ({"plan": "gone"}, "plan_unknown"),
        ({"fee": "gone"}, "fee_unknown"),
        ({"book": "gone"}, "book_unknown"),
        ({"currency": "USD"}, "currency"),
        ({"tax_class": "gone"}, "tax_unknown"),
    ],
)
def test_what_cannot_be_billed_is_parked_with_its_reason(change: dict[str, str], code: str) -> None:
    desk = Desk(book({"fiber": (fee("31.00", tax_class=change.get("tax_class", "standard")),)}))
    choice = PlanChoice(change.get("plan", "fiber"), change.get("fee", ""))
    terms = replace(subscription(happening(date(2026, 1, 1), START, choice)), book=change.get("book", "book"))
    of = Account(customer(currency=change.get("currency", "EUR")), (terms,))
    answer = bill(of, desk.books, History(), Run(date(2026, 1, 1)))
    assert isinstance(answer, Problem)
    assert answer.code == code
    assert answer.told


def test_gross_and_net_prices_do_not_mix() -> None:
    net = book({"fiber": (fee("31.00"),)})
    gross = book({"mobile": (fee("10.00"),)}, code="gross", prices_include_tax=True)
    desk = Desk(net, gross)
    one = subscription(happening(date(2026, 1, 1), START, FIBER))
    two = replace(subscription(happening(date(2026, 1, 1), START, PlanChoice("mobile")), id=2), book="gross")
    answer = desk.preview(date(2026, 1, 1), Account(customer(), (one, two)))
    assert isinstance(answer, Problem)
    assert answer.code == "mixed_tax"


def test_the_last_small_bill_does_not_wait_for_ever() -> None:
    desk = Desk(book({"fiber": (fee("3.00"),)}), policy=Policy(minimum=Decimal(5)))
    start = happening(date(2026, 1, 1), START, FIBER)
    assert desk.run(date(2026, 1, 1), account(start)).outcome is Outcome.CARRIED
    gone = account(start, happening(date(2026, 1, 16), END))
    made = desk.run(date(2026, 2, 1), gone)
    assert (made.outcome, str(made.total)) == (Outcome.INVOICE, "1.45")


def test_a_customer_without_subscription_pays_single_lines() -> None:
    visit = OneOff(7, 1, date(2026, 1, 5), "Visit", Decimal("80.00"), kind=OneOffKind.CHARGE)
    desk = Desk(book({"fiber": (fee("31.00"),)}))
    of = Account(customer(), (), one_offs=(visit,))
    assert bills(desk, of, date(2026, 1, 4), date(2026, 1, 5), date(2026, 1, 6)) == [[], ["80.00"], []]


def test_the_work_does_not_grow_with_history() -> None:
    """After three years as many lines are proposed as after one, also for who just changed something."""
    desk = Desk(book({"fiber": (fee("31.00"),)}))
    start = happening(date(2023, 1, 1), START, FIBER)
    proposed: dict[int, tuple[int, int]] = {}
    for month in range(37):
        day = date(2023 + month // 12, month % 12 + 1, 1)
        change = happening(day, QUANTITY, PlanChoice("fiber", quantity=2))
        proposed[month] = (_proposed(desk, account(start), day), _proposed(desk, account(start, change), day))
        desk.run(day, account(start))
    assert proposed[12] == proposed[36] == (1, 4)  # the new month; with the last one and two closed ones


def _proposed(desk: Desk, of: Account, day: date) -> int:
    of = replace(of, billed_to=desk.billed_to)
    run = Run(day, desk.policy)
    since = open_for(run, desk.billed_to)
    issued = [each for each in desk.invoiced if since is None or each.key.period_end > since]
    return len(propose(of, desk.books, History((), issued), run).lines)


def test_everything_can_be_sent_to_another_process() -> None:
    desk = Desk(book({"fiber": (fee("31.00"),)}))
    of = account(happening(date(2026, 1, 11), START, FIBER))
    sent = pickle.loads(pickle.dumps((of, desk.books, History(), Run(date(2026, 1, 11)))))
    made = bill(*sent)
    assert pickle.loads(pickle.dumps(made)) == bill(of, desk.books, History(), Run(date(2026, 1, 11)))
