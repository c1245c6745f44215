"""The lines of recurring and one-off fees that ought to be charged.

A chain is a slot whose fee keeps its period, alignment and timing, whatever plan or quantity: it lives on one
cycle. A change to another length of period begins a new chain, and so a new cycle, on its day.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from jetbill.kernel.book import Fee, PriceBook, Timing
from jetbill.kernel.book_versions import Day
from jetbill.kernel.due import Coverage, billed_until, coverages, tiles
from jetbill.kernel.life import Stretch
from jetbill.kernel.periods import Period
from jetbill.kernel.proposal.account import Unbillable
from jetbill.kernel.proposal.books import Chosen
from jetbill.kernel.proposal.case import Opened, Subject
from jetbill.kernel.proposal.lines import InvoicedSum, Key, LineKind, ProposedLine
from jetbill.kernel.proposal.pieces import Cut, cuts, price_of
from jetbill.kernel.proposal.steady import cycle_of, steady_lines

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Chain:
    """Stretches of a slot on one cycle; `fee` is the one the first of them chose."""

    fee: Fee
    stretches: tuple[Stretch, ...]
    follows: bool = False
    """It took over from a chain of another length of period."""

    @property
    def start(self) -> date:
        """Its first day."""
        return self.stretches[0].start

    @property
    def end(self) -> date | None:
        """Its end, None while it goes on."""
        return self.stretches[-1].end


def fee_lines(of: Subject, opened: Opened) -> Iterator[ProposedLine]:
    """What the fees of a subscription cost in the open periods; notes in `opened` which those are."""
    steady = steady_lines(of)
    if steady is not None:
        yield from steady
        return
    yield from long_way(of, opened)


def long_way(of: Subject, opened: Opened) -> Iterator[ProposedLine]:
    """`fee_lines` for whatever may have happened."""
    for chain in _chains(of):
        for coverage in _coverages(of, chain):
            yield from _lines_of(of, chain, coverage, opened)


def setup_lines(of: Subject) -> Iterator[ProposedLine]:
    """The one-off fees of plans that began by the target day, in full."""
    case, last = of.case, None
    for stretch in of.life.stretches:
        goes_on = last is not None and (last.slot, last.end) == (stretch.slot, stretch.start)
        is_new = not goes_on or (last is not None and last.choice.plan != stretch.choice.plan)
        last = stretch
        if is_new and of.floor <= stretch.start <= case.target and _is_open(of, stretch.start):
            yield from _setup(of, stretch)


def _is_open(of: Subject, on: date) -> bool:
    billed_to, window = of.case.account.billed_to, of.case.window
    if billed_to is None or window is None:
        return True
    return on >= window if of.touched else on > billed_to


def _setup(of: Subject, stretch: Stretch) -> Iterator[ProposedLine]:
    books, on = of.case.books, stretch.start
    version = books.version(of.terms.book, Day(on, of.life.start, on))
    for fee in books.setup_fees(Chosen(version, stretch.choice.plan)):
        key = Key(of.terms.id, f"{stretch.slot}:{fee.code}", on, on)
        pinned = _pinned_version(of, key, stretch.choice.plan)
        chosen = Chosen(version if pinned is None else pinned, stretch.choice.plan)
        now = next((each for each in books.setup_fees(chosen) if each.code == fee.code), fee)
        item = books.fee_item(
            chosen, now, books.tax(chosen.book, now.tax_class, of.case.account.customer, on)
        )
        amount = of.case.run.policy.rounding.amount(now.price * stretch.choice.quantity, chosen.book.currency)
        yield ProposedLine(key, item, amount, Decimal(stretch.choice.quantity))


def _pinned_version(of: Subject, key: Key, plan: str) -> PriceBook | None:
    """The version on an issued line of the same fee: a price published later does not change it."""
    if of.case.run.rerate:
        return None
    for each in of.issued():
        if each.key == key and each.item.plan == plan:
            return of.case.books.numbered(each.item.book, each.item.version)
    return None


def _chains(of: Subject) -> list[Chain]:
    found: list[Chain] = []
    for stretch in of.life.stretches:
        fee = _fee_at_start(of, stretch)
        if fee is None:
            continue
        last = found[-1] if found else None
        if last is not None and _goes_on(last, stretch, fee):
            found[-1] = replace(last, stretches=(*last.stretches, stretch))
        else:
            follows = last is not None and _ends_where(last, stretch)
            found.append(Chain(fee, (stretch,), follows))
    return found


def _ends_where(last: Chain, stretch: Stretch) -> bool:
    before = last.stretches[-1]
    return (before.slot, before.end) == (stretch.slot, stretch.start)


def _fee_at_start(of: Subject, stretch: Stretch) -> Fee | None:
    version = of.case.books.version(of.terms.book, Day(stretch.start, of.life.start, stretch.start))
    return of.case.books.fee(Chosen(version, stretch.choice.plan), stretch.choice.fee)


def _goes_on(last: Chain, stretch: Stretch, fee: Fee) -> bool:
    one = (last.fee.every, last.fee.alignment, last.fee.timing)
    return _ends_where(last, stretch) and one == (fee.every, fee.alignment, fee.timing)


def _coverages(of: Subject, chain: Chain) -> Sequence[Coverage]:
    every, alignment = chain.fee.every, chain.fee.alignment
    assert every is not None
    # without a bill day of the customer a new length of period begins a full period of its own
    is_own = chain.follows and not of.case.account.customer.bill_day
    day = chain.start.day if is_own else of.day
    periods = cycle_of(chain.fee, chain.start, day)
    whole = Coverage(periods, chain.start, chain.end)
    if not of.case.account.bill_days:
        return (whole,)
    return coverages(whole, of.bill_days(), alignment, every)


def _lines_of(of: Subject, chain: Chain, coverage: Coverage, opened: Opened) -> Iterator[ProposedLine]:
    since = _since(of, chain, coverage)
    if since is None:
        return
    if of.touched:
        for stretch in chain.stretches:
            component = f"{stretch.slot}:{_code(of, stretch)}"
            opened.fees[component] = min(since, opened.fee(component))
    timing, target = chain.fee.timing, of.case.target
    until = billed_until(coverage, timing, target)
    start = max(since, of.floor)
    if until is None or until <= start or (timing is Timing.ADVANCE and target < coverage.start):
        return
    if of.case.window is not None:
        _refuse_overlap(of, chain.stretches[0].slot, Period(since, max(since, until)))
    pieces = tiles(coverage.cycle, Period(start, until))
    if len(pieces) > of.case.run.policy.bounds.periods:
        raise Unbillable("too_many_periods", f"{len(pieces)} periods of one fee would be billed at once")
    for piece in pieces:
        for cut in cuts(of, chain.stretches, coverage, piece):
            line = _line(of, cut)
            if line is not None:
                yield line


def _refuse_overlap(of: Subject, slot: int, days: Period) -> None:
    """Open days of a fee must not be days of a closed line: a change older than the look-back does that.

    A line of a plan that was in force may overlap, where it is not prorated; one that was repaired lost days.
    """
    opened = days.start if of.case.window is None else min(days.start, of.case.window)
    for each in of.issued():
        key = each.key
        overlaps = key.period_start < days.end and days.start < key.period_end
        if not overlaps or (of.touched and key.period_start >= opened):
            continue
        is_whole = each.lines == 1 and each.item.kind is LineKind.FEE
        if is_whole and key.component.startswith(f"{slot}:") and not _is_explained(of, each):
            raise Unbillable("backdated", f"{each.item.name} was already issued to {key.period_end}")


def _is_explained(of: Subject, issued: InvoicedSum) -> bool:
    """Whether the subscription had the plan of an issued line when its period began."""
    on, plan = issued.key.period_start, issued.item.plan
    return any(
        each.choice.plan == plan and each.start <= on and (each.end is None or on < each.end)
        for each in of.life.stretches
    )


def _since(of: Subject, chain: Chain, coverage: Coverage) -> date | None:
    """The start of the first open period of a coverage; None if it is closed altogether."""
    window, billed_to = of.case.window, of.case.account.billed_to
    if window is None or billed_to is None:
        return coverage.start
    if of.touched:
        if coverage.end is not None and coverage.end <= window:
            return None
        return max(coverage.start, coverage.cycle.at_or_before(window))
    if chain.fee.timing is Timing.ADVANCE and billed_to < coverage.start:
        return coverage.start
    return max(coverage.start, billed_until(coverage, chain.fee.timing, billed_to) or coverage.start)


def _code(of: Subject, stretch: Stretch) -> str:
    fee = _fee_at_start(of, stretch)
    return fee.code if fee is not None else ""


def _line(of: Subject, cut: Cut) -> ProposedLine | None:
    case, fee, choice = of.case, cut.fee, cut.choice
    amount, share = price_of(of, cut)
    if not amount:
        return None
    tax = case.books.tax(cut.chosen.book, fee.tax_class, case.account.customer, cut.end - ONE_DAY)
    key = Key(of.terms.id, f"{cut.slot}:{fee.code}", cut.start, cut.end)
    return ProposedLine(
        key, case.books.fee_item(cut.chosen, fee, tax), amount, Decimal(choice.quantity), share
    )
