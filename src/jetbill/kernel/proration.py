"""How much of a period is charged: covered days over the days of the whole aligned period, as a fraction.

Nothing is rounded here. Example: 249.95 over [1 May, 15 May) of [15 Apr, 15 May) is 249.95 x 14/30 = 116.64.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from jetbill.kernel.book import Prorate
from jetbill.kernel.due import Piece, tiles
from jetbill.kernel.periods import Cycle, Period, clamped, months_apart
from jetbill.kernel.zones import elapsed_s, window

_ALL = Fraction(1)


@dataclass(frozen=True, slots=True)
class Sharing:
    """The rule, the months of the whole period (None: it is measured in days) and the customer's zone."""

    rule: Prorate = Prorate.DAYS
    months: int | None = None
    zone: ZoneInfo | None = None


def factor(piece: Piece, sharing: Sharing) -> Fraction:
    """The share of the price of a whole period that `piece` costs, from 0 to 1.

    FIXED_30 falls back to actual days where the period is not measured in months.
    """
    if piece.covered is piece.whole:
        return _ALL
    if sharing.rule is Prorate.NONE:
        return Fraction(1 if piece.covered else 0)
    if sharing.rule is Prorate.FIXED_30 and sharing.months is not None:
        return share_fixed(piece, sharing.months)
    if sharing.rule is Prorate.SECONDS:
        assert sharing.zone is not None, "seconds are counted in a time zone"
        return share_seconds(window(piece.covered, sharing.zone), window(piece.whole, sharing.zone))
    return share(piece.covered, piece.whole)


def share(covered: Period, whole: Period) -> Fraction:
    """Covered days of the days of the whole period around them."""
    assert covered.within(whole), f"{covered} is not within {whole}"
    return Fraction(covered.days(), whole.days()) if whole else Fraction(0)


def of_days(days: int, whole: int) -> Fraction:
    """`days` of `whole` days, from 0 to 1; raises ValueError for more days than there are."""
    if not 0 <= days <= whole or whole == 0:
        raise ValueError(f"{days} of {whole} days cannot be")
    return Fraction(days, whole)


def share_fixed(piece: Piece, months: int, days: int = 30) -> Fraction:
    """The share where every month counts `days` days; a whole period is 1, and nothing is more than that."""
    if piece.covered == piece.whole:
        return Fraction(1)
    return min(Fraction(1), Fraction(fixed_days(piece.covered, days), days * months))


def share_seconds(covered: tuple[datetime, datetime], whole: tuple[datetime, datetime]) -> Fraction:
    """Elapsed seconds between the instants `covered` of those between the instants `whole`."""
    length = elapsed_s(*whole)
    return elapsed_s(*covered) / length if length else Fraction(0)


def fixed_days(span: Period, days: int = 30) -> int:
    """Days of a span where every month counts `days` days: months apart x days + the difference of the days.

    Days of month above `days` count as `days`. From 23 Feb to 15 Mar are 22.
    """
    first, last = min(span.start.day, days), min(span.end.day, days)
    return months_apart(span.start, span.end) * days + last - first


def cycles(of: Cycle, span: Period) -> tuple[Fraction, ...]:
    """`span` measured in periods of a cycle: a leading part, a 1 for each whole period, a trailing part."""
    return shares(tiles(of, span))


def shares(pieces: tuple[Piece, ...]) -> tuple[Fraction, ...]:
    """The share of each piece by actual days."""
    return tuple(share(piece.covered, piece.whole) for piece in pieces)


def of_price(price: Decimal, share_of_it: Fraction) -> Fraction:
    """The exact amount of a share of `price`."""
    return Fraction(price) * share_of_it


def prorated(price: Decimal, pieces: tuple[Piece, ...], sharing: Sharing) -> Fraction:
    """The exact price of a span, summed period by period."""
    shares_of_it = [factor(piece, sharing) for piece in pieces]
    if len(shares_of_it) == 1 and shares_of_it[0] is _ALL:
        return Fraction(price)
    return Fraction(price) * sum(shares_of_it, Fraction(0))


def credited(price: Decimal, pieces: tuple[Piece, ...], sharing: Sharing) -> Fraction:
    """What is given back for unused days: the negative of the same formula, so it rounds the same way."""
    return -prorated(price, pieces, sharing)


def months_inclusive(first: date, last: date) -> Fraction:
    """Length in months of the days `first` to `last`, both included: per calendar month days over its length.

    31 January to 1 February 2019 is 1/31 + 1/28.
    """
    span = Period(first, last + timedelta(days=1))
    number = 12 * first.year + first.month - 1
    total = Fraction(0)
    for month in range(number, number + months_apart(first, last) + 1):
        whole = Period(clamped(month, 1), clamped(month + 1, 1))
        total += share(whole.cut(span), whole)
    return total
