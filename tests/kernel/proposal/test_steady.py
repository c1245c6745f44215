"""The short way for subscriptions to which nothing happens gives what the long way gives."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from jetbill.kernel.book import (
    Alignment,
    Applies,
    Every,
    Fee,
    MeterKind,
    Phase,
    Plan,
    Span,
    Tempo,
    UsageCharge,
)
from jetbill.kernel.charge_models.per_unit import Params
from jetbill.kernel.life import life
from jetbill.kernel.promotions import Promotion
from jetbill.kernel.proposal import (
    Account,
    Bill,
    Books,
    History,
    InvoicedSum,
    Item,
    Key,
    LineKind,
    Policy,
    Run,
    bill,
    issued_since,
    pattern,
)
from jetbill.kernel.proposal.account import open_for
from jetbill.kernel.proposal.case import Opened, case_of, subject
from jetbill.kernel.proposal.fees import long_way
from jetbill.kernel.proposal.steady import steady_lines
from jetbill.kernel.terms import BillDayChange, Happening, OneOff, PlanChoice
from jetbill.kernel.units import unit
from tests.kernel.proposal.billing_desk import START, Desk, book, customer, fee, subscription
from tests.kernel.proposal.test_proposal_laws import bill_days, books, choices
from tests.laws import examples

starts = st.dates(date(2020, 1, 1), date(2023, 6, 1))


@given(books(), starts, choices, bill_days, st.integers(0, 70))
@settings(deadline=None, max_examples=examples(100))
def test_the_short_way_is_the_long_way(
    desk: Desk, start: date, choice: PlanChoice, bill_day: int, later: int
) -> None:
    billed_to = date(2024, 8, 20)
    terms = subscription(Happening(start, START, (choice, replace(choice, plan="max"))))
    account = Account(customer(bill_day), (terms,), billed_to=billed_to)
    case = case_of(account, desk.books, History(), Run(billed_to + timedelta(days=later), desk.policy))
    of = subject(case, terms, life(terms))  # type: ignore[arg-type]
    short = steady_lines(of)
    assert short is not None
    assert short == list(long_way(of, Opened(date.min, date.max)))


two_choices = st.tuples(choices, choices)
later = st.tuples(st.integers(0, 70), st.integers(0, 3))
any_day = st.dates(date(2020, 1, 1), date(2024, 8, 25))
lengths = st.builds(Every, st.integers(1, 5), st.sampled_from(Span))
phase = st.builds(Phase, st.sampled_from([Decimal(0), Decimal(7)]), lengths)
introductions = st.lists(phase, max_size=2).map(tuple)
off = st.builds(
    Promotion,
    st.just("off"),
    st.just("Off"),
    st.just(Decimal(10)),
    plans=st.sampled_from([(), ("max",)]),
    after_months=st.sampled_from([0, 1, 6, 12, 24, 36]),
    beside=st.sampled_from([(), ("basic",)]),
)
promotions = st.lists(off, max_size=1).map(lambda found: {each.code: each for each in found})
turns = st.tuples(any_day, st.sampled_from(Applies), promotions)
months_mostly = st.sampled_from([Every(1, Span.MONTH), Every(1, Span.MONTH), Every(12, Span.MONTH)])


@given(
    books(),
    st.tuples(any_day, any_day),
    two_choices,
    st.tuples(st.integers(1, 31), months_mostly, introductions),
    st.tuples(later, turns),
)
@settings(deadline=None, max_examples=examples(300))
def test_who_is_like_another_is_billed_as_if_he_were_the_first(
    desk: Desk,
    days: tuple[date, date],
    chosen: tuple[PlanChoice, PlanChoice],
    terms: tuple[int, Every, tuple[Phase, ...]],
    more: tuple[tuple[int, int], tuple[date, Applies, dict[str, Promotion]]],
) -> None:
    (bill_day, every, phases), ((days_later, look_back), (second, applies, found)) = terms, more
    billed_to = date(2024, 8, 20)
    plans = {
        code: replace(
            plan, charges=(), fees=tuple([_billed_every(every, each, phases) for each in plan.fees])
        )
        for code, plan in desk.books.versions[0].plans.items()
    }
    version = replace(desk.books.versions[0], plans=plans, promotions=found)
    raised = {
        code: replace(plan, fees=tuple([_dearer(each) for each in plan.fees])) for code, plan in plans.items()
    }
    charged = Books([version, replace(version, version=2, effective=second, applies=applies, plans=raised)])
    run = Run(billed_to + timedelta(days=days_later), replace(desk.policy, look_back=look_back))

    def begun(on: date, id: int) -> Account:
        terms = subscription(Happening(on, START, chosen), id=id)
        return Account(customer(bill_day, id=id), (terms,), billed_to=billed_to)

    one, other = begun(days[0], 1), begun(days[1], 2)
    first = bill(one, charged, History(), run)
    assert isinstance(first, Bill)
    alike = pattern(first, one, charged, History(), run)
    if alike is not None and alike.began.start <= days[1] < alike.began.end:
        assert alike.bill_of(2, [2]) == bill(other, charged, History(), run)
        assert issued_since(one, charged, run) == issued_since(other, charged, run)


def _dearer(fee: Fee) -> Fee:
    return replace(fee, price=fee.price + 1)


def _billed_every(every: Every, fee: Fee, phases: tuple[Phase, ...]) -> Fee:
    if fee.every is None:
        return fee
    return replace(fee, every=every, alignment=Alignment.BILL_DAY, phases=phases)


@given(books(), starts, two_choices, bill_days, st.tuples(st.integers(0, 70), st.integers(0, 400)))
@settings(deadline=None, max_examples=examples(100))
def test_what_was_issued_long_ago_makes_no_difference(
    desk: Desk, start: date, chosen: tuple[PlanChoice, PlanChoice], bill_day: int, days: tuple[int, int]
) -> None:
    later, before = days
    plans = {code: replace(plan, charges=()) for code, plan in desk.books.versions[0].plans.items()}
    fees_only = Desk(replace(desk.books.versions[0], plans=plans), policy=replace(desk.policy, look_back=2))
    account = Account(customer(bill_day), (subscription(Happening(start, START, chosen)),))
    last = date(2024, 8, 20)
    for day in (last - timedelta(days=before), last):
        fees_only.run(day, account)
    account, run = replace(account, billed_to=last), Run(last + timedelta(days=later), fees_only.policy)
    since = issued_since(account, fees_only.books, run)
    assert since is not None and since > date(2022, 1, 1)
    near = tuple(each for each in fees_only.invoiced if each.key.period_end > since)
    assert bill(account, fees_only.books, History((), near), run) == fees_only.preview(run.target, account)


def known_since(account: Account, desk: Desk, run: Run) -> tuple[date | None, date | None]:
    return issued_since(account, desk.books, run), open_for(run, account.billed_to)


def test_without_a_bill_to_lean_on_all_that_is_open_is_looked_at() -> None:
    policy, last = Policy(look_back=2), date(2024, 8, 20)
    terms = subscription(Happening(date(2022, 1, 1), START, (PlanChoice("fiber", "fee"),)))
    desk = Desk(book({"fiber": (fee("31.00"),)}), policy=policy)
    account, run = Account(customer(), (terms,), billed_to=last), Run(last, policy)
    short, usual = known_since(account, desk, run)
    assert short is not None and usual is not None and short > usual
    unknown = replace(account, subscriptions=(replace(terms, book="other"),))
    data = UsageCharge(
        "data",
        "Data",
        MeterKind.OCTETS,
        unit("GB"),
        "per_unit",
        Params(Decimal(1)),
        Tempo.PERIOD,
        "",
        "standard",
    )
    measured = Desk(book({"fiber": Plan("fiber", "Fiber", (fee("31.00"),), (data,))}), policy=policy)
    for other, at in ((unknown, desk), (account, measured)):
        found, open_then = known_since(other, at, run)
        assert found == open_then == usual


def test_who_changed_anything_says_nothing_about_others() -> None:
    desk, last = Desk(book({"fiber": (fee("31.00"),)}), policy=Policy(look_back=2)), date(2024, 8, 20)
    began = Happening(date(2022, 1, 1), START, (PlanChoice("fiber", "fee"),))
    run = Run(last + timedelta(days=30), desk.policy)

    def told(account: Account, *invoiced: InvoicedSum) -> bool:
        history = History((), invoiced)
        answer = bill(account, desk.books, history, run)
        assert isinstance(answer, Bill)
        return pattern(answer, account, desk.books, history, run) is not None

    quiet = Account(customer(), (subscription(began),), billed_to=last)
    assert told(quiet)
    assert not told(replace(quiet, billed_to=None))
    assert not told(replace(quiet, subscriptions=(subscription(replace(began, on=last)),)))
    assert not told(replace(quiet, bill_days=(BillDayChange(date(2020, 1, 1), 5),)))
    assert not told(replace(quiet, one_offs=(OneOff(1, 1, last, "Box", Decimal(5)),)))
    key = Key(1, "0:fee", date(2024, 8, 1), date(2024, 9, 1))
    item = Item(LineKind.FEE, "Fiber", "", "standard", "S", Decimal(20), plan="fiber")
    assert not told(quiet, InvoicedSum(key, item, Decimal(31)))
