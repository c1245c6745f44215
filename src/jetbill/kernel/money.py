"""Amounts of money: minor units of currencies, named roundings, and spreading an amount over lines.

On the way an amount is an exact `Fraction`; one named rounding makes it the `Decimal` that it is at rest.
Example: 0.005 EUR is 0.01 EUR, -0.005 EUR is -0.01 EUR, and 1000.5 JPY is 1001 JPY.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, Inexact, InvalidOperation
from fractions import Fraction
from math import lcm

from jetbill.kernel.book import RoundingMode
from jetbill.kernel.currencies import EXPONENTS

Exact = Fraction | Decimal | int
"""A number without error: what the kernel computes with."""

DIGITS = 9
"""Decimals of an exact number that does not end, where it is told to people."""
_EXACTLY = Context(prec=1000, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[Inexact, InvalidOperation])


def exponent(currency: str) -> int:
    """Decimals of the currency in ISO 4217: EUR 2, JPY 0, KWD 3. Raises ValueError for an unknown code."""
    if currency not in EXPONENTS:
        raise ValueError(f"{currency!r} is not a currency code of ISO 4217 such as EUR")
    return EXPONENTS[currency]


def rounded(exact: Exact, digits: int, mode: RoundingMode = RoundingMode.HALF_UP) -> Decimal:
    """`exact` at `digits` decimals (-2 is hundreds), symmetric about zero: -0.005 at 2 is -0.01."""
    return rounded_ratio(exact.as_integer_ratio(), digits, mode)


def rounded_ratio(ratio: tuple[int, int], digits: int, mode: RoundingMode = RoundingMode.HALF_UP) -> Decimal:
    """`rounded` for numerator and denominator (above 0), which need not be reduced."""
    above, below = ratio
    if digits >= 0:
        above *= 10**digits
    else:
        below *= 10**-digits
    whole, rest = divmod(abs(above), below)
    if _goes_up(rest, below, mode):
        whole += 1
    if above < 0:
        whole = -whole
    if digits > 0:
        return Decimal(whole).scaleb(-digits, _EXACTLY)
    return Decimal(whole * 10**-digits)


def decimal_of(exact: Fraction) -> Decimal:
    """`exact` as a Decimal; raises ValueError if it has no end, such as 1/3."""
    try:
        return _EXACTLY.divide(Decimal(exact.numerator), Decimal(exact.denominator))
    except Inexact:
        raise ValueError(f"{exact} has no end as a decimal number") from None


def told(amount: Fraction) -> str:
    """An amount as people write it: 0.0172, or 1/3 as about 0.333333333."""
    shown = rounded(amount, DIGITS)
    text = f"{shown:f}".rstrip("0").rstrip(".") if "." in f"{shown:f}" else f"{shown:f}"
    return text if Fraction(shown) == amount else f"about {text}"


@dataclass(frozen=True, slots=True)
class Rounding:
    """A realm's one policy for amounts on documents: half away from zero at the currency's minor unit.

    `step` minor units are the smallest amount: 5 rounds Swiss francs to 0.05.
    """

    mode: RoundingMode = RoundingMode.HALF_UP
    step: int = 1

    def amount(self, exact: Exact, currency: str) -> Decimal:
        """`exact` units of `currency`, rounded once: 1000.5 JPY is 1001."""
        return self.ratio(exact.as_integer_ratio(), currency)

    def ratio(self, ratio: tuple[int, int], currency: str) -> Decimal:
        """`amount` for numerator and denominator (above 0), which need not be reduced."""
        digits = exponent(currency)
        if self.step == 1:
            return rounded_ratio(ratio, digits, self.mode)
        above, below = ratio
        steps = rounded_ratio((above * 10**digits, below * self.step), 0, self.mode)
        return rounded_ratio((int(steps) * self.step, 10**digits), digits)


HALF_UP = Rounding()


def spread(total: Decimal, weights: Sequence[Exact], digits: int) -> tuple[Decimal, ...]:
    """`total` over lines in proportion to `weights`, by largest remainder: the shares sum to `total` exactly.

    1.00 over 3.33, 3.33, 3.34 is 0.33, 0.33, 0.34. `total` has at most `digits` decimals. A share is never
    above its weight if `total` is not above the sum of the weights. Among equal remainders the first line
    takes the odd unit. Raises ValueError if there is nothing to spread over, or for a negative weight.
    """
    units = Fraction(total) * 10**digits
    if units.denominator != 1:
        raise ValueError(f"{total} has more than {digits} decimals and cannot be spread")
    parts = _whole_parts(weights)
    if any(part < 0 for part in parts):
        raise ValueError("an amount cannot be spread over a negative line")
    whole = sum(parts)
    if whole == 0 and units != 0:
        raise ValueError(f"there is no line to spread {total} over")
    wanted, sign = abs(units.numerator), -1 if units < 0 else 1
    shares = [divmod(wanted * part, whole or 1) for part in parts]
    counts = [count for count, _ in shares]
    by_remainder = sorted(range(len(shares)), key=lambda line: -shares[line][1])
    for line in by_remainder[: wanted - sum(counts)]:
        counts[line] += 1
    return tuple([rounded_ratio((sign * count, 10**digits), digits) for count in counts])


def _whole_parts(weights: Sequence[Exact]) -> list[int]:
    """Whole numbers in the same proportions: integers sort and divide twenty times as fast as fractions."""
    ratios = [weight.as_integer_ratio() for weight in weights]
    below = lcm(*{ratio[1] for ratio in ratios})
    return [above * (below // own) for above, own in ratios]


def _goes_up(rest: int, below: int, mode: RoundingMode) -> bool:
    """Whether the magnitude goes to the next unit, `rest` of `below` parts above the last one."""
    if mode is RoundingMode.HALF_UP:
        return 2 * rest >= below
    if mode is RoundingMode.UP:
        return rest > 0
    assert mode is RoundingMode.DOWN, mode
    return False
