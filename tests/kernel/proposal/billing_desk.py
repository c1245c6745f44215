"""A billing desk for tests: issues what `bill` returns and remembers it, as the billing stage does."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from jetbill.kernel.book import Every, Fee, Plan, PriceBook, Span, TaxRate, Timing
from jetbill.kernel.period_total import PeriodTotal
from jetbill.kernel.proposal import (
    Account,
    Bill,
    Books,
    History,
    InvoicedSum,
    Policy,
    Problem,
    Run,
    bill,
    postings,
    with_lines,
)
from jetbill.kernel.proposal.bill import Outcome
from jetbill.kernel.terms import CustomerTerms, Happening, HappeningKind, PlanChoice, SubscriptionTerms

MONTH = Every(1, Span.MONTH)
YEAR = Every(12, Span.MONTH)
UNTAXED = (TaxRate("standard", "O", Decimal(0)),)


def fee(price: str, every: Every | None = MONTH, **more: object) -> Fee:
    """A fee of code "fee"; `more` are its other fields."""
    given = {"code": "fee", "name": "Fiber", "product": "", "tax_class": "standard"} | more
    return Fee(price=Decimal(price), every=every, **given)  # type: ignore[arg-type]


def book(plans: dict[str, tuple[Fee, ...] | Plan], **more: object) -> PriceBook:
    """A book of plans made of fees."""
    made = {
        code: each if isinstance(each, Plan) else Plan(code, code.capitalize(), each)
        for code, each in plans.items()
    }
    given = {"code": "book", "name": "Book", "currency": "EUR", "bundles": {}, "taxes": UNTAXED} | more
    return PriceBook(plans=made, **given)  # type: ignore[arg-type]


def customer(bill_day: int = 1, **more: object) -> CustomerTerms:
    """Ann."""
    given = {"id": 1, "number": "1", "zone": "Europe/Vienna", "currency": "EUR"} | more
    return CustomerTerms(bill_day=bill_day, **given)  # type: ignore[arg-type]


def happening(on: date, kind: HappeningKind, *choices: PlanChoice, sequence: int = 0) -> Happening:
    """A happening in slot 0."""
    return Happening(on, kind, choices, sequence=sequence)


def subscription(*happenings: Happening, id: int = 1, **more: object) -> SubscriptionTerms:
    """A subscription of Ann."""
    return SubscriptionTerms(id, 1, "book", "bundle", happenings, **more)  # type: ignore[arg-type]


class Desk:
    """Issues bills of one customer, run after run."""

    def __init__(self, *versions: PriceBook, policy: Policy | None = None) -> None:
        self.books = Books(versions)
        self.policy = policy or Policy()
        self.invoiced: tuple[InvoicedSum, ...] = ()
        self.billed_to: date | None = None

    def preview(
        self,
        target: date,
        account: Account,
        totals: Sequence[PeriodTotal] = (),
        *,
        rerate: date | None = None,
    ) -> Bill | Problem:
        """The bill, not issued."""
        account = replace(account, billed_to=self.billed_to)
        return bill(account, self.books, History(totals, self.invoiced), Run(target, self.policy, rerate))

    def run(
        self,
        target: date,
        account: Account,
        totals: Sequence[PeriodTotal] = (),
        *,
        rerate: date | None = None,
    ) -> Bill:
        """The bill, issued unless it is carried forward."""
        answer = self.preview(target, account, totals, rerate=rerate)
        assert isinstance(answer, Bill), answer
        assert sum(each.amount for each in postings(answer)) == 0
        if answer.outcome is not Outcome.CARRIED:
            self.invoiced = with_lines(self.invoiced, answer.lines)
            self.billed_to = target if self.billed_to is None else max(target, self.billed_to)
        return answer

    def total(self) -> Decimal:
        """Everything issued so far."""
        return sum((each.amount for each in self.invoiced), Decimal(0))


def amounts(of: Bill) -> list[str]:
    """The amounts of a bill's lines, as text."""
    return [str(line.amount) for line in of.lines]


ADVANCE, ARREARS = Timing.ADVANCE, Timing.ARREARS
START, PLAN, FEE, QUANTITY = (
    HappeningKind.START,
    HappeningKind.PLAN,
    HappeningKind.FEE,
    HappeningKind.QUANTITY,
)
PAUSE, RESUME, END = HappeningKind.PAUSE, HappeningKind.RESUME, HappeningKind.END
