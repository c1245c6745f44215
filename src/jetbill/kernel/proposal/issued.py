"""What stands issued once the lines of a bill are: the sums that the next proposal is set against."""

from collections.abc import Iterable, Sequence

from jetbill.kernel.proposal.lines import InvoicedSum, Key, NewLine


def with_lines(invoiced: Sequence[InvoicedSum], lines: Iterable[NewLine]) -> tuple[InvoicedSum, ...]:
    """The sums after `lines` are issued, in the order of their first lines."""
    sums: dict[Key, InvoicedSum] = {each.key: each for each in invoiced}
    for line in lines:
        known = sums.get(line.key)
        used = line.measured.used if line.measured is not None else None
        if known is None:
            sums[line.key] = InvoicedSum(line.key, line.item, line.amount, 1, used)
        else:
            # a line that is new in kind, after the old one was given back in full, is what the key now is
            item = known.item if line.repairs is not None else line.item
            sums[line.key] = InvoicedSum(line.key, item, known.amount + line.amount, known.lines + 1, used)
    return tuple(sums.values())
