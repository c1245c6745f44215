"""Tax on a document as EN 16931 counts it: per category and rate, on the sum of rounded lines.

Net prices: tax = round(base x rate), total = bases + taxes. Prices with tax in them: the customer pays the
sum of the gross lines; a leftover cent is the rounding amount (BT-114): 3 x 0.99 at 19 % is 2.49 + 0.47 and
0.01.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from jetbill.kernel.money import HALF_UP, Exact, Rounding, exponent, rounded

RATED = frozenset({"S", "L", "M", "B"})
"""Categories of EN 16931 with a rate: standard, Canary Islands, Ceuta and Melilla, split payment."""
UNRATED = frozenset({"Z", "E", "AE", "K", "G", "O"})
"""Zero rated, exempt, reverse charge, inside the Community, export, outside the scope: their rate is 0."""


@dataclass(frozen=True, slots=True)
class TaxedLine:
    """A rounded line of a document: net, or gross where prices include tax; `rate` in percent.

    `more_rates` are further taxes on the same base. `reason` is the exemption reason printed on the document.
    """

    amount: Decimal
    category: str
    rate: Decimal
    more_rates: tuple[Decimal, ...] = ()
    reason: str = ""

    def __post_init__(self) -> None:
        if self.category in UNRATED:
            if self.rate or self.more_rates:
                raise ValueError(f"tax category {self.category} has rate 0, not {self.rate}")
        elif self.category not in RATED:
            raise ValueError(f"{self.category!r} is not a tax category of EN 16931 such as S, Z, E or AE")
        elif self.rate < 0 or any(rate < 0 for rate in self.more_rates):
            raise ValueError(f"a tax rate is not negative: {self.rate}")

    @property
    def rates(self) -> tuple[Decimal, ...]:
        """All taxes on the base, in percent."""
        return (self.rate, *self.more_rates)


@dataclass(frozen=True, slots=True)
class TaxPolicy:
    """How a realm taxes documents of `currency`; `by_line` rounds the tax of each line by itself."""

    currency: str
    includes_tax: bool = False
    by_line: bool = False
    rounding: Rounding = HALF_UP


@dataclass(frozen=True, slots=True)
class TaxRow:
    """One row of the tax breakdown: `taxes` belong to `rate` and `more_rates` in this order."""

    category: str
    rate: Decimal
    base: Decimal
    taxes: tuple[Decimal, ...]
    more_rates: tuple[Decimal, ...] = ()
    reason: str = ""

    @property
    def tax(self) -> Decimal:
        """All taxes of the row (BT-117)."""
        return sum(self.taxes, Decimal(0))


@dataclass(frozen=True, slots=True)
class TaxSummary:
    """The breakdown and the totals of a document: net + tax + rounding = payable.

    `nets` holds the net amount of each line, in order (BT-131); `net` is BT-109, `tax` BT-110, `rounding`
    BT-114, `payable` BT-115.
    """

    rows: tuple[TaxRow, ...]
    nets: tuple[Decimal, ...]
    net: Decimal
    tax: Decimal
    rounding: Decimal
    payable: Decimal

    @property
    def gross(self) -> Decimal:
        """The total with tax, before the rounding amount (BT-112)."""
        return self.net + self.tax


def settled(
    note: TaxSummary, left: Mapping[tuple[str, Decimal], tuple[Decimal, Decimal]], policy: TaxPolicy
) -> TaxSummary:
    """A credit note (negative) that takes back no more tax than an invoice has left, given as base and tax
    per category and rate; where the base is used up, exactly the rest.

    Two notes of 0.05 over a base of 0.10 at 10 % would give back 0.01 each; the invoice charged 0.01.
    """
    rows = []
    for row in note.rows:
        base, tax = left[row.category, row.rate]
        rows.append(replace(row, taxes=(-tax if -row.base == base else -min(-row.tax, tax),)))
    total = _total([row.tax for row in rows])
    payable = note.payable if policy.includes_tax else note.net + total
    return replace(note, rows=tuple(rows), tax=total, payable=payable, rounding=payable - note.net - total)


def taxes(base: Exact, rates: Sequence[Decimal], policy: TaxPolicy) -> tuple[Decimal, ...]:
    """Each tax on one base, rounded by itself: 99.99 at 8.875, 2.125 and 0.5 % is 8.87, 2.12 and 0.50."""
    return tuple([_percent_of(base, rate, policy) for rate in rates])


def summary(lines: Sequence[TaxedLine], policy: TaxPolicy) -> TaxSummary:
    """The taxes and totals of the lines of a document; raises ValueError for a line that is not rounded."""
    _rounded_or_refused(lines, policy)
    nets = tuple(_net(line, policy) for line in lines)
    groups: dict[tuple[str, Decimal, tuple[Decimal, ...], str], list[int]] = {}
    for number, line in enumerate(lines):
        key = (line.category, line.rate, line.more_rates, line.reason)
        groups.setdefault(key, []).append(number)
    rows = tuple(
        [
            _row([lines[number] for number in groups[key]], [nets[number] for number in groups[key]], policy)
            for key in sorted(groups)
        ]
    )
    net, tax = _total(nets), _total([row.tax for row in rows])
    payable = _total([line.amount for line in lines]) if policy.includes_tax else net + tax
    return TaxSummary(rows, nets, net, tax, payable - net - tax, payable)


@dataclass(frozen=True, slots=True)
class Credit:
    """The amounts of a credit note, all positive: base + tax = total."""

    base: Decimal
    tax: Decimal
    total: Decimal


def credit_of(line: Decimal, unused: Fraction, rate: Decimal, policy: TaxPolicy) -> Credit:
    """Credit for the share `unused` of a net line that was paid: base and tax are each rounded, then added.

    200.00, 29/30, 25 %: 193.33 + 48.33 = 241.66. Cap the result with `capped`: 160.00 gives 193.34, more than
    the exact 193.33.
    """
    exact = Fraction(line) * unused
    base = policy.rounding.amount(exact, policy.currency)
    (tax,) = taxes(exact, [rate], policy)
    return Credit(base, tax, base + tax)


def capped(credit: Credit, cap: Decimal, rate: Decimal, policy: TaxPolicy) -> Credit:
    """A credit of at most `cap` with its tax, the open remainder of the line; below 0 the cap is 0."""
    total = max(Decimal(0), min(credit.total, cap))
    if total == credit.total:
        return credit
    base = policy.rounding.amount(Fraction(total) / (1 + Fraction(rate) / 100), policy.currency)
    return Credit(base, total - base, total)


def payable_after(net: Decimal, tax: Decimal, credit: Decimal) -> Decimal:
    """What remains due of an invoice once a credit note is set against it; never below 0."""
    return max(Decimal(0), net + tax - credit)


def _percent_of(base: Exact, rate: Decimal, policy: TaxPolicy) -> Decimal:
    above, below = base.as_integer_ratio()
    percent, hundredths = rate.as_integer_ratio()
    return policy.rounding.ratio((above * percent, below * hundredths * 100), policy.currency)


def _rounded_or_refused(lines: Sequence[TaxedLine], policy: TaxPolicy) -> None:
    digits = exponent(policy.currency)
    for line in lines:
        if line.amount != rounded(line.amount, digits):
            raise ValueError(f"line amount {line.amount} is not rounded to {policy.currency}")


def _net(line: TaxedLine, policy: TaxPolicy) -> Decimal:
    if not policy.includes_tax:
        return line.amount
    return policy.rounding.amount(Fraction(line.amount) / _with_tax(line), policy.currency)


def _with_tax(line: TaxedLine) -> Fraction:
    return 1 + sum(map(Fraction, line.rates), Fraction(0)) / 100


def _row(lines: Sequence[TaxedLine], nets: Sequence[Decimal], policy: TaxPolicy) -> TaxRow:
    """The row of lines of one category, rate and reason."""
    first, base = lines[0], _total(nets)
    if policy.by_line and policy.includes_tax:
        each = [_inclusive(first, line.amount, policy) for line in lines]
    elif policy.by_line:
        each = [taxes(net, first.rates, policy) for net in nets]
    elif policy.includes_tax:
        each = [_inclusive(first, _total([line.amount for line in lines]), policy)]
    else:
        each = [taxes(base, first.rates, policy)]
    sums = tuple(_total(column) for column in zip(*each, strict=True))
    return TaxRow(first.category, first.rate, base, sums, first.more_rates, first.reason)


def _inclusive(line: TaxedLine, gross: Decimal, policy: TaxPolicy) -> tuple[Decimal, ...]:
    """The taxes inside: gross - round(gross / (1 + rate)), all but the first rounded by themselves."""
    exact = Fraction(gross) / _with_tax(line)
    inside = gross - policy.rounding.amount(exact, policy.currency)
    more = taxes(exact, line.more_rates, policy)
    return (inside - _total(more), *more)


def _total(amounts: Sequence[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))
