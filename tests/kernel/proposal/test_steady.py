"""The short way for subscriptions to which nothing happens gives what the long way gives."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from jetbill.kernel.life import life
from jetbill.kernel.proposal import Account, History, Run
from jetbill.kernel.proposal.case import Opened, case_of, subject
from jetbill.kernel.proposal.fees import long_way
from jetbill.kernel.proposal.steady import steady_lines
from jetbill.kernel.terms import Happening, PlanChoice
from tests.kernel.proposal.billing_desk import START, Desk, customer, subscription
from tests.kernel.proposal.test_proposal_laws import bill_days, books, choices

starts = st.dates(date(2020, 1, 1), date(2023, 6, 1))


@given(books(), starts, choices, bill_days, st.integers(0, 70))
@settings(deadline=None, max_examples=100)
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
