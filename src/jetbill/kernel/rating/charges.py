"""A usage charge as the scan and its twin see it: its kind, its exact amounts, and what it cannot price."""

from fractions import Fraction
from math import lcm

from jetbill.kernel.book import (
    MeterKind,
    PriceBook,
    RoundingMode,
    ServiceClass,
    Tempo,
    UsageCharge,
)
from jetbill.kernel.calendars import class_codes
from jetbill.kernel.charge_models import OWN_AMOUNT, call, matrix, per_unit
from jetbill.kernel.rating import layout as at
from jetbill.kernel.units import Dimension

DECK_MODEL = "deck"
METERS = tuple(MeterKind)
SERVICE_CLASSES = tuple(ServiceClass)
DIRECTIONS = ("out", "in")
MOST_OF = {
    MeterKind.SECONDS: at.MOST_SECONDS,
    MeterKind.OCTETS_IN: at.MOST_OCTETS,
    MeterKind.OCTETS_OUT: at.MOST_OCTETS,
    MeterKind.OCTETS: 2 * at.MOST_OCTETS,
    MeterKind.RECORDS: 1,
    MeterKind.QUANTITY: at.MOST_PIECES,
}
LEAST_LIMIT = {
    MeterKind.OCTETS_IN: 2**40,
    MeterKind.OCTETS_OUT: 2**40,
    MeterKind.OCTETS: 2**41,
    MeterKind.QUANTITY: 10**9,
}
"""Quantities for which a price must fit at the very least, where that is less than the most of a record."""
BOUND = 2**62
_MOST_CLASSES = 62


def is_call(charge: UsageCharge) -> bool:
    """Whether a charge prices a record as a call: connect fee once, then started steps."""
    return charge.tempo is Tempo.RECORD and charge.model in (call.KIND, DECK_MODEL)


def is_by_amount(charge: UsageCharge) -> bool:
    """Whether a charge prices a record by the amount that it carries, as its start has it."""
    return charge.tempo is Tempo.RECORD and charge.model in OWN_AMOUNT


def is_whole(charge: UsageCharge) -> bool:
    """Whether a record has one price under a charge, however long it lasts: its start chooses the plan."""
    return is_call(charge) or is_by_amount(charge)


def limit_of(charge: UsageCharge) -> int:
    """The largest quantity that is priced in 64 bits; a record with more is not rated."""
    if charge.tempo is Tempo.PERIOD or is_call(charge):
        return MOST_OF[charge.meter]
    prices = [amounts_of(charge).get(at.UNIT_PRICE, Fraction(0)), *(price for price, _ in rows_of(charge))]
    dearest = int(max(map(abs, prices)) * denominator_of(charge))
    return min(MOST_OF[charge.meter], BOUND // max(1, dearest))


def rows_of(charge: UsageCharge) -> tuple[tuple[Fraction, Fraction], ...]:
    """(price of a base unit, fixed part) of the rows of a charge by matrix."""
    params = charge.params
    if charge.tempo is Tempo.PERIOD or not isinstance(params, matrix.Params):
        return ()
    return tuple((Fraction(row.unit_price) / charge.unit.size, Fraction(row.fixed)) for row in params.rows)


def amounts_of(charge: UsageCharge) -> dict[int, Fraction]:
    """The exact amounts of a charge by their columns: per base unit, per second, or once."""
    params = charge.params
    if charge.tempo is Tempo.PERIOD or charge.model in (DECK_MODEL, matrix.KIND):
        return {}
    if is_by_amount(charge):
        terms = OWN_AMOUNT[charge.model](params)
        found = {
            at.UNIT_PRICE: terms.factor / charge.unit.size,
            at.CONNECT: terms.fixed,
            at.MINIMUM: terms.minimum,
        }
        return found if terms.maximum is None else found | {at.MAXIMUM: terms.maximum}
    if isinstance(params, per_unit.Params):
        return {at.UNIT_PRICE: Fraction(params.unit_price) / charge.unit.size}
    assert isinstance(params, call.Params)
    found = {
        at.PER_SECOND: Fraction(params.per_minute) / 60,
        at.CONNECT: Fraction(params.connect_fee),
        at.MINIMUM: Fraction(params.minimum),
    }
    if params.maximum is not None:
        found[at.MAXIMUM] = Fraction(params.maximum)
    return found


def denominator_of(charge: UsageCharge) -> int:
    """What makes the amounts of a charge integers, and its rounding too."""
    amounts = [amount.denominator for amount in amounts_of(charge).values()]
    amounts += [amount.denominator for row in rows_of(charge) for amount in row]
    if charge.rounding.record_digits is not None:
        amounts.append((Fraction(1, 10) ** charge.rounding.record_digits).denominator)
    return lcm(1, *amounts)


def rounding_of(charge: UsageCharge, denominator: int) -> tuple[int, int]:
    """ROUND_UNIT and ROUND_FROM of a charge."""
    unit, rounding = 1, charge.rounding
    if rounding.record_digits is not None and charge.tempo is Tempo.RECORD:
        unit = int(denominator * Fraction(1, 10) ** rounding.record_digits)
    away_from = {RoundingMode.UP: 1, RoundingMode.HALF_UP: (unit + 1) // 2, RoundingMode.DOWN: unit}
    return unit, max(1, away_from[rounding.mode])


def fault_of(charge: UsageCharge, book: PriceBook) -> str | None:
    """What keeps a charge from being rated, as a sentence."""
    if charge.selection.attributes:
        return "usage records carry no attributes that it could select by"
    if charge.selection.direction not in (None, *DIRECTIONS):
        return f"the direction is out or in, not {charge.selection.direction}"
    if charge.calendar is None and charge.selection.time_classes:
        return "time classes need a calendar"
    if charge.calendar is not None:
        if charge.calendar not in book.calendars:
            return f'there is no calendar "{charge.calendar}"'
        codes = class_codes(book.calendars[charge.calendar])
        unknown = set(charge.selection.time_classes).difference(codes)
        if unknown:
            return f'the calendar "{charge.calendar}" has no time class "{min(unknown)}"'
        if len(codes) > _MOST_CLASSES:
            return f"a calendar has at most {_MOST_CLASSES} time classes"
    return None if charge.tempo is Tempo.PERIOD else _record_fault(charge, book)


def _record_fault(charge: UsageCharge, book: PriceBook) -> str | None:
    if is_call(charge):
        if charge.meter is not MeterKind.SECONDS:
            return "only seconds are charged by call or deck"
        if charge.model == DECK_MODEL and charge.deck not in book.decks:
            return f'there is no rate deck "{charge.deck}"'
        return None
    if is_by_amount(charge):
        is_money = charge.unit.dimension is Dimension.MONEY and charge.meter is MeterKind.QUANTITY
        return None if is_money else "only the money that a record carries is charged like this"
    if isinstance(charge.params, matrix.Params):
        codes = () if charge.calendar is None else class_codes(book.calendars[charge.calendar])
        unknown = {row.time_class for row in charge.params.rows}.difference((None, *codes))
        return (
            f"a row of the matrix names the unknown time class {min(map(str, unknown))}" if unknown else None
        )
    if not isinstance(charge.params, per_unit.Params):
        return f'the charge model "{charge.model}" cannot price single records'
    if charge.params.cap is not None:
        return "a cap holds for a period, not for single records"
    return None
