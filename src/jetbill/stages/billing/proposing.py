"""What the kernel says about customers: worked out for each, or once for all who agreed to the same.

The very code of run and preview. Who is like somebody else is neither read nor worked out: his terms are
known by their text, and it is enough that nothing open was measured or invoiced of him.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from jetbill.kernel.proposal import (
    Account,
    Bill,
    Books,
    History,
    Pattern,
    Problem,
    Run,
    bill,
    issued_since,
    older_bill_credits,
    open_for,
    pattern,
)
from jetbill.stages.billing.history import Since, given_before, histories
from jetbill.stages.billing.look import Look
from jetbill.stages.billing.queries import billed_to
from jetbill.stages.customers.queries import Agreement, agreements
from jetbill.stages.customers.signatures import Signature, signatures

KEPT = 10_000
"""The patterns of so many different terms are kept."""


class Known(NamedTuple):
    """What is known of customers who agreed to the same: their bill, if nothing since then says otherwise."""

    pattern: Pattern
    since: Since


Terms = tuple[str, date | None]
"""The text of what was agreed to, and the day up to which was billed."""


class Charged(NamedTuple):
    """The bill of a customer: his own, or that of one like him (`alike`); `subscriptions` are his then."""

    customer: int
    bill: Bill
    alike: Pattern | None = None
    subscriptions: Sequence[int] = ()

    def own(self) -> Bill:
        """The bill with his own ids."""
        return self.bill if self.alike is None else self.alike.bill_of(self.customer, self.subscriptions)


@dataclass(frozen=True, slots=True)
class Press:
    """What a process needs to draft, read once: the realm's look, its price books, the kernel's run; and the
    patterns that it found on the way."""

    look: Look
    books: Books
    run: Run
    known: dict[Terms, list[Known]] = field(default_factory=dict)


Answer = Charged | Problem


def proposed(customers: Sequence[int], press: Press) -> list[Answer]:
    """What is new for each of `customers`, in their order."""
    billed = billed_to(customers)
    signed = [((each.terms, billed[each.customer]), each) for each in signatures(list(billed))]
    answers = _firsts(signed, billed, press)
    found = [
        (each, known)
        for terms, each in signed
        if each.customer not in answers and (known := _known(terms, each, press)) is not None
    ]
    past = histories({each.customer: known.since for each, known in found})
    for each, known in found:
        if each.customer not in past:
            answers[each.customer] = Charged(
                each.customer, known.pattern.bill, known.pattern, each.subscriptions
            )
    rest = [customer for customer in customers if customer not in answers]
    answers |= {account.customer.id: answer for account, _, answer in _worked_out(rest, billed, press)}
    return [answers[customer] for customer in customers]


def _firsts(
    signed: Sequence[tuple[Terms, Signature]], billed: Mapping[int, date | None], press: Press
) -> dict[int, Answer]:
    """The answers for one each of those whose terms are not known yet, which makes them known."""
    firsts: dict[Terms, Signature] = {}
    for terms, each in signed:
        if _known(terms, each, press) is None:
            before = firsts.get(terms)
            if before is None or each.first < before.first:
                firsts[terms] = each
    answers: dict[int, Answer] = {}
    worked_out = _worked_out([each.customer for each in firsts.values()], billed, press)
    for terms, (account, history, answer) in zip(firsts, worked_out, strict=True):
        answers[account.customer.id] = answer
        if isinstance(answer, Problem):
            continue
        found = pattern(answer.bill, account, press.books, history, press.run)
        if found is not None:
            answers[account.customer.id] = answer._replace(
                alike=found, subscriptions=firsts[terms].subscriptions
            )
            if len(press.known) >= KEPT:
                press.known.clear()
            press.known.setdefault(terms, []).append(Known(found, _since(account, press)))
    return answers


def _known(terms: Terms, of: Signature, press: Press) -> Known | None:
    for known in press.known.get(terms, ()):
        began = known.pattern.began
        if began.start <= of.first and of.last < began.end:
            return known
    return None


def _worked_out(
    customers: Sequence[int], billed: Mapping[int, date | None], press: Press
) -> list[tuple[Account, History, Answer]]:
    if not customers:
        return []
    agreed = agreements(customers)
    asked = [_account(agreed[each], billed.get(each)) for each in customers]
    past, nothing = _past(asked, press), History()
    found: list[tuple[Account, History, Answer]] = []
    for account in asked:
        customer = account.customer.id
        history = past.get(customer, nothing)
        answer = bill(account, press.books, history, press.run)
        charged = answer if isinstance(answer, Problem) else Charged(customer, answer)
        found.append((account, history, charged))
    return found


def _past(accounts: Sequence[Account], press: Press) -> dict[int, History]:
    """The open past of each, and what was given of bill credits that are older."""
    past = histories({each.customer.id: _since(each, press) for each in accounts})
    run = press.run
    credits = {each.customer.id: found for each in accounts if (found := older_bill_credits(each, run))}
    for customer, given in (given_before(credits) if credits else {}).items():
        known = past.get(customer, History())
        past[customer] = History(known.totals, [*known.invoiced, *given])
    return past


def _account(agreed: Agreement, billed_to: date | None) -> Account:
    return Account(
        agreed.customer,
        agreed.subscriptions,
        agreed.bill_day_changes,
        agreed.one_offs,
        agreed.discounts,
        billed_to=billed_to,
    )


def _since(account: Account, press: Press) -> Since:
    return Since(open_for(press.run, account.billed_to), issued_since(account, press.books, press.run))
