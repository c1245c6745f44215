"""The usage of a story as period totals, record by record through the exact twin of the compiled rating."""

from collections.abc import Sequence
from fractions import Fraction

from jetbill.kernel.decks import encode_number
from jetbill.kernel.period_total import PeriodTotal
from jetbill.kernel.proposal import Account, Books
from jetbill.kernel.rating import exact, twin
from jetbill.kernel.rating.batch import Record
from jetbill.kernel.rating.exact_prices import ExactRow
from jetbill.kernel.rating.layout import Status
from jetbill.kernel.rating.segments import Customer
from jetbill.kernel.rating.timeline import Owners, ServiceSpan
from jetbill.kernel.story.values import Uses
from jetbill.kernel.terms import SubscriptionTerms

ANY_TIME = (-(2**40), 2**40)
"""Seconds since 1970 between which a story may play."""


def totals_of(
    account: Account, books: Books, zone: str, uses: Sequence[Uses]
) -> tuple[tuple[PeriodTotal, ...], tuple[Uses, ...]]:
    """The totals of every record that a subscription has a charge for, and the records that none has.

    `zone` is the provider's, for calendars without one.
    """
    priced = exact.Books(books.versions, zone, ANY_TIME)
    totals: list[PeriodTotal] = []
    unrated: list[Uses] = []
    for use in uses:
        wanted = [each for each in account.subscriptions if use.subscription in (None, each.id)]
        answers = (_rated(account, each, priced, use) for each in wanted)
        found = next((each for each in answers if each is not None), None)
        if found is None:
            unrated.append(use)
        else:
            totals += found
    return tuple(totals), tuple(unrated)


def _rated(
    account: Account, subscription: SubscriptionTerms, books: exact.Books, use: Uses
) -> list[PeriodTotal] | None:
    """The record as usage of one subscription; None if that cannot rate it."""
    span = ServiceSpan(1, ANY_TIME[0], None, use.service, subscription.id)
    owner = Customer(account.customer, (subscription,), account.bill_days)
    found = twin.rate_exactly(_record(use), Owners((span,), (owner,)), books)
    if found.status is not Status.RATED:
        return None
    return [_total(subscription.id, use.service, row) for row in found.rows]


def _record(use: Uses) -> Record:
    return Record(
        1,
        use.start_s,
        use.duration_s,
        octets_in=use.octets if use.direction == "in" else 0,
        octets_out=use.octets if use.direction == "out" else 0,
        quantity=use.quantity,
        party=encode_number(use.calling),
        counterparty=encode_number(use.called),
        service_class=use.service_class,
        direction=use.direction,
    )


def _total(subscription: int, service: int, row: ExactRow) -> PeriodTotal:
    assert row.book is not None
    return PeriodTotal(
        subscription,
        f"{row.slot}:{row.charge}",
        row.period.start,
        row.period.end,
        row.rate_class,
        Fraction(row.quantity),
        row.plan,
        row.book.version,
        row.amount,
        row.count,
        service,
    )
