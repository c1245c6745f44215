"""Amounts at rest have four decimals; people and documents are shown those of the currency."""

from decimal import Decimal

from jetbill.kernel.money import HALF_UP


def shown(amount: Decimal, currency: str) -> Decimal:
    """119.0000 EUR is 119.00; 119.0000 JPY is 119."""
    return HALF_UP.amount(amount, currency)
