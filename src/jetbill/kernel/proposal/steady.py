"""The short way for those to whom nothing happens: most customers, most months.

A fee that nothing touched, open and at one price, bills whole periods only. Which ones, at what price and
tax, is the same for all who chose it, so it is worked out once per run. `fees` is the long way; both agree
(tested).
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from jetbill.kernel.book import Alignment, Fee
from jetbill.kernel.due import Coverage, billed_until, tiles
from jetbill.kernel.life import Stretch
from jetbill.kernel.periods import Cycle, Period, cycle
from jetbill.kernel.phases import phase_ends, taken_on
from jetbill.kernel.proposal.books import Chosen
from jetbill.kernel.proposal.case import MONTHLY, Subject
from jetbill.kernel.proposal.lines import Item, Key, ProposedLine

ONE_DAY = timedelta(days=1)
ANY_MONTH = date(2000, 1, 1)


class Whole(NamedTuple):
    """A whole period of a fee, priced."""

    start: date
    end: date
    item: Item
    amount: Decimal


def steady_lines(of: Subject) -> list[ProposedLine] | None:
    """The fee lines of a subscription if nothing happened to it since the window; None: take the long way."""
    case, life = of.case, of.life
    billed_to, window = case.account.billed_to, case.window
    versions = case.books.of(of.terms.book)
    if of.touched or billed_to is None or window is None or len(versions) > 1:
        return None
    if life.pauses or case.account.bill_days or life.end is not None or versions[0].effective > life.start:
        return None
    lines: list[ProposedLine] = []
    for stretch in life.stretches:
        if stretch.end is not None or stretch.began != life.stretches[0].began:
            return None
        chosen = Chosen(versions[0], stretch.choice.plan)
        fee = case.books.fee(chosen, stretch.choice.fee)
        if fee is None:
            continue
        if fee.phases and max(phase_ends(fee.phases, taken_on(life, stretch.slot, window))) > window:
            return None
        component = f"{stretch.slot}:{fee.code}"
        quantity = Decimal(stretch.choice.quantity)
        for start, end, item, amount in _wholes(of, stretch, chosen, fee):
            if start < of.floor or start < life.start or _is_issued(of, component, start):
                return None
            if amount:
                key = Key(of.terms.id, component, start, end)
                lines.append(ProposedLine(key, item, amount, quantity))
    return lines


def _is_issued(of: Subject, component: str, start: date) -> bool:
    return any(each.key[3] > start and each.key[1] == component for each in of.issued())


def _wholes(of: Subject, stretch: Stretch, chosen: Chosen, fee: Fee) -> tuple[Whole, ...]:
    customer, run = of.case.account.customer, of.case.run
    assert fee.every is not None
    is_any = is_monthly(fee)
    name = (
        "steady",
        *chosen.name(),
        fee.code,
        stretch.choice.quantity,
        ANY_MONTH if is_any else stretch.start,
        of.day,
        run.target,
        of.case.account.billed_to,
        customer.country,
        customer.tax_exempt,
        run.policy.rounding,
    )
    return of.case.books.remembered(name, lambda: _priced(of, stretch, chosen, fee))


def _priced(of: Subject, stretch: Stretch, chosen: Chosen, fee: Fee) -> tuple[Whole, ...]:
    case, billed_to = of.case, of.case.account.billed_to
    assert fee.every is not None
    assert billed_to is not None
    coverage = Coverage(cycle_of(fee, stretch.start, of.day), stretch.start)
    since = billed_until(coverage, fee.timing, billed_to) or coverage.start
    until = billed_until(coverage, fee.timing, case.target)
    if until is None or until <= since:
        return ()
    currency = chosen.book.currency
    amount = case.run.policy.rounding.amount(fee.price * stretch.choice.quantity, currency)
    found = []
    for piece in tiles(coverage.cycle, Period(since, until)):
        start, end = piece.whole.start, piece.whole.end
        tax = case.books.tax(chosen.book, fee.tax_class, case.account.customer, end - ONE_DAY)
        found.append(Whole(start, end, case.books.fee_item(chosen, fee, tax), amount))
    return tuple(found)


def cycle_of(fee: Fee, start: date, day: int) -> Cycle:
    """The cycle of a fee; which month a monthly one is anchored in makes no difference, so they share one."""
    every = fee.every
    assert every is not None
    if is_monthly(fee):
        return Cycle(every, ANY_MONTH, day)
    return cycle(fee.alignment, start, day, every)


def is_monthly(fee: Fee) -> bool:
    """Whether a fee is charged by months from bill day to bill day, whenever it began."""
    return fee.alignment is Alignment.BILL_DAY and fee.every == MONTHLY
