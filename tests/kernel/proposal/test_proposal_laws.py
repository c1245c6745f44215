"""What holds for every account: run again and nothing is new, and how often it was run does not matter."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from jetbill.kernel.book import (
    Alignment,
    Commitment,
    Every,
    MeterKind,
    Phase,
    Plan,
    Prorate,
    Proration,
    Span,
    Tempo,
    Timing,
    UsageCharge,
)
from jetbill.kernel.charge_models import graduated
from jetbill.kernel.money import HALF_UP
from jetbill.kernel.period_total import PeriodTotal
from jetbill.kernel.proposal import Account, Policy
from jetbill.kernel.proposal.account import Bounds
from jetbill.kernel.terms import BillDayChange, Happening, PlanChoice
from jetbill.kernel.units import UNITS
from tests.kernel.proposal.billing_desk import (
    END,
    FEE,
    PAUSE,
    PLAN,
    QUANTITY,
    RESUME,
    START,
    Desk,
    book,
    customer,
    fee,
    subscription,
)
from tests.laws import examples

FIRST = date(2023, 11, 1)
LAST = date(2024, 5, 15)
LOOK_BACK = Policy(look_back=12, bounds=Bounds(amount=Decimal(10**8)))  # drawn prices add up over years

DATA = UsageCharge(
    "data",
    "Data",
    MeterKind.OCTETS,
    UNITS["GB"],
    "graduated",
    graduated.Params((graduated.Band(Decimal(5)), graduated.Band(None, Decimal("0.333")))),
    Tempo.PERIOD,
    "",
    "standard",
)

days = st.dates(FIRST, LAST)
everies = st.sampled_from(
    [
        Every(1, Span.MONTH),
        Every(3, Span.MONTH),
        Every(12, Span.MONTH),
        Every(2, Span.WEEK),
        Every(10, Span.DAY),
    ]
)
rules = st.builds(
    Proration,
    **{
        name: st.sampled_from([Prorate.DAYS, Prorate.FIXED_30, Prorate.NONE])
        for name in ("start", "end", "quantity", "plan", "pause", "bill_day")
    },
)
phases = st.lists(
    st.builds(
        Phase,
        st.integers(0, 99).map(Decimal),
        st.builds(Every, st.integers(1, 40), st.just(Span.DAY)) | st.just(Every(1, Span.MONTH)),
    ),
    max_size=2,
).map(tuple)
fees = st.builds(
    lambda every, timing, alignment, proration, price, phases: fee(
        str(price), every, timing=timing, alignment=alignment, proration=proration, phases=phases
    ),
    everies,
    st.sampled_from(list(Timing)),
    st.sampled_from(list(Alignment)),
    rules,
    st.decimals("0.01", "999.99", places=2),
    st.just(()) | phases,
)


@st.composite
def books(draw: st.DrawFn) -> Desk:
    plans = {}
    for code in ("basic", "max"):
        product = draw(st.sampled_from(["", code]))
        first = replace(draw(fees), code="one", name=f"{code} one", product=product)
        second = replace(draw(fees), code="two", name=f"{code} two")
        setup = fee("20.00", None, code="setup", name=f"{code} setup")
        plans[code] = Plan(code, code, (first, second, setup), (DATA,))
    return Desk(book(plans), policy=LOOK_BACK)


choices = st.builds(
    PlanChoice, st.sampled_from(["basic", "max"]), st.sampled_from(["one", "two"]), st.integers(1, 9)
)


@st.composite
def lives(draw: st.DrawFn) -> tuple[Happening, ...]:
    start = draw(st.dates(FIRST, date(2024, 2, 28)))
    kinds = draw(st.lists(st.sampled_from([PLAN, FEE, QUANTITY, PAUSE, RESUME, END]), max_size=4))
    found = [Happening(start, START, (draw(choices),))]
    on = start
    for number, kind in enumerate(kinds, 1):
        on += timedelta(days=draw(st.integers(0, 45)))
        given_choices = () if kind in (PAUSE, RESUME, END) else (draw(choices),)
        found.append(Happening(on, kind, given_choices, sequence=number))
    return tuple(found)


bill_days = st.sampled_from([0, 1, 15, 29, 31])


@st.composite
def accounts(draw: st.DrawFn) -> Account:
    changes = draw(st.lists(st.builds(BillDayChange, days, st.integers(1, 31)), max_size=1))
    return Account(customer(draw(bill_days)), (subscription(*draw(lives())),), tuple(changes))


def end_of_time(account: Account, desk: Desk, target: date) -> Decimal:
    """What one single run, on its own, makes of it."""
    other = Desk(*desk.books.versions, policy=desk.policy)
    other.run(target, account)
    return other.total()


@given(books(), accounts(), days)
@settings(deadline=None, max_examples=examples(60))
def test_a_second_run_finds_nothing(desk: Desk, account: Account, target: date) -> None:
    desk.run(target, account)
    assert not desk.run(target, account).lines
    touched = replace(account, touched=frozenset({1}))
    assert not desk.run(target, touched).lines


@given(books(), accounts(), st.lists(days, min_size=1, max_size=5))
@settings(deadline=None, max_examples=examples(60))
def test_runs_on_the_way_make_no_difference(desk: Desk, account: Account, targets: list[date]) -> None:
    alone = end_of_time(account, desk, max(targets))
    for target in sorted(targets):
        desk.run(target, account)
    assert desk.total() == alone


@given(books(), accounts(), st.lists(days, min_size=1, max_size=4))
@settings(deadline=None, max_examples=examples(60))
def test_it_does_not_matter_when_we_learn_of_it(desk: Desk, account: Account, targets: list[date]) -> None:
    """Runs that know only the first happenings, then one that knows all: as one that knew all along.

    What was billed too early, as a plan without proration of its end, stays charged where a rule says full.
    """
    known = account.subscriptions[0]
    for number, target in enumerate(sorted(targets), 1):
        so_far = replace(known, happenings=known.happenings[:number])
        desk.run(target, replace(account, subscriptions=(so_far,), bill_days=()))
    desk.run(max(targets), replace(account, touched=frozenset({1})))
    assert desk.total() == end_of_time(account, desk, max(targets))
    assert not desk.run(max(targets), account).lines


@given(books(), accounts(), days)
@settings(deadline=None, max_examples=examples(50))
def test_a_change_taken_back_nets_to_nothing(desk: Desk, account: Account, target: date) -> None:
    full = account.subscriptions[0]
    before = replace(account, bill_days=(), subscriptions=(replace(full, happenings=full.happenings[:1]),))
    desk.run(target, before)
    was = desk.total()
    desk.run(target, account)
    desk.run(target, replace(before, touched=frozenset({1})))
    assert desk.total() == was


@given(books(), accounts(), st.integers(1, 28), st.integers(0, 2))
@settings(deadline=None, max_examples=examples(60))
def test_a_short_look_back_is_enough_for_who_is_told_in_time(
    desk: Desk, account: Account, day: int, look_back: int
) -> None:
    """Runs once a month that know what has happened by then come to what one run at the end comes to."""
    targets = [date(2023 + (9 + n) // 12, (9 + n) % 12 + 1, day) for n in range(1, 12)]
    monthly = Desk(*desk.books.versions, policy=Policy(look_back=look_back))
    for target in targets:
        known = account.subscriptions[0]
        happened = tuple(each for each in known.happenings if each.on <= target)
        changed = tuple(each for each in account.bill_days if each.on <= target)
        monthly.run(
            target,
            replace(account, subscriptions=(replace(known, happenings=happened),), bill_days=changed),
        )
    alone = replace(account, bill_days=tuple(e for e in account.bill_days if e.on <= targets[-1]))
    kept = tuple(e for e in account.subscriptions[0].happenings if e.on <= targets[-1])
    alone = replace(alone, subscriptions=(replace(account.subscriptions[0], happenings=kept),))
    assert monthly.total() == end_of_time(alone, desk, targets[-1])


totals = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 30 * 10**9)), max_size=8)


@given(totals, st.randoms())
def test_usage_may_arrive_in_any_order(parts: list[tuple[int, int]], random: object) -> None:
    """Totals that grow between runs add up to what one run with all of them makes."""
    desk = Desk(book({"basic": Plan("basic", "basic", (), (DATA,))}), policy=LOOK_BACK)
    account = Account(customer(), (subscription(Happening(date(2024, 1, 1), START, (PlanChoice("basic"),))),))
    target = date(2024, 6, 1)
    for number in range(len(parts) + 1):
        desk.run(target, account, _totals(parts[:number]))
    alone = Desk(*desk.books.versions, policy=LOOK_BACK)
    alone.run(target, account, _totals(parts[::-1]))
    assert desk.total() == alone.total()


bounds = st.builds(
    Commitment, st.none() | st.integers(0, 6).map(Decimal), st.none() | st.integers(6, 9).map(Decimal)
)


@given(totals, bounds)
def test_a_commitment_is_kept_month_by_month_however_late_usage_comes(
    parts: list[tuple[int, int]], commitment: Commitment
) -> None:
    charge = replace(DATA, commitment=commitment)
    desk = Desk(book({"basic": Plan("basic", "basic", (), (charge,))}), policy=LOOK_BACK)
    account = Account(
        customer(), (subscription(Happening(date(2024, 1, 11), START, (PlanChoice("basic"),))),)
    )
    for number in range(len(parts) + 1):
        desk.run(date(2024, 6, 1), account, _totals(parts[:number], 11))
    for month in range(1, 5):
        octets = sum(each for of, each in parts if of == month)
        least, most = commitment.minimum or Decimal(0), commitment.maximum
        due = HALF_UP.amount(Fraction(least) * (Fraction(21, 31) if month == 1 else 1), "EUR")
        spent = HALF_UP.amount(graduated.price(Fraction(octets, 10**9), charge.params).amount, "EUR")
        billed = [each.amount for each in desk.invoiced if each.key.period_start.month == month]
        assert sum(billed) == max(due, spent if most is None else min(spent, most))


def _totals(parts: Sequence[tuple[int, int]], first_day: int = 1) -> list[PeriodTotal]:
    return [
        PeriodTotal(
            1,
            "0:data",
            date(2024, month, first_day if month == 1 else 1),
            date(2024, month + 1, 1),
            "",
            Fraction(octets),
            "basic",
            0,
            service=number,
        )
        for number, (month, octets) in enumerate(parts)
    ]


@given(books(), accounts(), days)
@settings(deadline=None, max_examples=examples(50))
def test_lines_tell_their_story(desk: Desk, account: Account, target: date) -> None:
    """Keys with revisions are unique, periods are inside the life, nothing is zero."""
    bill = desk.run(target, account)
    assert len({(line.key, line.revision) for line in bill.lines}) == len(bill.lines)
    start = account.subscriptions[0].happenings[0].on
    for line in bill.lines:
        assert line.amount
        assert line.start <= line.end
        assert line.key.period_start >= start
    assert bill.tax.payable == sum((line.amount for line in bill.lines), Decimal(0))
