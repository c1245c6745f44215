"""One account's bill: proposed, subtracted, discounted, taxed, judged by policy; or the problem with it.

The bill run, the preview of one customer and stories all call `bill`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from jetbill.kernel import posting
from jetbill.kernel.life import life
from jetbill.kernel.period_total import PeriodTotal
from jetbill.kernel.proposal.account import Account, Bounds, History, Negative, Problem, Run, Unbillable
from jetbill.kernel.proposal.books import Books
from jetbill.kernel.proposal.lines import NewLine
from jetbill.kernel.proposal.one_offs import fixed_discounts
from jetbill.kernel.proposal.propose import Proposal, propose
from jetbill.kernel.proposal.subtract import subtract
from jetbill.kernel.tax import TaxedLine, TaxPolicy, TaxSummary, summary


class Outcome(StrEnum):
    """What becomes of a bill. NOTHING and CARRIED (too little, waits for the next run) make no document."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    ACCOUNT_CREDIT = "account_credit"
    CARRIED = "carried"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Bill:
    """New lines with their taxes, signed as the customer owes; `tax.nets` are the net amounts of the lines.

    `too_late` is usage of closed periods, which a person has to look at.
    """

    outcome: Outcome
    customer: int
    currency: str
    target: date
    lines: tuple[NewLine, ...]
    tax: TaxSummary
    includes_tax: bool = False
    too_late: tuple[PeriodTotal, ...] = ()

    @property
    def total(self) -> Decimal:
        """What the customer owes by it; negative if he is given something back."""
        return self.tax.payable


def bill(account: Account, books: Books, history: History, run: Run) -> Bill | Problem:
    """What is new for an account on the target day, or why it has to be parked."""
    try:
        proposal = propose(account, books, history, run)
        lines = subtract(proposal, history.invoiced)
        lines = (*lines, *fixed_discounts(proposal.case, lines, history.invoiced))
        return _judged(proposal, lines, run)
    except Unbillable as why:
        return why.problem


def postings(of: Bill) -> posting.Entry:
    """The bill in the ledger: receivable against revenue by product and tax."""
    net: dict[str, Decimal] = {}
    for line, amount in zip(of.lines, of.tax.nets, strict=True):
        net[line.item.product] = net.get(line.item.product, Decimal(0)) + amount
    return posting.invoice_issued(net, of.tax)


def _judged(proposal: Proposal, lines: tuple[NewLine, ...], run: Run) -> Bill | Problem:
    account = proposal.case.account
    customer = account.customer
    includes_tax = _includes_tax(proposal, lines)
    policy = TaxPolicy(customer.currency, includes_tax, run.policy.tax_by_line, run.policy.rounding)
    taxed = [
        TaxedLine(line.amount, line.item.category, line.item.percent, reason=line.item.reason)
        for line in lines
    ]
    tax = summary(taxed, policy)
    _check_bounds(tax.payable, len(lines), run.policy.bounds)
    outcome = _outcome(tax.payable, lines, account, run)
    return Bill(
        outcome,
        customer.id,
        customer.currency,
        run.target,
        lines,
        tax,
        includes_tax,
        proposal.too_late,
    )


def _includes_tax(proposal: Proposal, lines: Sequence[NewLine]) -> bool:
    """Whether amounts are gross; a bill cannot mix both, nor currencies."""
    books = proposal.case.books
    sources = {(line.item.book, line.item.version) for line in lines}
    used = [books.numbered(*each) for each in sources]
    currency = proposal.case.account.customer.currency
    for book in used:
        if book.currency != currency:
            raise Unbillable(
                "currency", f'the customer pays in {currency}, price book "{book.code}" is in {book.currency}'
            )
    if len({book.prices_include_tax for book in used}) > 1:
        raise Unbillable("mixed_tax", "prices with and without tax cannot stand on one bill")
    return any(book.prices_include_tax for book in used)


def _check_bounds(total: Decimal, lines: int, bounds: Bounds) -> None:
    if lines > bounds.lines:
        raise Unbillable("too_many_lines", f"{lines} lines are more than the {bounds.lines} allowed")
    if abs(total) > bounds.amount:
        raise Unbillable("too_large", f"the total of {total} is beyond {bounds.amount}")


def _outcome(total: Decimal, lines: Sequence[NewLine], account: Account, run: Run) -> Outcome:
    if not lines:
        return Outcome.NOTHING
    if total < 0:
        is_note = run.policy.negative is Negative.CREDIT_NOTE
        return Outcome.CREDIT_NOTE if is_note else Outcome.ACCOUNT_CREDIT
    if 0 < total < run.policy.minimum and not _is_last(account, run.target):
        return Outcome.CARRIED
    return Outcome.INVOICE


def _is_last(account: Account, target: date) -> bool:
    """Whether no further bill will come that a small amount could wait for."""
    lives = [life(each) for each in account.subscriptions]
    return all(each is None or (each.end is not None and each.end <= target) for each in lives)
