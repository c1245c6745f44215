"""A line in words: "Fiber, 21 of 31 days", "30 GB over 100 GB". In English."""

from decimal import Decimal
from fractions import Fraction

from jetbill.kernel.money import decimal_of, rounded
from jetbill.kernel.proposal.lines import LineKind, NewLine, is_minimum

DIGITS = 3
"""Decimals of a quantity that does not end sooner."""


def words(line: NewLine) -> str:
    """What a line says beside its amount."""
    text = _what(line)
    if line.share is not None and line.item.kind is not LineKind.USAGE:
        text += f", {line.share.days} of {line.share.whole} days"
    if line.repairs is not None:
        text += ", adjusted" if line.amount > 0 else ", credited"
    return text


def _what(line: NewLine) -> str:
    item = line.item
    if item.kind is LineKind.USAGE:
        return _use(line)
    if item.kind is LineKind.COMMITMENT:
        return f"{item.name}, {'up to the minimum' if is_minimum(line.key) else 'above the maximum'}"
    if line.quantity != 1 and line.repairs is None:
        return f"{item.name}, {amount_of(line.quantity)} x"
    return item.name


def _use(line: NewLine) -> str:
    item = line.item
    text = f"{item.name} {line.key.rate_class}".strip()
    if line.repairs is not None:
        return text
    over = _over_the_free(line)
    return over or f"{text}, {amount_of(line.quantity)} {item.unit}"


def _over_the_free(line: NewLine) -> str:
    """`30 GB over 100 GB`, where a first band costs nothing and one other the whole amount."""
    parts = line.measured.parts if line.measured is not None else ()
    if len(parts) != 2 or parts[0].amount or not parts[1].amount:
        return ""
    unit = line.item.unit
    return f"{amount_of(parts[1].quantity)} {unit} over {amount_of(parts[0].quantity)} {unit}"


def amount_of(quantity: Decimal | Fraction) -> str:
    """A quantity without needless zeros, cut to three decimals if it does not end."""
    try:
        exact = quantity if isinstance(quantity, Decimal) else decimal_of(quantity)
    except ValueError:
        exact = rounded(quantity, DIGITS)
    text = f"{exact:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
