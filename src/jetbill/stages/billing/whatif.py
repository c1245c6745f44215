"""What a month would have cost everybody by a draft of a price book: stored usage rated and billed again.

Nothing is written. The draft holds for everybody from the first day of the month, in the place of the
versions that would hold then.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from jetbill.kernel.book import Applies, PriceBook
from jetbill.kernel.periods import Period, clamped
from jetbill.kernel.proposal import Account, Books, Problem
from jetbill.kernel.proposal.comparing import Compared, Side, compared, run_for
from jetbill.stages.billing.jobs import kernel_policy
from jetbill.stages.billing.look import look_of
from jetbill.stages.customers.models import SHARES, Customer
from jetbill.stages.customers.queries import Agreement, agreements, customers_by_share
from jetbill.stages.rating.actions import published_versions
from jetbill.stages.rating.trial import totals_by
from jetbill.stages.realms.queries import current_realm

TOGETHER = 16
"""So many shares of the customers are looked at at once."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One customer: his lines by both books, or why he cannot be billed by one of them."""

    customer: int
    currency: str
    lines: list[Compared] | Problem


def answers_by(draft: PriceBook, first: date) -> Iterator[Answer]:
    """Every customer who has anything in the month that begins on `first`."""
    month = Period(first, clamped(12 * first.year + first.month, 1))
    around = [clamped(12 * first.year + first.month - 1 + step, 1) for step in (-1, 0, 1)]
    sides = _sides(draft, month)
    books = [Books(side) for side in sides]
    run = run_for(month, kernel_policy(look_of(current_realm())))
    for start in range(0, SHARES, TOGETHER):
        shares = list(range(start, min(start + TOGETHER, SHARES)))
        totals = totals_by(sides, shares, around)
        customers = [each for some in customers_by_share(shares).values() for each in some]
        for customer, agreed in agreements(customers).items():
            used = [Side(each, tuple(of.get(customer, ()))) for each, of in zip(books, totals, strict=True)]
            answer = compared(_account(agreed), (used[0], used[1]), month, run)
            if answer:
                yield Answer(customer, agreed.customer.currency, answer)


def names_of(customers: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Number and name of some customers."""
    rows = Customer.objects.filter(pk__in=customers).values_list("id", "number", "name")
    return {customer: (number, name) for customer, number, name in rows}


def _sides(draft: PriceBook, month: Period) -> tuple[tuple[PriceBook, ...], tuple[PriceBook, ...]]:
    before = tuple(published_versions())
    own = [each.version for each in before if each.code == draft.code]
    number = max([*own, draft.version - 1], default=0) + 1
    new = replace(draft, version=number, effective=month.start, applies=Applies.EVERYBODY)
    kept = (each for each in before if each.code != draft.code or each.effective < month.start)
    return before, (*kept, new)


def _account(agreed: Agreement) -> Account:
    return Account(agreed.customer, agreed.subscriptions, agreed.bill_day_changes, discounts=agreed.discounts)
