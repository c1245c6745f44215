"""What one customer would be charged for a month by other price books, line by line beside what he is.

Everything is proposed afresh, as if nothing of the month were billed yet; goodwill and charges by hand are in
no book and left out.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from jetbill.kernel.period_total import PeriodTotal
from jetbill.kernel.periods import Period, clamped
from jetbill.kernel.proposal.account import Account, History, Policy, Problem, Run, Unbillable
from jetbill.kernel.proposal.books import Books
from jetbill.kernel.proposal.lines import LineKind, ProposedLine
from jetbill.kernel.proposal.propose import propose

ONE_DAY = timedelta(days=1)
NOTHING = Decimal(0)


class Compared(NamedTuple):
    """A charge, fee or discount of a subscription in the month; `rate_class` a destination, or hours."""

    subscription: int
    component: str
    rate_class: str
    name: str
    kind: LineKind
    before: Decimal
    after: Decimal


class Side(NamedTuple):
    """One of the two things compared: price books, and the totals that usage comes to by them."""

    books: Books
    totals: tuple[PeriodTotal, ...] = ()


def compared(account: Account, sides: tuple[Side, Side], month: Period, run: Run) -> list[Compared] | Problem:
    """The lines whose periods begin in `month`, by either side; or why he cannot be billed by one of them."""
    try:
        before, after = (_by_charge(_lines(account, side, month, run)) for side in sides)
    except Unbillable as why:
        return why.problem
    found = []
    for key in dict.fromkeys([*before, *after]):
        known = after.get(key) or before[key]
        amounts = (side[key].amount if key in side else NOTHING for side in (before, after))
        found.append(Compared(*key, known.item.name, known.item.kind, *amounts))
    return found


def run_for(month: Period, policy: Policy) -> Run:
    """The run that bills every period that begins in `month`, however late in it."""
    return Run(clamped(12 * month.end.year + month.end.month, 1), policy)


def _lines(account: Account, side: Side, month: Period, run: Run) -> Iterable[ProposedLine]:
    fresh = replace(account, one_offs=(), billed_to=month.start - ONE_DAY)
    proposal = propose(fresh, side.books, History(side.totals), run)
    return (line for line in proposal.lines if month.start <= line.key.period_start < month.end)


def _by_charge(lines: Iterable[ProposedLine]) -> dict[tuple[int, str, str], ProposedLine]:
    found: dict[tuple[int, str, str], ProposedLine] = {}
    for line in lines:
        key = (line.key.subscription, line.key.component, line.key.rate_class)
        known = found.get(key)
        found[key] = line if known is None else line._replace(amount=known.amount + line.amount)
    return found
