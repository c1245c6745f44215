"""Gap-free numbers: dealt from one row per series inside the issuing transaction, in a fixed order."""

from datetime import date

from django.db import connection

from jetbill.kernel.trouble import Refused
from jetbill.stages.billing.models import NumberSeries

PATTERNS = {
    "invoice": "INV-{year}-{n:06d}",
    "credit_note": "CN-{year}-{n:06d}",
    "receipt": "RCT-{year}-{n:06d}",
    "statement": "ST-{year}-{n:06d}",
}
"""The series a realm starts with; a realm changes the pattern, never a number that was dealt."""


def ensure_series() -> None:
    """Make the series that the realm does not have yet."""
    NumberSeries.objects.bulk_create(
        [NumberSeries(code=code, pattern=pattern) for code, pattern in PATTERNS.items()],
        ignore_conflicts=True,
    )


def deal(code: str, count: int, on: date) -> list[str]:
    """The next `count` numbers of a series. Holds the row until the transaction ends: call it last.

    Raises Refused("series.unknown") for a series the realm does not have.
    """
    return numbers_from(code, set_aside(code, count), count, on)


def set_aside(code: str, count: int) -> int:
    """The first of the next `count` numbers of a series, which are then nobody else's; see `deal`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE number_series SET next = next + %s WHERE code = %s RETURNING next - %s",
            [count, code, count],
        )
        row = cursor.fetchone()
    if row is None:
        raise Refused("series.unknown", series=code)
    first: int = row[0]
    return first


def numbers_from(code: str, first: int, count: int, on: date) -> list[str]:
    """`count` numbers of a series from `first` on, as documents of day `on` bear them."""
    pattern = NumberSeries.objects.get(code=code).pattern
    return [pattern.format(year=on.year, n=first + index) for index in range(count)]
