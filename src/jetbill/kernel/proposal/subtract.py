"""New lines: the proposal less what is invoiced, group by group; a second run finds nothing.

249.95 for 2 March to 2 April, and a pause on 4 March: 16.13 is proposed, so -233.82 is new, and it repairs
the line of 249.95.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from jetbill.kernel.proposal.case import Opened
from jetbill.kernel.proposal.lines import (
    CREDITED,
    MAXIMUM,
    MINIMUM,
    Group,
    InvoicedSum,
    Item,
    Key,
    LineKind,
    NewLine,
    ProposedLine,
    Share,
    group,
)
from jetbill.kernel.proposal.one_offs import ONE_OFF
from jetbill.kernel.proposal.propose import Proposal
from jetbill.kernel.proposal.reductions import DISCOUNT

NOTHING = Decimal(0)


def subtract(proposal: Proposal, invoiced: Sequence[InvoicedSum]) -> tuple[NewLine, ...]:
    """The differences, zeros dropped; what is only invoiced is given back in full, before the other lines."""
    if not invoiced:
        return tuple([_fresh(line) for line in proposal.lines if line.amount])
    issued = _open_groups(proposal, invoiced)
    limits = _given(proposal, issued, invoiced)
    found: list[NewLine] = []
    for line in proposal.lines:
        before = issued.pop(group(line.key), None)
        if before is None:
            found += [_fresh(line)] if line.amount else []
        elif line.item is not before.item or line.amount != before.amount:
            found += _difference(line, before, limits.get(group(line.key), NOTHING))
    given_back = [
        new
        for name, before in sorted(issued.items(), key=_by_key)
        for new in _given_back(before, limits.get(name, NOTHING))
    ]
    return _numbered([*given_back, *found], invoiced)


def _numbered(lines: list[NewLine], invoiced: Sequence[InvoicedSum]) -> tuple[NewLine, ...]:
    """The lines with their revisions: how many lines of the same key there are before."""
    if not lines:
        return ()
    counts = {each.key: each.lines for each in invoiced}
    found = []
    for line in lines:
        revision = counts.get(line.key, 0)
        counts[line.key] = revision + 1
        found.append(line._replace(revision=revision) if revision else line)
    return tuple(found)


def _by_key(item: tuple[Group, InvoicedSum]) -> Key:
    return item[1].key


def _open_groups(proposal: Proposal, invoiced: Sequence[InvoicedSum]) -> dict[Group, InvoicedSum]:
    """The issued sums that are set against the proposal, by group."""
    found: dict[Group, InvoicedSum] = {}
    subscription, opened = -1, Opened(date.max, date.max)
    for each in invoiced:
        key, item = each.key, each.item
        if key.subscription != subscription:
            subscription, opened = key.subscription, proposal.opened_for(key.subscription)
        since = opened.usage if _is_of_use(key, item) else _since(each, opened)
        if key.period_start < since:
            continue  # it is closed
        if item.kind is LineKind.CREDIT:
            continue  # a person gave it back
        if item.kind is not LineKind.DISCOUNT or ONE_OFF not in key.component:
            name = group(key)
            known = found.get(name)
            found[name] = each if known is None else _joined(known, each)
    return found


def _is_of_use(key: Key, item: Item) -> bool:
    if item.unit or item.kind is LineKind.COMMITMENT:
        return True
    return item.kind is LineKind.DISCOUNT and key.component.partition(DISCOUNT)[0].endswith(
        (MINIMUM, MAXIMUM)
    )


def _since(of: InvoicedSum, opened: Opened) -> date:
    """The day from which on an issued line that is no usage is looked at."""
    if of.key.component.startswith(ONE_OFF):
        return date.min if opened.other == date.max else opened.other
    if not opened.fees:
        return opened.other
    return opened.fee(of.key.component.partition(DISCOUNT)[0])


def _joined(one: InvoicedSum, other: InvoicedSum) -> InvoicedSum:
    """Two keys of one group, which differ in their ends: the one that was not given back stands for both."""
    standing = max(one, other, key=lambda each: (abs(each.amount), each.key))
    return standing._replace(amount=one.amount + other.amount)


def _given(
    proposal: Proposal, issued: dict[Group, InvoicedSum], invoiced: Sequence[InvoicedSum]
) -> dict[Group, Decimal]:
    """What was given already, by line: credits of a person by the line they are of, goodwill by the fee that
    it belongs to, which is that of its subscription and day, the first if there are several."""
    found: dict[Group, Decimal] = {}
    for each in invoiced:
        if each.item.kind is LineKind.CREDIT:
            of = each.key._replace(component=each.key.component.removesuffix(CREDITED))
            found[group(of)] = found.get(group(of), NOTHING) + each.amount
    for line in proposal.lines:
        if line.item.kind is not LineKind.GOODWILL or not line.key.subscription:
            continue
        on = line.key.period_start
        fees = sorted(
            name
            for name, each in issued.items()
            if each.item.kind is LineKind.FEE
            and name.subscription == line.key.subscription
            and each.key.period_start <= on < each.key.period_end
        )
        if fees:
            found[fees[0]] = found.get(fees[0], NOTHING) + line.amount
    return found


def _fresh(line: ProposedLine) -> NewLine:
    key = line.key
    return NewLine(key, 0, line.item, line.amount, line.quantity, key[2], key[3], line.share, line.measured)


def _difference(line: ProposedLine, before: InvoicedSum, given: Decimal) -> Iterator[NewLine]:
    if _is_other(line.item, before.item):
        yield from _given_back(before, given)
        if line.amount:
            yield _fresh(line)
        return
    amount = _capped(line.amount - before.amount, before.amount, given)
    if amount:
        start, end = _changed_days(line.key, before.key)
        days = (end - start).days
        whole = line.share.whole if line.share else (line.key[3] - line.key[2]).days
        share = Share(days, whole) if (start, end) != line.key[2:4] and days < whole else None
        item = _taxed_like(line.item, before.item)
        yield NewLine(
            before.key,
            0,
            item,
            amount,
            Decimal(1),
            start,
            end,
            share,
            line.measured,
            repairs=before.key,
        )


def _is_other(new: Item, old: Item) -> bool:
    """Whether a line may not simply be changed: another product, or another kind of tax."""
    return (new.product, new.tax_class, new.category) != (old.product, old.tax_class, old.category)


def _taxed_like(new: Item, old: Item) -> Item:
    """What a repair sells, at the tax of the line that it repairs."""
    if (new.percent, new.reason) == (old.percent, old.reason):
        return new
    return Item(
        new.kind,
        new.name,
        new.product,
        new.tax_class,
        old.category,
        old.percent,
        old.reason,
        new.plan,
        new.book,
        new.version,
        new.unit_price,
        new.unit,
    )


def _changed_days(new: Key, old: Key) -> tuple[date, date]:
    """The days by which the end moved; all of them if it did not."""
    if new.period_end == old.period_end:
        return new.period_start, new.period_end
    return min(new.period_end, old.period_end), max(new.period_end, old.period_end)


def _capped(difference: Decimal, before: Decimal, given: Decimal) -> Decimal:
    """A repair gives back at most what is left of the line; of a negative one it takes no more back.

    What takes off, a discount or a maximum, grows with what it takes off from.
    """
    if before <= 0 and not given:
        return difference
    left = before + given
    if before < 0 and given:
        return min(difference, max(NOTHING, -left))
    if difference >= 0 or left + difference >= 0:
        return difference
    return min(NOTHING, -left)


def _given_back(before: InvoicedSum, given: Decimal) -> Iterator[NewLine]:
    amount = _capped(-before.amount, before.amount, given)
    if amount:
        key = before.key
        yield NewLine(key, 0, before.item, amount, Decimal(1), key[2], key[3], repairs=before.key)
