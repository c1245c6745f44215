"""One account being billed: what every part of the proposal looks at, and how far back it looks."""

from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache

from jetbill.kernel.book import Alignment, Every, Span
from jetbill.kernel.due import BillDays, Coverage, service
from jetbill.kernel.life import Life
from jetbill.kernel.periods import Cycle
from jetbill.kernel.proposal.account import Account, History, Run, window_of
from jetbill.kernel.proposal.books import Books
from jetbill.kernel.proposal.lines import InvoicedSum
from jetbill.kernel.terms import SubscriptionTerms

MONTHLY = Every(1, Span.MONTH)


@dataclass(frozen=True, slots=True)
class Case:
    """An account, the books and the run. `window` is the first day whose changes count (None: every day)."""

    account: Account
    books: Books
    run: Run
    window: date | None
    invoiced: dict[int, list[InvoicedSum]]

    @property
    def target(self) -> date:
        """The day up to which is billed."""
        return self.run.target


def case_of(account: Account, books: Books, history: History, run: Run) -> Case:
    """The case; a run before the last one, or one that prices anew, bills as if on the day of the last."""
    if account.billed_to is not None and (run.rerate or run.target < account.billed_to):
        run = replace(run, target=account.billed_to)
    invoiced: dict[int, list[InvoicedSum]] = {}
    for each in history.invoiced:
        invoiced.setdefault(each.key.subscription, []).append(each)
    return Case(account, books, run, window_of(run, account.billed_to), invoiced)


@dataclass(frozen=True, slots=True)
class Subject:
    """One subscription of a case. `touched`: closed periods of its fees are looked at again."""

    case: Case
    terms: SubscriptionTerms
    life: Life
    touched: bool
    floor: date
    """Nothing before this day is proposed: an earlier system billed it."""

    @property
    def day(self) -> int:
        """The intended bill day that it started with; its own start day where the customer has none."""
        return self.case.account.customer.bill_day or self.life.start.day

    def bill_days(self) -> BillDays:
        """Its bill day and the changes of it."""
        own = self.life.start.day
        changes = tuple((each.on, each.bill_day or own) for each in self.case.account.bill_days)
        return BillDays(self.day, changes)

    def usage_coverages(self) -> tuple[Coverage, ...]:
        """Its usage periods: months on its bill day."""
        return service(self.life.start, self.life.end, self.bill_days(), (Alignment.BILL_DAY, MONTHLY))

    def usage_from(self) -> date:
        """The start of the usage period in which the window begins: older ones are closed."""
        window = self.case.window
        if window is None:
            return date.min
        if not self.case.account.bill_days and self.life.end is None:
            return (
                max(self.life.start, _month_start(self.day, window)) if self.life.start <= window else window
            )
        for coverage in self.usage_coverages():
            if coverage.start <= window and (coverage.end is None or window < coverage.end):
                return coverage.containing(window).start
        return window

    def issued(self) -> list[InvoicedSum]:
        """What was issued for it."""
        return self.case.invoiced.get(self.terms.id, [])


@lru_cache(maxsize=4096)
def _month_start(day: int, window: date) -> date:
    return Cycle(MONTHLY, window, day).at_or_before(window)


def subject(case: Case, terms: SubscriptionTerms, life: Life) -> Subject:
    """A subscription of the case, touched if anything dated inside the window happened to it."""
    floors = [each for each in (terms.billed_through, case.account.customer.billed_through) if each]
    return Subject(case, terms, life, _touched(case, terms), max(floors, default=date.min))


def _touched(case: Case, terms: SubscriptionTerms) -> bool:
    window, account = case.window, case.account
    if not terms.happenings:
        return True
    if window is None or case.run.rerate or terms.id in account.touched:
        return True
    if any(each.on >= window for each in terms.happenings):
        return True
    if case.books.has_bundle_discounts and _is_any_touched(account, window):
        return True
    return any(each.on >= window for each in account.bill_days) or any(
        (each.start >= window or (each.end is not None and window <= each.end <= case.target))
        and each.subscription in (None, terms.id)
        for each in account.discounts
    )


def _is_any_touched(account: Account, window: date) -> bool:
    """Whether anything happened to whatever the customer has: it may make something else of his cheaper."""
    return bool(account.touched) or any(
        happening.on >= window for each in account.subscriptions for happening in each.happenings
    )


@dataclass(slots=True)
class Opened:
    """From which day on issued lines of a subscription are set against the proposal."""

    usage: date
    other: date
    fees: dict[str, date] = field(default_factory=dict)

    def fee(self, component: str) -> date:
        """The day for a fee; for one that is no more, the window's."""
        return self.fees.get(component, self.other)
