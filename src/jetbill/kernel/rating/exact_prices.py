"""What the charges say of one record, in fractions: see `twin`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import takewhile

from jetbill.kernel.book import DeckRate, MeterKind, PriceBook, Tempo, UsageCharge
from jetbill.kernel.charge_models import OWN_AMOUNT, call, matrix, per_unit
from jetbill.kernel.decks import number_of
from jetbill.kernel.money import rounded
from jetbill.kernel.periods import Period
from jetbill.kernel.rating.batch import Record
from jetbill.kernel.rating.charges import DECK_MODEL, is_by_amount, is_call, is_whole, limit_of
from jetbill.kernel.rating.exact import Books, Stretch, families_in, instant_of, pieces_of
from jetbill.kernel.rating.layout import Status
from jetbill.kernel.tenures import Tenure
from jetbill.kernel.zones import local_date, zone


@dataclass(frozen=True, slots=True)
class ExactRow:
    """What one charge says of one piece of a record; `amount` None if it is priced on the period's total."""

    slot: int
    plan: str
    charge: str
    period: Period
    rate_class: str
    quantity: int
    amount: Fraction | None
    count: int
    book: PriceBook | None = field(default=None, compare=False, repr=False)


class Refusal(Exception):
    """A record has no price; the status says why."""

    def __init__(self, status: Status) -> None:
        self.status = status


def measure_rows(record: Record, stretches: Sequence[Stretch], books: Books) -> Iterator[ExactRow]:
    """The record under each measuring charge, stretch by stretch. Raises Refusal."""
    for stretch in stretches:
        for tenure, book, family in families_in(record, stretch, books):
            if not is_whole(family[0]):
                pieces = pieces_of(record, (stretch.start, stretch.end), book, family, books)
                yield from (
                    _measure_row(record, tenure, book, each) for each in pieces if each[3] is not None
                )


def _measure_row(
    record: Record, tenure: Tenure, book: PriceBook, piece: tuple[int, int, str, UsageCharge | None]
) -> ExactRow:
    start, end, code, charge = piece
    assert charge is not None
    quantity = _measured(record, charge.meter, start, end)
    if quantity > limit_of(charge):
        raise Refusal(Status.TOO_LARGE)
    if charge.tempo is Tempo.RECORD and isinstance(charge.params, matrix.Params):
        return _matrix_row(record, tenure, (charge, book), (start, code), quantity)
    return _row(record, tenure, (charge, book), (start, code), (quantity, _amount(charge, quantity)))


def _matrix_row(
    record: Record,
    tenure: Tenure,
    under: tuple[UsageCharge, PriceBook],
    piece: tuple[int, str],
    quantity: int,
) -> ExactRow:
    charge, (start, code) = under[0], piece
    params = charge.params
    assert isinstance(params, matrix.Params)
    here = matrix.zone_of(number_of(record.party), params)
    there = matrix.zone_of(number_of(record.counterparty), params)
    row = matrix.row_for(matrix.Facts(here, there, record.service_class, record.direction, code), params)
    if row is None:
        raise Refusal(Status.NO_ROW)
    exact = matrix.price_of(row, charge.unit.of(quantity), start == record.started_s)
    return _row(record, tenure, under, (start, row.label()), (quantity, _rounded(exact, charge)))


def _amount(charge: UsageCharge, quantity: int) -> Fraction | None:
    if charge.tempo is Tempo.PERIOD:
        return None
    assert isinstance(charge.params, per_unit.Params)
    return _rounded(Fraction(charge.params.unit_price) * charge.unit.of(quantity), charge)


def _rounded(amount: Fraction, charge: UsageCharge) -> Fraction:
    if charge.rounding.record_digits is None:
        return amount
    return Fraction(rounded(amount, charge.rounding.record_digits, charge.rounding.mode))


def _row(
    record: Record,
    tenure: Tenure,
    under: tuple[UsageCharge, PriceBook],
    piece: tuple[int, str],
    measured: tuple[int, Fraction | None],
) -> ExactRow:
    charge, book = under
    start, rate_class = piece
    shown = rate_class if charge.tempo is Tempo.RECORD else ""
    count = record.source_row if start == record.started_s else 0
    return ExactRow(tenure.slot, tenure.plan, charge.code, tenure.period, shown, *measured, count, book)


def _measured(record: Record, meter: MeterKind, start: int, end: int) -> int:
    """What the meter reads between two instants: differences of whole shares, so that nothing is lost."""
    a, b = start - record.started_s, end - record.started_s
    if meter is MeterKind.SECONDS:
        return b - a
    if meter is MeterKind.RECORDS:
        return record.source_row if a == 0 else 0
    total = {
        MeterKind.OCTETS_IN: record.octets_in,
        MeterKind.OCTETS_OUT: record.octets_out,
        MeterKind.OCTETS: record.octets_in + record.octets_out,
        MeterKind.QUANTITY: record.quantity,
    }[meter]
    if record.duration_s == 0:
        return total
    return total * b // record.duration_s - total * a // record.duration_s


