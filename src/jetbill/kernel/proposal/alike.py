"""Bills that differ in nothing but ids are worked out once per run: most customers, most months.

Alike are customers who only ever began, before the window, with the same choices, terms and days, and of whom
nothing that is still open was measured or invoiced. What one of them is billed, all are, under the ids of
their own subscriptions (tested against working it out anew).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from jetbill.kernel.book import PriceBook
from jetbill.kernel.due import Coverage, billed_until
from jetbill.kernel.periods import Period
from jetbill.kernel.phases import lasting_at_most
from jetbill.kernel.proposal.account import Account, History, Run, Unbillable, open_for, window_of
from jetbill.kernel.proposal.books import Books, Chosen
from jetbill.kernel.proposal.steady import cycle_of, is_monthly
from jetbill.kernel.terms import HappeningKind, PlanChoice, SubscriptionTerms

NO_TIME = timedelta(0)
ONE_DAY, SHORT_MONTH, LONG_MONTH = timedelta(days=1), timedelta(days=28), timedelta(days=31)

if TYPE_CHECKING:
    from jetbill.kernel.proposal.bill import Bill


@dataclass(frozen=True, slots=True)
class Pattern:
    """The `bill` of one of many who are alike; `places` says per line of which subscription of his it is.
    It holds for all who agreed to the same and began on days of `began`."""

    bill: "Bill"
    places: tuple[int, ...]
    began: Period

    def bill_of(self, customer: int, subscriptions: Sequence[int]) -> "Bill":
        """The bill of a customer who is like that one; `subscriptions` are his, in the order of the terms."""
        lines = [
            line._replace(key=line.key._replace(subscription=subscriptions[place]))
            for line, place in zip(self.bill.lines, self.places, strict=True)
        ]
        return replace(self.bill, customer=customer, lines=tuple(lines))


def pattern(bill: "Bill", account: Account, books: Books, history: History, run: Run) -> Pattern | None:
    """What the `bill` of an account says for all who are like it; None if it says nothing about others."""
    if history.totals or history.invoiced or not _only_began(account, run):
        return None
    began = _any_of(account, books, run)
    if began is None:
        return None
    places = {each.id: place for place, each in enumerate(account.subscriptions)}
    return Pattern(bill, tuple([places[line.key.subscription] for line in bill.lines]), began)


def _any_of(account: Account, books: Books, run: Run) -> Period | None:
    """Days of which it makes no difference on which of them everything began: between two versions of the
    books, and so long before what is open that the first phases of fees are over. None where it does: plans
    that charge for usage, or in other periods than months from bill day to bill day."""
    open_from = open_for(run, account.billed_to)
    if open_from is None or not account.customer.bill_day:
        return None
    sold = [
        (version, each.happenings[0]) for each in account.subscriptions for version in books.of(each.book)
    ]
    settling = [_settling(books, version, choice) for version, began in sold for choice in began.choices]
    longest = max([NO_TIME if each is None else each for each in settling], default=NO_TIME)
    if None in settling or longest >= open_from - date.min:
        return None
    since = max(
        [version.effective for version, began in sold if version.effective <= began.on], default=date.min
    )
    turns = [version.effective for version, began in sold if version.effective > began.on]
    until = min(*turns, open_from - longest, open_from)
    first, last = _beginnings(account)
    for months in _ages(books, [version for version, _ in sold]):
        # for days in between it makes a difference on which of them somebody began
        before, after = open_from - months * LONG_MONTH, _target(account, run) - months * SHORT_MONTH
        if last < before:
            until = min(until, before)
        else:
            since = max(since, after + ONE_DAY)
    return Period(since, until) if since <= first and last < until else None


def _ages(books: Books, versions: Iterable[PriceBook]) -> set[int]:
    """The ages in months from which on something is taken off."""
    found = {age.after_months for each in versions for age in books.promotions(each.code, each.version)}
    return found - {0}


def _target(account: Account, run: Run) -> date:
    """No period begins later that is billed now."""
    return run.target if account.billed_to is None else max(run.target, account.billed_to)


def _beginnings(account: Account) -> tuple[date, date]:
    days = [each.happenings[0].on for each in account.subscriptions]
    return min(days), max(days)


def _settling(books: Books, version: PriceBook, choice: PlanChoice) -> timedelta | None:
    """How long it takes until a plan charges one monthly price or none, and nothing else; None: for ever."""
    plan = version.plans.get(choice.plan)
    if plan is None or plan.charges:
        return NO_TIME if plan is None else None
    fee = books.fee(Chosen(version, choice.plan), choice.fee)
    if fee is None:
        return NO_TIME
    return lasting_at_most(fee.phases) if is_monthly(fee) else None


def issued_since(account: Account, books: Books, run: Run) -> date | None:
    """Lines of periods that end on or before this day make no difference to a bill; None: all of them may.

    That is `open_for`, but for somebody who only ever began, on plans that charge no usage, it is the day
    up to which his fees were billed: what was issued for the days before is never looked at again.
    """
    since, billed_to = open_for(run, account.billed_to), account.billed_to
    if since is None or billed_to is None or run.target < billed_to or not _only_began(account, run):
        return since
    try:
        found = [_billed(account, books, each) for each in account.subscriptions]
    except Unbillable:
        return since
    return min(found, default=since) if date.min not in found else since


def _only_began(account: Account, run: Run) -> bool:
    """Whether nothing but its start, before the window, ever happened to any subscription."""
    window = window_of(run, account.billed_to)
    if window is None or run.rerate or account.bill_days or account.one_offs:
        return False
    if account.discounts or account.touched:
        return False
    for each in account.subscriptions:
        if len(each.happenings) != 1 or each.happenings[0].kind is not HappeningKind.START:
            return False
        if each.happenings[0].on >= window:
            return False
    return True


def _billed(account: Account, books: Books, terms: SubscriptionTerms) -> date:
    """The first day that is not billed yet, over the fees of a subscription that only ever began; the first
    day of all if it is charged for usage too."""
    began = terms.happenings[0]
    day, billed_to = account.customer.bill_day or began.on.day, account.billed_to
    assert billed_to is not None
    name = ("billed", terms.book, id(began.choices), began.on, day, billed_to)
    known: tuple[Any, date] | None = books.known(name)
    if known is None:
        of_each = [
            _billed_of(Chosen(version, choice.plan), choice.fee, began.on, (day, billed_to), books)
            for version in books.of(terms.book)
            for choice in began.choices
        ]
        first = min([each for each in of_each if each is not None], default=billed_to)
        known = books.keep(name, (began.choices, first))
    return known[1]


def _billed_of(
    chosen: Chosen, fee_code: str, start: date, days: tuple[int, date], books: Books
) -> date | None:
    """The first day that is not billed yet of one fee; None: there is none."""
    day, billed_to = days
    fee = books.fee(chosen, fee_code)
    if chosen.book.plans[chosen.plan].charges:
        return date.min
    if fee is None:
        return None
    return billed_until(Coverage(cycle_of(fee, start, day), start), fee.timing, billed_to) or start
