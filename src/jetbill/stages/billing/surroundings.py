"""What stands around the lines of a document, read for many bills at once: addressee, balance, usage."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from jetbill.documents import canonical, view
from jetbill.kernel.money import rounded
from jetbill.kernel.periods import clamped
from jetbill.kernel.units import unit
from jetbill.stages.billing import queries
from jetbill.stages.billing.corrected import corrected
from jetbill.stages.billing.look import Look
from jetbill.stages.billing.proposing import Charged
from jetbill.stages.billing.views import Corrected, Setting
from jetbill.stages.customers.actions.money import OPENED
from jetbill.stages.customers.queries import addressees, payment_days
from jetbill.stages.ledger.queries import moved, standings
from jetbill.stages.rating import queries as rating

MONTHS = 12
GIGABYTE = unit("GB")
ZERO = Decimal(0)


def settings_for(
    bills: Sequence[Charged], on: date, look: Look, named: Corrected | None = None
) -> list[Setting]:
    """One setting per bill, in their order. `on` is the date that the documents bear; `named` the invoice
    that they correct, without it those whose lines they repair."""
    customers = [each.customer for each in bills]
    to, days = addressees(customers), payment_days(customers)
    stands = {
        currency: _standings([each.customer for each in bills if each.bill.currency == currency], currency)
        for currency in {each.bill.currency for each in bills}
    }
    first = clamped(12 * on.year + on.month - MONTHS, 1)
    is_told = "months" not in look.brand.hidden
    before = queries.invoiced_before(customers, first, on.replace(day=1)) if is_told else {}
    charts = {} if "chart" in look.brand.hidden else _charts(bills)
    corrects = {} if named else corrected(bills)
    due = {given: on + timedelta(days=given) for given in set(days.values())}
    settings = []
    for each in bills:
        customer, bill = each.customer, each.bill
        balance, previous = stands[bill.currency][customer]
        months = _months(before.get(customer, ""), on, str(bill.tax.payable))
        around = (months, charts.get(customer), named or corrects.get(customer))
        money = (bill.currency, previous, balance - previous)
        settings.append(Setting(to[customer], on, due[days[customer]], *money, *around))
    return settings


@lru_cache(maxsize=10_000)
def _months(told: str, on: date, payable: str) -> str:
    """The twelve months before `on` and its own, as the view tells them; `told` is what
    `queries.invoiced_before` says. Amounts are text here, for 0 and 0.00 are not the same bytes."""
    sums = {clamped(12 * on.year + on.month - back, 1): Decimal(0) for back in range(MONTHS, 0, -1)}
    for part in told.split(",") if told else ():
        day, amount = part.split(" ")
        month = date.fromisoformat(day).replace(day=1)
        sums[month] = sums[month] + Decimal(amount) if sums[month] else Decimal(amount)
    sums[on.replace(day=1)] = Decimal(payable)
    return canonical.fragment(tuple([view.Month(first, amount) for first, amount in sums.items()]))


def _standings(customers: Sequence[int], currency: str) -> dict[int, tuple[Decimal, Decimal]]:
    """What each owes, and what it was when his last document was issued; before his first one what he moved
    in with."""
    found = standings(customers, currency)
    fresh = [customer for customer in customers if customer not in found or found[customer].closed is None]
    opened = moved(OPENED, fresh) if fresh else {}
    before = {
        customer: (
            found[customer].amount if customer in found else ZERO,
            opened[customer].amount if customer in opened else ZERO,
        )
        for customer in fresh
    }
    return {
        owner: (each.amount, each.closed) for owner, each in found.items() if each.closed is not None
    } | before


def _charts(bills: Sequence[Charged]) -> dict[int, view.Chart]:
    """Octets down and up per day of the latest usage period that a bill charges.

    Octets "in" are what the access server received (RFC 2866): the customer's upload.
    """
    spans = {}
    for each in bills:
        used = [line for line in each.bill.lines if line.measured is not None]
        if used:
            latest = max(used, key=lambda line: line.end)
            spans[each.customer] = (latest.start, latest.end)
    charts = {}
    for customer, days in rating.octets_per_day(spans).items():
        start, end = spans[customer]
        whole = [start + timedelta(days=number) for number in range((end - start).days)]
        down = tuple(_gigabytes(days.get(day, (0, 0))[1]) for day in whole)
        up = tuple(_gigabytes(days.get(day, (0, 0))[0]) for day in whole)
        charts[customer] = view.Chart(
            text=view.Phrase("chart.data"),
            unit=GIGABYTE.name,
            start=start,
            series=(
                view.Series(view.Phrase("chart.download"), down),
                view.Series(view.Phrase("chart.upload"), up),
            ),
        )
    return charts


def _gigabytes(octets: int) -> Decimal:
    return rounded(GIGABYTE.of(octets), 3)
