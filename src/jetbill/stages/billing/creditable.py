"""What of an issued invoice may still be given back: per line, and per tax."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from jetbill.kernel import posting
from jetbill.kernel.proposal.lines import CREDITED, Group, Item, Key, group
from jetbill.stages.billing import items
from jetbill.stages.billing.models import Document, Kind, Line

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Creditable:
    """A line of an issued invoice, and what is left of its amount (both signed as the customer owed)."""

    ordinal: int
    key: Key
    item: Item
    amount: Decimal
    left: Decimal
    credits: int
    """How many credits of it there are."""


def creditable(invoice: Document) -> list[Creditable]:
    """The lines of `invoice` in order: what is left of one is its amount less what any document gave back."""
    lines = list(Line.objects.filter(document_id=invoice.pk).order_by("ordinal"))
    sums, credits = _sums(invoice.customer_id, lines)
    found = []
    for line in lines:
        key = key_of(line)
        total = sums[group(key)]
        left = (
            max(NOTHING, min(line.amount, total))
            if line.amount > 0
            else min(NOTHING, max(line.amount, total))
        )
        sums[group(key)] -= left
        found.append(
            Creditable(line.ordinal, key, items.read(line.item), line.amount, left, credits[credit_key(key)])
        )
    return found


def credit_key(of: Key) -> Key:
    """The key under which a person gives back of a line."""
    return of._replace(component=of.component + CREDITED)


def left_by_tax(invoice: Document) -> dict[tuple[str, Decimal], tuple[Decimal, Decimal]]:
    """Base and tax per category and rate: the invoice less the credit notes that correct it."""
    documents = [invoice, *Document.objects.filter(corrects=invoice, kind=Kind.CREDIT_NOTE)]
    bases: dict[tuple[str, Decimal], Decimal] = defaultdict(Decimal)
    for line in Line.objects.filter(document_id__in=[each.pk for each in documents]):
        item = items.read(line.item)
        bases[item.category, item.percent] += line.net
    owed: dict[str, Decimal] = defaultdict(Decimal)
    for each in documents:
        for account, amount in zip(each.accounts, each.amounts, strict=True):
            owed[account] -= amount
    return {name: (base, owed[posting.tax(*name)]) for name, base in bases.items()}


def _sums(customer: int, lines: Sequence[Line]) -> tuple[dict[Group, Decimal], dict[Key, int]]:
    """Per group of `lines` all that was ever charged and given back, and per key how many lines it has."""
    components = {line.component for line in lines}
    rows = Line.objects.filter(
        customer_id=customer,
        component__in=[*components, *(each + CREDITED for each in components)],
        period_start__in={line.period_start for line in lines},
    )
    sums: dict[Group, Decimal] = defaultdict(Decimal)
    counts: dict[Key, int] = defaultdict(int)
    for row in rows:
        key = key_of(row)
        sums[group(key._replace(component=key.component.removesuffix(CREDITED)))] += row.amount
        counts[key] += 1
    return sums, counts


def key_of(line: Line) -> Key:
    """What a line charges."""
    return Key(line.subscription_id, line.component, line.period_start, line.period_end, line.rate_class)
