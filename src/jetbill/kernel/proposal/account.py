"""What a bill is made from: a customer's account, what was billed before, the realm's policy, the day."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from jetbill.kernel.money import HALF_UP, Rounding
from jetbill.kernel.period_total import PeriodTotal
from jetbill.kernel.periods import clamped
from jetbill.kernel.proposal.lines import InvoicedSum
from jetbill.kernel.terms import BillDayChange, CustomerTerms, Discount, OneOff, SubscriptionTerms


@dataclass(frozen=True, slots=True)
class Account:
    """A customer with everything dated that he agreed to.

    `billed_to` is the target day of the last run that dealt with him (also one that found nothing due), None
    if there was none. `touched` names subscriptions whose happenings were edited or taken back since then;
    new happenings inside the look-back are seen without it.
    """

    customer: CustomerTerms
    subscriptions: tuple[SubscriptionTerms, ...]
    bill_days: tuple[BillDayChange, ...] = ()
    one_offs: tuple[OneOff, ...] = ()
    discounts: tuple[Discount, ...] = ()
    billed_to: date | None = None
    touched: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class History:
    """Per account: totals and issued sums of every period that ends after `open_for` (None: all)."""

    totals: Sequence[PeriodTotal] = ()
    invoiced: Sequence[InvoicedSum] = ()


class Negative(StrEnum):
    """Where the money of a negative bill goes: against open invoices first, or to the customer's account."""

    CREDIT_NOTE = "credit_note"
    ACCOUNT_CREDIT = "account_credit"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Beyond these a customer's bill is parked for a person: absolute amount, lines, periods of one fee."""

    amount: Decimal = Decimal(1_000_000)
    lines: int = 10_000
    periods: int = 400


@dataclass(frozen=True, slots=True)
class Policy:
    """How a realm bills.

    `look_back`: closed months that late usage and dated happenings may still change. `grace`: days after the
    end of a usage period before it is billed. `minimum`: a smaller bill waits for the next one.
    """

    look_back: int = 2
    grace: int = 0
    minimum: Decimal = Decimal(0)
    negative: Negative = Negative.CREDIT_NOTE
    tax_by_line: bool = False
    rounding: Rounding = HALF_UP
    bounds: Bounds = field(default_factory=Bounds)


@dataclass(frozen=True, slots=True)
class Run:
    """A pass over accounts: bill what is due on local day `target`.

    With `rerate` it prices anew what was issued of the periods that reach beyond this day, however old.
    """

    target: date
    policy: Policy = Policy()
    rerate: date | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an account cannot be billed: a code and one sentence; it is parked, the others go on."""

    code: str
    told: str


class Unbillable(Exception):
    """Raised inside the proposal; `bill` returns its problem."""

    def __init__(self, code: str, told: str) -> None:
        super().__init__(code, told)
        self.problem = Problem(code, told)


def open_for(run: Run, billed_to: date | None) -> date | None:
    """Periods that end on or before this day are closed for a run; None: nothing was billed yet.

    It is a month before the window, for a period that is open may have begun then.
    """
    since = window_of(run, billed_to)
    return None if since is None else clamped(12 * since.year + since.month - 2, since.day)


def window_of(run: Run, billed_to: date | None) -> date | None:
    """The first day whose changes a run still bills: `look_back` months before the last run, or the day from
    which it prices anew. None: every day, for nothing was billed yet."""
    if billed_to is None:
        return None
    if run.rerate is not None:
        return run.rerate
    return clamped(12 * billed_to.year + billed_to.month - 1 - run.policy.look_back, billed_to.day)
