"""Every line that an account ought to have been charged by the target day, in the open periods.

Open is what the last run could not bill yet, and what a dated happening or late usage inside the look-back
touches; so the work does not grow with the history of a customer.
"""

from dataclasses import dataclass, field
from datetime import date

from jetbill.kernel.life import life
from jetbill.kernel.period_total import PeriodTotal
from jetbill.kernel.proposal.account import Account, History, Run
from jetbill.kernel.proposal.books import Books
from jetbill.kernel.proposal.case import Case, Opened, Subject, case_of, subject
from jetbill.kernel.proposal.fees import fee_lines, setup_lines
from jetbill.kernel.proposal.lines import ProposedLine
from jetbill.kernel.proposal.one_offs import one_off_lines
from jetbill.kernel.proposal.reductions import discounted
from jetbill.kernel.proposal.usage_lines import too_late, usage_lines
from jetbill.kernel.terms import SubscriptionTerms

SETUP = ":"


@dataclass(frozen=True, slots=True)
class Proposal:
    """The lines in the order of a bill; `opened` says per subscription what is set against them."""

    case: Case
    lines: tuple[ProposedLine, ...]
    opened: dict[int, Opened] = field(default_factory=dict)
    too_late: tuple[PeriodTotal, ...] = ()

    def opened_for(self, subscription: int) -> Opened:
        """Which issued lines of a subscription (0: of none) are looked at; unknown ones are left alone."""
        if subscription in self.opened:
            return self.opened[subscription]
        start = self.case.window or date.min
        return Opened(start, start)


def propose(account: Account, books: Books, history: History, run: Run) -> Proposal:
    """Fees, then use, subscription by subscription, then one-off lines. Raises Unbillable."""
    case = case_of(account, books, history, run)
    totals: dict[int, list[PeriodTotal]] = {}
    for each in history.totals:
        totals.setdefault(each.subscription, []).append(each)
    lines: list[ProposedLine] = []
    late: list[PeriodTotal] = []
    opened: dict[int, Opened] = {}
    for terms in account.subscriptions:
        found = _lines_of(case, terms, totals.get(terms.id, []), opened)
        lines += found[0]
        late += found[1]
    lines += one_off_lines(case)
    return Proposal(case, tuple(discounted(case, lines)), opened, tuple(late))


def _lines_of(
    case: Case, terms: SubscriptionTerms, totals: list[PeriodTotal], opened: dict[int, Opened]
) -> tuple[list[ProposedLine], tuple[PeriodTotal, ...]]:
    found = life(terms)
    if found is None:
        return [], tuple(totals)
    of = subject(case, terms, found)
    since = of.usage_from()
    opens = opened[terms.id] = Opened(since, _fees_from(of))
    lines = [*setup_lines(of), *fee_lines(of, opens)]
    lines += usage_lines(of, totals, since)
    return lines, too_late(of, totals, since) if totals else ()


def _fees_from(of: Subject) -> date:
    """The day from which on issued fees are looked at: only if something touched them."""
    if of.case.window is None:
        return date.min
    return of.case.window if of.touched else date.max
