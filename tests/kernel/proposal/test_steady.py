"""The short way for subscriptions to which nothing happens gives what the long way gives."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from jetbill.kernel.book import MeterKind, Plan, Tempo, UsageCharge
from jetbill.kernel.charge_models.per_unit import Params
from jetbill.kernel.life import life
from jetbill.kernel.proposal import Account, Bill, Books, History, Policy, Problem, Run, bill, issued_since
from jetbill.kernel.proposal.account import open_since
from jetbill.kernel.proposal.case import Opened, case_of, subject
from jetbill.kernel.proposal.fees import long_way
from jetbill.kernel.proposal.steady import steady_lines
from jetbill.kernel.terms import Happening, PlanChoice
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


@given(books(), starts, two_choices, bill_days, st.integers(0, 70))
@settings(deadline=None, max_examples=examples(100))
def test_who_is_like_another_is_billed_as_if_he_were_the_first(
    desk: Desk, start: date, chosen: tuple[PlanChoice, PlanChoice], bill_day: int, later: int
) -> None:
    billed_to = date(2024, 8, 20)
    terms = subscription(Happening(start, START, chosen))
    account = Account(customer(bill_day), (terms,), billed_to=billed_to)
    run = Run(billed_to + timedelta(days=later), desk.policy)
    bill(account, desk.books, History(), run)
    other = replace(account, customer=replace(account.customer, id=2), subscriptions=(replace(terms, id=7),))
    alike = bill(other, desk.books, History(), run)
    assert isinstance(alike, Bill) and alike.like is not None
    assert alike == bill(other, Books(desk.books.versions), History(), run)


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
    return issued_since(account, desk.books, run), open_since(account.billed_to, run.policy)


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


def test_alike_are_those_too_who_cannot_be_billed() -> None:
    desk, last = Desk(book({"fiber": (fee("31.00"),)}), policy=Policy(look_back=2)), date(2024, 8, 20)
    terms = subscription(Happening(date(2022, 1, 1), START, (PlanChoice("fiber", "fee"),)))
    account = Account(customer(), (replace(terms, book="other"),), billed_to=last)
    for place in (1, 2):
        answer = bill(
            replace(account, customer=customer(id=place)), desk.books, History(), Run(last, desk.policy)
        )
        assert isinstance(answer, Problem) and answer.code == "book_unknown"
