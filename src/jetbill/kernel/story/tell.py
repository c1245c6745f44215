"""A story told: run after run, what is known by then is proposed, subtracted, billed, posted and paid."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from jetbill.kernel import posting
from jetbill.kernel.book import PriceBook
from jetbill.kernel.proposal import (
    Account,
    Bill,
    Books,
    History,
    InvoicedSum,
    Outcome,
    Problem,
    Run,
    bill,
    postings,
    with_lines,
)
from jetbill.kernel.story.rating import totals_of
from jetbill.kernel.story.values import Happens, Pays, Person, Story, Told, Uses
from jetbill.kernel.terms import BillDayChange, Discount, Happening, OneOff, SubscriptionTerms

SERIES = {Outcome.INVOICE: "INV", Outcome.CREDIT_NOTE: "CN", Outcome.ACCOUNT_CREDIT: "CN"}


@dataclass(frozen=True, slots=True)
class Chapter:
    """One person in one run: the bill or the problem, its number ("" if none), what he owes afterwards.

    `unrated` is the use that no charge of his is for.
    """

    on: date
    person: str
    answer: Bill | Problem
    number: str
    balance: Decimal
    unrated: tuple[Uses, ...] = ()


@dataclass(frozen=True, slots=True)
class Ending:
    """The chapters in order, and what each person owes once all is told (negative: has to his credit)."""

    chapters: tuple[Chapter, ...]
    balances: Mapping[str, Decimal]


@dataclass(slots=True)
class _File:
    """What the provider keeps of a person between runs."""

    invoiced: tuple[InvoicedSum, ...] = ()
    billed_to: date | None = None
    ledger: dict[str, Decimal] = field(default_factory=dict)
    paid: int = 0

    def post(self, entry: posting.Entry) -> None:
        for each in entry:
            self.ledger[each.account] = self.ledger.get(each.account, Decimal(0)) + each.amount
        assert sum(self.ledger.values()) == 0, "the ledger balances after every entry"

    def settle(self) -> None:
        """Money on the account pays what is owed, as far as it goes."""
        has = -self.ledger.get(posting.CUSTOMER_CREDIT, Decimal(0))
        owes = self.ledger.get(posting.RECEIVABLE, Decimal(0))
        if owes < 0:
            self.post(posting.account_credited(-owes))
        elif has > 0 and owes > 0:
            self.post(posting.allocated(min(has, owes)))

    def balance(self) -> Decimal:
        zero = Decimal(0)
        return self.ledger.get(posting.RECEIVABLE, zero) + self.ledger.get(posting.CUSTOMER_CREDIT, zero)


def tell(story: Story) -> Ending:
    """Every bill of a story, run by run and person by person; the same story gives the same ending."""
    files = {person.name: _File() for person in story.people}
    numbers: dict[str, int] = {}
    chapters = []
    for on in sorted(story.runs):
        books = Books([book for book, day in _published(story) if day <= on])
        for person in story.people:
            file = files[person.name]
            _take_payments(story, person, file, on)
            chapters.append(_chapter(story, person, file, (on, books, numbers)))
    for person in story.people:
        _take_payments(story, person, files[person.name], date.max)
    return Ending(tuple(chapters), {name: file.balance() for name, file in files.items()})


def _published(story: Story) -> list[tuple[PriceBook, date]]:
    days = story.published or (date.min,) * len(story.books)
    return list(zip(story.books, days, strict=True))


def _chapter(story: Story, person: Person, file: _File, run: tuple[date, Books, dict[str, int]]) -> Chapter:
    on, books, numbers = run
    told = [each for each in story.told if each.person == person.name and each.known <= on]
    account = _account(person, told, file)
    uses = [each.what for each in told if isinstance(each.what, Uses)]
    totals, unrated = totals_of(account, books, story.provider.zone, uses)
    answer = bill(account, books, History(totals, file.invoiced), Run(on, story.provider.policy))
    number = ""
    if isinstance(answer, Bill) and answer.outcome in SERIES:
        series = SERIES[answer.outcome]
        numbers[series] = numbers.get(series, 0) + 1
        number = f"{series}-{numbers[series]}"
        file.invoiced = with_lines(file.invoiced, answer.lines)
        file.post(postings(answer))
        file.settle()
    if isinstance(answer, Bill) and answer.outcome is not Outcome.CARRIED:
        file.billed_to = on
    return Chapter(on, person.name, answer, number, file.balance(), unrated)


def _account(person: Person, told: list[Told], file: _File) -> Account:
    what = [each.what for each in told]
    return Account(
        person.terms,
        _subscriptions(person, [each for each in what if isinstance(each, Happens)]),
        tuple(sorted((each for each in what if isinstance(each, BillDayChange)), key=lambda each: each.on)),
        tuple(each for each in what if isinstance(each, OneOff)),
        tuple(each for each in what if isinstance(each, Discount)),
        file.billed_to,
    )


def _subscriptions(person: Person, happens: list[Happens]) -> tuple[SubscriptionTerms, ...]:
    found: dict[int, tuple[Happens, list[Happening]]] = {}
    for each in happens:
        found.setdefault(each.subscription, (each, []))[1].append(each.happening)
    return tuple(
        SubscriptionTerms(
            number,
            person.terms.id,
            first.book,
            first.bundle,
            tuple(sorted(happenings, key=lambda each: (each.on, each.sequence))),
            first.label,
        )
        for number, (first, happenings) in sorted(found.items())
    )


def _take_payments(story: Story, person: Person, file: _File, until: date) -> None:
    """What was paid before the bills of day `until` are made."""
    payments = [
        each.what for each in story.told if each.person == person.name and isinstance(each.what, Pays)
    ]
    for payment in sorted(payments, key=lambda each: each.on)[file.paid :]:
        if payment.on > until:
            return
        file.paid += 1
        if payment.amount > 0:
            file.post(posting.payment_received(payment.amount))
        else:
            file.post(posting.payment_returned(-payment.amount))
        file.settle()
