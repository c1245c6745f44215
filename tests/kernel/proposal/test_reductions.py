"""Discounts that follow a line: what they take off, in which order, and what holds for all of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jetbill.kernel.book import Commitment, Plan
from jetbill.kernel.period_total import PeriodTotal
from jetbill.kernel.promotions import Promotion
from jetbill.kernel.proposal import Account, LineKind, NewLine, Policy
from jetbill.kernel.proposal.lines import Key
from jetbill.kernel.proposal.reductions import DISCOUNT, is_old_enough
from jetbill.kernel.terms import Discount, Happening, OneOff, OneOffKind, PlanChoice
from tests.kernel.proposal.billing_desk import (
    END,
    START,
    YEAR,
    Desk,
    amounts,
    book,
    customer,
    fee,
    subscription,
)
from tests.kernel.proposal.test_proposal_laws import DATA, accounts, books, days, end_of_time
from tests.laws import examples

APRIL = date(2026, 4, 1)
FIBER = PlanChoice("fiber")


def off(number: int, *, percent: str = "0", amount: str = "0", **more: object) -> Discount:
    told = {"start": APRIL, "end": None, "text": f"no {number}"} | more
    return Discount(number, 1, percent=Decimal(percent), amount=Decimal(amount), **told)  # type: ignore[arg-type]


def ann(*discounts: Discount, happenings: Sequence[Happening] = ()) -> Account:
    taken = happenings or [Happening(APRIL, START, (FIBER,))]
    return Account(customer(), (subscription(*taken),), discounts=discounts)


@pytest.mark.parametrize(
    "discounts, taken",
    [
        ([off(1, percent="10"), off(2, amount="5.00")], ["-10.00", "-5.00"]),
        ([off(1, percent="10", rank=2), off(2, amount="5.00", rank=1)], ["-5.00", "-9.50"]),
        ([off(1, percent="10"), off(2, percent="10")], ["-10.00", "-9.00"]),
        ([off(1, amount="60.00"), off(2, amount="60.00")], ["-60.00", "-40.00"]),
        ([off(1, amount="500.00"), off(2, percent="50")], ["-100.00"]),
        ([off(1, amount="5.00", plans=("fiber",)), off(2, amount="5.00", plans=("voice",))], ["-5.00"]),
    ],
)
def test_discounts_are_taken_one_after_the_other(discounts: list[Discount], taken: list[str]) -> None:
    desk = Desk(book({"fiber": (fee("100.00"),)}))
    assert amounts(desk.run(APRIL, ann(*discounts))) == ["100.00", *taken]


def test_an_amount_is_for_a_whole_period_of_a_fee() -> None:
    """15 of 30 days: 50.00 and 2.50. The setup fee of 20.00 has nothing off."""
    desk = Desk(book({"fiber": (fee("100.00"), fee("20.00", None, code="setup"))}))
    taken = [Happening(date(2026, 4, 16), START, (FIBER,))]
    assert amounts(desk.run(date(2026, 4, 16), ann(off(1, amount="5.00"), happenings=taken))) == [
        *("20.00", "50.00", "-2.50")
    ]


def test_an_amount_off_a_yearly_fee_is_for_the_year() -> None:
    desk = Desk(book({"fiber": (fee("341.00", YEAR),)}))
    assert amounts(desk.run(APRIL, ann(off(1, amount="41.00")))) == ["341.00", "-41.00"]


def test_an_amount_is_repaired_with_its_line() -> None:
    """Cancelled from the 16th: half of 100.00 and of 5.00 come back."""
    desk = Desk(book({"fiber": (fee("100.00"),)}))
    desk.run(APRIL, ann(off(1, amount="5.00")))
    ended = [Happening(APRIL, START, (FIBER,)), Happening(date(2026, 4, 16), END, (), sequence=1)]
    assert amounts(desk.run(date(2026, 5, 1), ann(off(1, amount="5.00"), happenings=ended))) == [
        "-50.00",
        "2.50",
    ]


def test_what_is_off_a_minimum_is_not_given_twice() -> None:
    """A minimum of 10.00 less 10 % is 9.00; once it is billed nothing is new, also long after the start."""
    charge = replace(DATA, commitment=Commitment(Decimal(10)))
    desk = Desk(book({"fiber": Plan("fiber", "Fiber", (), (charge,))}))
    of = ann(off(1, percent="10"))
    for month in range(5, 10):
        assert amounts(desk.run(date(2026, month, 1), of)) == ["10.00", "-1.00"]
        assert amounts(desk.run(date(2026, month, 1), of)) == []
    # August: 5.00 used (15 GB over 5 at 0.333 are 5.00), so 5.00 are missing to the minimum
    used = [
        PeriodTotal(1, "0:data", date(2026, 8, 1), date(2026, 9, 1), "", Fraction(20 * 10**9), "fiber", 0)
    ]
    late = desk.run(date(2026, 9, 2), of, used)
    assert amounts(late) == ["5.00", "-0.50", "-5.00", "0.50"]


kinds = st.one_of(
    st.builds(lambda n: {"percent": Decimal(n)}, st.integers(1, 100)),
    st.builds(lambda n: {"amount": Decimal(n)}, st.integers(1, 500)),
)


@st.composite
def discounts(draw: st.DrawFn, number: int) -> Discount:
    start = draw(days)
    end = draw(st.none() | days)
    return off(
        number,
        start=start,
        end=end if end is None or end > start else None,
        plans=draw(st.sampled_from([(), ("max",), ("basic", "max")])),
        product=draw(st.sampled_from(["", "", "max"])),
        rank=draw(st.integers(-1, 1)),
        **{name: str(value) for name, value in draw(kinds).items()},
    )


stacks = st.tuples(discounts(1), discounts(2), discounts(3)).map(lambda found: found[:3])


@given(books(), accounts(), stacks, days)
@settings(deadline=None, max_examples=examples(60))
def test_a_second_run_takes_nothing_off_again(
    desk: Desk, account: Account, stack: tuple[Discount, ...], target: date
) -> None:
    of = replace(account, discounts=stack)
    desk.run(target, of)
    assert not desk.run(target, of).lines
    assert not desk.run(target, replace(of, touched=frozenset({1}))).lines


@given(books(), accounts(), stacks, st.lists(days, min_size=1, max_size=4))
@settings(deadline=None, max_examples=examples(60))
def test_how_often_was_run_takes_nothing_off(
    desk: Desk, account: Account, stack: tuple[Discount, ...], targets: list[date]
) -> None:
    of = replace(account, discounts=stack)
    alone = end_of_time(of, desk, max(targets))
    for target in sorted(targets):
        desk.run(target, of)
    assert desk.total() == alone


@given(books(), accounts(), stacks, st.lists(days, min_size=1, max_size=3))
@settings(deadline=None, max_examples=examples(60))
def test_a_discount_given_late_is_as_one_given_in_time(
    desk: Desk, account: Account, stack: tuple[Discount, ...], targets: list[date]
) -> None:
    """Inside the look-back; and one that is taken back as if it had never been."""
    of = replace(account, discounts=stack)
    for number, target in enumerate(sorted(targets)):
        desk.run(target, replace(account, discounts=stack[:number]))
    desk.run(max(targets), of)
    assert desk.total() == end_of_time(of, desk, max(targets))
    ended = tuple([replace(each, end=each.start) for each in stack])
    desk.run(max(targets), replace(account, discounts=ended))
    assert desk.total() == end_of_time(account, desk, max(targets))


@given(books(), accounts(), stacks, days)
@settings(deadline=None, max_examples=examples(80))
def test_nothing_goes_below_nothing_and_the_order_is_the_stated_one(
    desk: Desk, account: Account, stack: tuple[Discount, ...], target: date
) -> None:
    lines = desk.run(target, replace(account, discounts=stack)).lines
    ranks = {str(each.id): (each.rank, each.id) for each in stack}
    left: dict[Key, Decimal] = {}
    taken: dict[Key, list[tuple[int, int]]] = {}
    for line in lines:
        component, mark, which = line.key.component.partition(DISCOUNT)
        key = line.key._replace(component=component)
        left[key] = left.get(key, Decimal(0)) + line.amount
        if mark:
            assert line.item.kind is LineKind.DISCOUNT
            assert line.amount < 0
            taken.setdefault(key, []).append(ranks[which])
    assert all(amount >= 0 for amount in left.values())
    assert all(found == sorted(found) for found in taken.values())
    assert sum(left.values()) == _sum(lines)


promotions = st.builds(
    Promotion,
    code=st.sampled_from(["a", "b"]),
    name=st.just("Promotion"),
    percent=st.integers(1, 100).map(Decimal),
    plans=st.sampled_from([(), ("basic",), ("max",)]),
    after_months=st.integers(0, 5),
    beside=st.sampled_from([(), ("basic",), ("max",)]),
    rank=st.integers(-1, 1),
)


@st.composite
def promoting(draw: st.DrawFn) -> tuple[Desk, Account]:
    """A book that takes off by itself, and somebody with two subscriptions of it."""
    desk, account = draw(books()), draw(accounts())
    found = {each.code: each for each in draw(st.lists(promotions, min_size=1, max_size=2))}
    second = replace(draw(accounts()).subscriptions[0], id=2)
    (version,) = desk.books.versions
    both = replace(account, subscriptions=(*account.subscriptions, second))
    return Desk(replace(version, promotions=found), policy=desk.policy), both


@given(promoting(), stacks, st.lists(days, min_size=1, max_size=4))
@settings(deadline=None, max_examples=examples(80))
def test_what_a_book_takes_off_is_taken_once_however_often_was_run(
    of: tuple[Desk, Account], stack: tuple[Discount, ...], targets: list[date]
) -> None:
    desk, account = of[0], replace(of[1], discounts=stack)
    alone = end_of_time(account, desk, max(targets))
    for target in sorted(targets):
        desk.run(target, account)
    assert desk.total() == alone
    assert not desk.run(max(targets), replace(account, touched=frozenset({1, 2}))).lines


@given(promoting(), st.lists(days, min_size=1, max_size=4))
@settings(deadline=None, max_examples=examples(80))
def test_what_a_book_takes_off_does_not_depend_on_when_we_learn(
    of: tuple[Desk, Account], targets: list[date]
) -> None:
    """Of what happened to one subscription, which may make the other one cheaper."""
    desk, account = of
    first, second = account.subscriptions
    for number, target in enumerate(sorted(targets), 1):
        so_far = replace(first, happenings=first.happenings[:number])
        desk.run(target, replace(account, subscriptions=(so_far, second), bill_days=()))
    desk.run(max(targets), replace(account, touched=frozenset({1})))
    assert desk.total() == end_of_time(account, desk, max(targets))
    assert not desk.run(max(targets), account).lines


def test_an_age_is_reached_on_the_last_day_of_a_shorter_month() -> None:
    loyal = Promotion("loyal", "Loyalty", Decimal(5), after_months=24)
    began = date(2024, 2, 29)
    assert not is_old_enough(loyal, began, date(2026, 2, 27))
    assert is_old_enough(loyal, began, date(2026, 2, 28))


credits = st.lists(st.tuples(st.integers(1, 12), st.integers(1, 20_000)), max_size=3)


@given(credits, st.integers(1, 9_999), st.integers(0, 3), st.sets(st.integers(1, 11)))
@settings(deadline=None, max_examples=examples(80))
def test_a_bill_credit_is_given_until_it_is_used_up_and_no_more(
    told: list[tuple[int, int]], cents: int, look_back: int, skipped: set[int]
) -> None:
    """However far the realm looks back and whatever runs are left out; no bill is below nothing."""
    desk = Desk(book({"fiber": (fee(str(Decimal(cents).scaleb(-2))),)}), policy=Policy(look_back=look_back))
    one_offs = tuple(
        OneOff(n, 1, date(2026, month, 1), "Credit", Decimal(-amount).scaleb(-2), kind=OneOffKind.DISCOUNT)
        for n, (month, amount) in enumerate(told)
    )
    account = replace(ann(happenings=[Happening(date(2026, 1, 1), START, (FIBER,))]), one_offs=one_offs)
    left = Decimal(0)
    for month in range(1, 13):
        left += sum((-each.amount for each in one_offs if each.on.month == month), Decimal(0))
        if month in skipped:
            continue
        lines = desk.run(date(2026, month, 1), account).lines
        given = -sum((line.amount for line in lines if line.item.kind is LineKind.DISCOUNT), Decimal(0))
        assert given == min(left, _sum(lines) + given)
        left -= given
        assert not desk.run(date(2026, month, 1), account).lines


def _sum(lines: Sequence[NewLine]) -> Decimal:
    return sum((line.amount for line in lines), Decimal(0))