@dataclass(frozen=True, slots=True)
class _Served:
    """A piece of a call that a charge is for."""

    tenure: Tenure
    start: int
    rate_class: str
    charge: UsageCharge
    span: call.Span
    least_s: int
    is_last: bool


def whole_rows(record: Record, stretches: Sequence[Stretch], books: Books) -> Iterator[ExactRow]:
    """The record under each charge of the plans at its start that has one price for it. Raises Refusal."""
    for under in families_in(record, stretches[0], books):
        if is_call(under[2][0]):
            yield from _call_rows(record, stretches, under, books)
        elif is_by_amount(under[2][0]):
            yield from _amount_rows(record, under, books)


def _amount_rows(
    record: Record, under: tuple[Tenure, PriceBook, tuple[UsageCharge, ...]], books: Books
) -> Iterator[ExactRow]:
    """The record by the amount that it carries, under the charge for its start."""
    tenure, book, family = under
    ((start, _, code, charge),) = pieces_of(record, (record.started_s, record.started_s), book, family, books)
    if charge is not None:
        if record.quantity > limit_of(charge):
            raise Refusal(Status.TOO_LARGE)
        exact = OWN_AMOUNT[charge.model](charge.params).price(charge.unit.of(record.quantity)).amount
        measured = (record.quantity, _rounded(exact, charge))
        yield _row(record, tenure, (charge, book), (start, code), measured)


def _call_rows(
    record: Record,
    stretches: Sequence[Stretch],
    under: tuple[Tenure, PriceBook, tuple[UsageCharge, ...]],
    books: Books,
) -> Iterator[ExactRow]:
    """The record as a call, piece by piece: what it has cost so far, less what was told of it."""
    told, seconds = Fraction(0), 0
    served = list(_served(record, stretches, under, books))
    for number, piece in enumerate(served, 1):
        charged, exact = _cost(served[:number])
        amount = _rounded(exact, piece.charge)
        measured = (charged - seconds, amount - told)
        shown = (piece.start, piece.rate_class)
        yield _row(record, piece.tenure, (piece.charge, under[1]), shown, measured)
        told, seconds = amount, charged


def _served(
    record: Record,
    stretches: Sequence[Stretch],
    under: tuple[Tenure, PriceBook, tuple[UsageCharge, ...]],
    books: Books,
) -> Iterator[_Served]:
    """The pieces of a call: cut by usage periods and time classes, not where the plans change."""
    tenure, book, family = under
    end = record.started_s + record.duration_s
    same = list(takewhile(lambda each: each.plans == stretches[0].plans, stretches))
    place = stretches[0].tenures.index(tenure)
    for stretch in same:
        until = end if stretch is same[-1] else stretch.end
        for first, last, code, charge in pieces_of(record, (stretch.start, until), book, family, books):
            if charge is not None:
                tariff, rate_class, least_s = _tariff(record, charge, book, books)
                span = call.Span(Fraction(last - first), tariff)
                shown = code if rate_class is None else rate_class
                yield _Served(stretch.tenures[place], first, shown, charge, span, least_s, last == end)


def _cost(served: Sequence[_Served]) -> tuple[int, Fraction]:
    """(charged seconds, exact cost) of a call of these pieces."""
    spans = [piece.span for piece in served]
    length = sum((span.quantity for span in spans), Fraction(0))
    if length == 0:
        return 0, Fraction(0)
    if served[-1].is_last and length < served[0].least_s:
        spans[-1] = replace(spans[-1], quantity=spans[-1].quantity + served[0].least_s - length)
    params = served[0].charge.params
    limits = call.Limits()
    if isinstance(params, call.Params):
        most = None if params.maximum is None else Fraction(params.maximum)
        limits = call.Limits(Fraction(params.free_s), Fraction(params.minimum), most)
    cost = call.cost(spans, limits)
    return int(sum(part.quantity for part in cost.parts if part.band)), cost.amount


def _tariff(
    record: Record, charge: UsageCharge, book: PriceBook, books: Books
) -> tuple[call.Tariff, str | None, int]:
    """(tariff, rate class of a deck, shortest seconds charged)."""
    if isinstance(charge.params, call.Params):
        return call.tariff(charge.params), None, charge.params.minimum_s
    rate = _rate(record, charge, book, books)
    params = call.Params(rate.per_minute, rate.connect_fee, rate.minimum_s, rate.first_s, rate.next_s)
    return call.tariff(params), rate.destination, rate.minimum_s


def _rate(record: Record, charge: UsageCharge, book: PriceBook, books: Books) -> DeckRate:
    assert charge.model == DECK_MODEL and charge.deck is not None
    called, caller = number_of(record.counterparty), number_of(record.party)
    day = local_date(instant_of(record.started_s), zone(books.zone))
    rate = books.deck(book, charge.deck).rate(called, caller, day) if called else None
    if rate is None:
        raise Refusal(Status.UNROUTED)
    if rate.is_blocked:
        raise Refusal(Status.BLOCKED)
    return rate
