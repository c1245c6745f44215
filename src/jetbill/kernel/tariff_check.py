"""Checks of what prices usage: charges and their bands, calendars, rate decks. See `kernel.book_check`."""

from collections.abc import Iterator, Sequence
from datetime import date, time
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import floor
from typing import Any

from jetbill.kernel.book import (
    Calendar,
    DeckRate,
    MeterKind,
    PriceBook,
    RateDeck,
    Tempo,
    TimeClass,
    UsageCharge,
)
from jetbill.kernel.charge_models import MODELS, OWN_AMOUNT, blocks, matrix
from jetbill.kernel.charge_models.per_unit import Params as PerUnitParams
from jetbill.kernel.finding import Finding, error, unknown, warning
from jetbill.kernel.units import Dimension, Unit
from jetbill.kernel.zones import zone

DECK = "deck"
CALLS = frozenset({"call", DECK})
PER_RECORD = CALLS | OWN_AMOUNT.keys() | {matrix.KIND}
EITHER_TEMPO = frozenset({"per_unit"})
DIMENSIONS = {
    MeterKind.OCTETS_IN: Dimension.OCTETS,
    MeterKind.OCTETS_OUT: Dimension.OCTETS,
    MeterKind.OCTETS: Dimension.OCTETS,
    MeterKind.SECONDS: Dimension.SECONDS,
    MeterKind.RECORDS: Dimension.RECORDS,
}
DIRECTIONS = ("out", "in")
MAX_DECIMALS = 9
"""A record is never rounded to more."""

_MINUTES = 24 * 60
_HOLIDAY = 7


def charge_findings(charge: UsageCharge, path: str, book: PriceBook) -> Iterator[Finding]:
    """What is wrong with one usage charge."""
    if charge.model not in {*MODELS, DECK}:
        yield error(f"{path}.model", unknown("charge model", charge.model, [*MODELS, DECK]))
    wanted = Tempo.RECORD if charge.model in PER_RECORD else Tempo.PERIOD
    if charge.tempo is not wanted and charge.model not in EITHER_TEMPO:
        yield error(f"{path}.tempo", f"{charge.model} is priced per {wanted}, not per {charge.tempo}")
    if charge.model in CALLS and charge.meter is not MeterKind.SECONDS:
        yield error(
            f"{path}.meter", f"{charge.model} prices seconds, not {charge.meter}", "write meter: seconds"
        )
    if charge.model in OWN_AMOUNT:
        yield from _by_amount(charge, path)
    dimension = DIMENSIONS.get(charge.meter)
    if dimension is not None and charge.unit.dimension is not dimension:
        yield error(f"{path}.unit", f"the meter {charge.meter} cannot be told in {charge.unit.name}")
    digits = charge.rounding.record_digits
    if digits is not None and not 0 <= digits <= MAX_DECIMALS:
        yield error(f"{path}.rounding.record_digits", f"{digits} is not between 0 and {MAX_DECIMALS}")
    yield from _selection(charge, path, book)
    yield from _deck_of(charge, path, book)
    yield from _bands(charge, path)
    yield from _matrix(charge, path, book)
    yield from _cap(charge, path)
    if charge.per_service and charge.commitment.minimum is not None:
        yield error(
            f"{path}.commitment",
            "a service that is not used has no minimum: it is not known there",
            "leave per_service out, or the minimum",
        )


def calendar_findings(book: PriceBook) -> Iterator[Finding]:
    """What is wrong with the calendars."""
    for code, calendar in book.calendars.items():
        path = f"calendars.{code}"
        if calendar.zone is not None:
            try:
                zone(calendar.zone)
            except ValueError as wrong:
                yield error(f"{path}.zone", str(wrong))
        if not calendar.classes:
            yield error(f"{path}.classes", "there are no time classes", "name at least one")
        yield from _windows(calendar, path)


def deck_findings(book: PriceBook) -> Iterator[Finding]:
    """What is wrong with the rate decks."""
    for code, deck in book.decks.items():
        path = f"decks.{code}"
        if not deck.rates:
            yield error(path, "the deck has no rates")
        yield from _rates(deck, path)


def _selection(charge: UsageCharge, path: str, book: PriceBook) -> Iterator[Finding]:
    selection = charge.selection
    if selection.direction is not None and selection.direction not in DIRECTIONS:
        yield error(f"{path}.selection.direction", unknown("direction", selection.direction, DIRECTIONS))
    for name, _ in selection.attributes:
        yield error(f"{path}.selection.attributes.{name}", f'usage records carry no attribute "{name}"')
    if charge.calendar is None:
        if selection.time_classes:
            yield error(f"{path}.selection.time_classes", "time classes need a calendar", "write calendar:")
        return
    if charge.calendar not in book.calendars:
        yield error(f"{path}.calendar", unknown("calendar", charge.calendar, book.calendars))
        return
    calendar = book.calendars[charge.calendar]
    known = [*(each.code for each in calendar.classes), calendar.rest]
    for time_class in selection.time_classes:
        if time_class not in known:
            yield error(f"{path}.selection.time_classes", unknown("time class", time_class, known))


def _deck_of(charge: UsageCharge, path: str, book: PriceBook) -> Iterator[Finding]:
    if charge.model == DECK and charge.deck not in book.decks:
        yield error(f"{path}.deck", unknown("deck", charge.deck or "", book.decks))
    if charge.model != DECK and charge.deck is not None:
        yield error(f"{path}.deck", f"{charge.model} needs no deck")


