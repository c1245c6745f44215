"""Bills that differ in nothing but ids are worked out once per run: most customers, most months.

Alike are customers who only ever began, with the same choices, terms and days. What the first of them is
billed, the others are too, under the ids of their own subscriptions (tested against working it out anew).
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from jetbill.kernel.due import Coverage, billed_until
from jetbill.kernel.proposal.account import (
    Account,
    History,
    Problem,
    Run,
    Unbillable,
    open_since,
    window_start,
)
from jetbill.kernel.proposal.books import Books, Chosen
from jetbill.kernel.proposal.lines import Key, NewLine
from jetbill.kernel.proposal.steady import cycle_of
from jetbill.kernel.terms import HappeningKind, SubscriptionTerms

_new: Any = tuple.__new__  # what the classes do, without their detour

if TYPE_CHECKING:
    from jetbill.kernel.proposal.bill import Bill


def billed_alike(
    account: Account, books: Books, history: History, run: Run, bill: "Callable[[], Bill | Problem]"
) -> "Bill | Problem":
    """What `bill` gives for an account, taken from one that is alike where there was one."""
    if history.totals or history.invoiced:
        return bill()
    name = _name(account, run)
    known: tuple[Run, Account, Pattern] | None = books.known(name)
    if known is not None:  # it holds what its name tells by identity, so that no other can have come there
        return known[2].bill_of(account)
    answer = bill()
    if isinstance(answer, Problem) or not _only_began(account, run):
        return answer
    answer = replace(answer, like=object())
    books.keep(name, (run, account, Pattern(account, answer)))
    return answer


def _name(account: Account, run: Run) -> tuple[Any, ...]:
    """All that a bill depends on but the ids, where there is no history."""
    customer = account.customer
    return (
        id(run),
        *(customer.currency, customer.bill_day, customer.country, customer.zone, customer.tax_exempt),
        *(customer.billed_through, account.billed_to),
        *(account.bill_days, account.one_offs, account.discounts, account.touched),
        *[
            (
                *(each.book, each.bundle, each.billed_through),
                *[(began.kind, began.on, began.slot, id(began.choices)) for began in each.happenings],
            )
            for each in account.subscriptions
        ],
    )


class Pattern:
    """A bill without the ids: lines by the place of their subscription."""

    def __init__(self, account: Account, bill: "Bill") -> None:
        places = {each.id: place for place, each in enumerate(account.subscriptions)}
        self.bill = bill
        self.lines = [(places[line.key.subscription], line.key[1:], line[1:]) for line in bill.lines]

    def bill_of(self, account: Account) -> "Bill":
        """The bill of an account that is like the first."""
        ids = [each.id for each in account.subscriptions]
        bill = self.bill
        return type(bill)(
            bill.outcome,
            account.customer.id,
            bill.currency,
            bill.target,
            tuple([_new(NewLine, (_new(Key, (ids[place], *key)), *rest)) for place, key, rest in self.lines]),
            bill.tax,
            bill.includes_tax,
            bill.too_late,
            bill.like,
        )


def issued_since(account: Account, books: Books, run: Run) -> date | None:
    """Lines of periods that end on or before this day make no difference to a bill; None: all of them may.

    That is `open_since`, but for somebody who only ever began, on plans that charge no usage, it is the day
    up to which his fees were billed: what was issued for the days before is never looked at again.
    """
    since, billed_to = open_since(account.billed_to, run.policy), account.billed_to
    if since is None or billed_to is None or run.target < billed_to or not _only_began(account, run):
        return since
    try:
        found = [_billed(account, books, each) for each in account.subscriptions]
    except Unbillable:
        return since
    return min(found, default=since) if date.min not in found else since


def _only_began(account: Account, run: Run) -> bool:
    """Whether nothing but its start, before the window, ever happened to any subscription."""
    window = window_start(account.billed_to, run.policy)
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