def _matrix(charge: UsageCharge, path: str, book: PriceBook) -> Iterator[Finding]:
    params, calendar = charge.params, book.calendars.get(charge.calendar or "")
    if not isinstance(params, matrix.Params):
        return
    classes = [] if calendar is None else [*(each.code for each in calendar.classes), calendar.rest]
    for number, row in enumerate(params.rows, 1):
        if row.time_class is not None and row.time_class not in classes:
            told = (
                unknown("time class", row.time_class, classes) if classes else "time classes need a calendar"
            )
            yield error(f"{path}.params.rows.{number}.time_class", told)
    said = {zone for row in params.rows for zone in (row.from_, row.to)}
    for name, _ in params.zones:
        if name not in said:
            yield warning(f"{path}.params.zones", f'no row of the matrix names the zone "{name}"')


def _by_amount(charge: UsageCharge, path: str) -> Iterator[Finding]:
    if charge.meter is not MeterKind.QUANTITY:
        yield error(
            f"{path}.meter",
            f"{charge.model} prices the money that a record carries, not {charge.meter}",
            "leave meter out, or write meter: quantity",
        )
    elif charge.unit.dimension is not Dimension.MONEY:
        told = f"{charge.model} prices money, not {charge.unit.name}"
        yield error(f"{path}.unit", told, "leave unit out, or write unit: money")


def _bands(charge: UsageCharge, path: str) -> Iterator[Finding]:
    params = charge.params
    bands: Sequence[Any] = getattr(params, "bands", ())
    if bands and hasattr(bands[0], "up_to"):
        place = f"{path}.params.bands"
        below = Decimal(0)
        for number, band in enumerate(bands, 1):
            if band.up_to is not None and not _holds_any(below, band.up_to, charge.unit):
                yield error(
                    f"{place}.{number}",
                    f"band {number} can hold no usage: {below} to {band.up_to} {charge.unit.name} "
                    f"is less than the smallest quantity",
                )
            below = band.up_to or below
        if bands[-1].up_to is not None:
            last = f"{bands[-1].up_to} {charge.unit.name}"
            yield error(
                f"{place}.{len(bands)}",
                f"usage above {last} has no price: the last band ends there",
                "leave up_to out of the last band",
            )
    if isinstance(params, blocks.Params) and params.bands[-1].count is not None:
        yield error(
            f"{path}.params.bands.{len(params.bands)}",
            "usage above the last band has no price: its blocks are counted",
            "leave count out of the last band",
        )


def _holds_any(below: Decimal, up_to: Decimal, unit: Unit) -> bool:
    """Whether a whole number of base units lies in (below, up_to]."""
    return floor(Fraction(up_to) * unit.size) > floor(Fraction(below) * unit.size)


def _cap(charge: UsageCharge, path: str) -> Iterator[Finding]:
    params = charge.params
    if charge.tempo is Tempo.RECORD and isinstance(params, PerUnitParams) and params.cap is not None:
        yield error(f"{path}.params.cap", "a cap holds for a period, not for a record", "leave it out")


def _rates(deck: RateDeck, path: str) -> Iterator[Finding]:
    seen: dict[tuple[str, str, date], int] = {}
    for number, rate in enumerate(deck.rates, 1):
        first = seen.setdefault((rate.prefix, rate.from_prefix, rate.effective), number)
        if first != number:
            yield error(f"{path}.rates.{number}.prefix", _twice(rate), "keep one, or give it another day")
        if rate.first_s < 1 or rate.next_s < 1 or rate.minimum_s < 0:
            yield error(f"{path}.rates.{number}.first_s", "the steps of a call are at least 1 second")
        if not rate.destination:
            yield error(f"{path}.rates.{number}.destination", "the destination has no name")


def _twice(rate: DeckRate) -> str:
    caller = f" for calls from {rate.from_prefix}" if rate.from_prefix else ""
    day = f"from {rate.effective}" if rate.effective != date.min else "without a day"
    return f"the prefix {rate.prefix}{caller} has two prices {day}"


def _windows(calendar: Calendar, path: str) -> Iterator[Finding]:
    """Windows of one class must not overlap; a class whose time is all taken above is never reached."""
    taken: dict[int, list[tuple[int, int]]] = {day: [] for day in range(_HOLIDAY + 1)}
    for each in calendar.classes:
        place = f"{path}.classes.{each.code}"
        spans = list(_spans(each))
        for number in _overlapping(spans):
            yield error(
                f"{place}.windows.{number}", f'the windows of "{each.code}" overlap', "join or cut them"
            )
        if spans and all(_covered(start, end, taken[day]) for _, day, start, end in spans):
            yield error(
                place, f'the class "{each.code}" is never reached: classes above it take all its time'
            )
        for _, day, start, end in spans:
            taken[day].append((start, end))
        if any(day == _HOLIDAY for _, day, _, _ in spans) and not calendar.holidays:
            yield warning(place, "there are no holidays in the calendar", "list the days under holidays:")


def _overlapping(spans: list[tuple[int, int, int, int]]) -> list[int]:
    """The numbers of windows that begin before an earlier one of the same day has ended."""
    by_day = sorted((day, start, end, number) for number, day, start, end in spans)
    return sorted(
        {
            number
            for (day, _, end, _), (next_day, start, _, number) in pairwise(by_day)
            if day == next_day and start < end
        }
    )


def _spans(each: TimeClass) -> Iterator[tuple[int, int, int, int]]:
    """(number of the window, day, first minute, end minute); day 7 is a holiday."""
    for number, window in enumerate(each.windows, 1):
        days = [*sorted(window.weekdays), *([_HOLIDAY] if window.on_holidays else [])]
        for day in days:
            yield number, day, _minute(window.start), _MINUTES if window.end is None else _minute(window.end)


def _covered(start: int, end: int, by: list[tuple[int, int]]) -> bool:
    for first, last in sorted(by):
        if first <= start < last:
            start = last
    return start >= end


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute
