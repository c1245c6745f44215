"""The exact twin: one record after the other, in fractions, local days and digits, with nothing compiled.

What the scan says of a batch must equal what this says of each record; it is the readable form of the rules.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import takewhile

from jetbill.kernel.book import DeckRate, MeterKind, PriceBook, Tempo, UsageCharge
from jetbill.kernel.book_versions import Day, version_for
from jetbill.kernel.calendars import changes, class_on
from jetbill.kernel.charge_models import call, per_unit
from jetbill.kernel.decks import DeckIndex, index, number_of
from jetbill.kernel.due import BillDays
from jetbill.kernel.life import life
from jetbill.kernel.money import rounded
from jetbill.kernel.periods import Period
from jetbill.kernel.rating import layout as at
from jetbill.kernel.rating.batch import Record
from jetbill.kernel.rating.compiled import DECK_MODEL, families_of, is_call, limit_of
from jetbill.kernel.rating.layout import Status
from jetbill.kernel.rating.segments import Customer
from jetbill.kernel.rating.timeline import Owners, ServiceSpan
from jetbill.kernel.tenures import Tenure, is_paused, tenures, usage_periods
from jetbill.kernel.terms import SubscriptionTerms
from jetbill.kernel.zones import epoch_s, local_date, midnight, zone


@dataclass(frozen=True, slots=True)
class Books:
    """All versions of all books of a realm, its zone, and the horizon that records must lie in."""

    versions: tuple[PriceBook, ...]
    zone: str
    horizon: tuple[int, int]
    decks: dict[tuple[int, str], DeckIndex] = field(default_factory=dict, compare=False, repr=False)

    def deck(self, book: PriceBook, code: str) -> DeckIndex:
        """A deck of one of the versions, made ready for single look-ups once."""
        key = (id(book), code)
        if key not in self.decks:
            self.decks[key] = index(book.decks[code])
        return self.decks[key]


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


@dataclass(frozen=True, slots=True)
class ExactRecord:
    """What became of a record; rows only if it is rated."""

    status: Status
    service: int | None = None
    rows: tuple[ExactRow, ...] = ()


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Seconds [start, end) with the same plans: (slot, plan, version) and the tenure of each."""

    start: int
    end: int
    plans: tuple[tuple[int, str, int], ...]
    tenures: tuple[Tenure, ...]


class _Refusal(Exception):
    """A record has no price; the status says why."""

    def __init__(self, status: Status) -> None:
        self.status = status


def rate_exactly(record: Record, owners: Owners, books: Books) -> ExactRecord:
    """One record under the books: the answer that `rate` must give for it."""
    status = _checked(record, books)
    if status is not Status.RATED:
        return ExactRecord(status)
    spans = [each for each in owners.spans if each.identifier == record.identifier]
    span = next((each for each in spans if _holds(each, record.started_s)), None)
    if span is None or span.service is None:
        return ExactRecord(Status.NO_SERVICE if span is None else Status.ELSEWHERE)
    customer, subscription = _of(owners, span.subscription)
    stretches = _stretches(record, customer, subscription, books)
    if not stretches:
        return ExactRecord(Status.NO_PLAN, span.service)
    try:
        rows = [*_call_rows(record, stretches, books), *_measure_rows(record, stretches, books)]
    except _Refusal as refusal:
        return ExactRecord(refusal.status, span.service)
    if not _is_covered(record, stretches, books):
        return ExactRecord(Status.NO_CHARGE, span.service)
    return ExactRecord(Status.RATED, span.service, tuple(rows))


def _holds(span: ServiceSpan, instant_s: int) -> bool:
    return span.start_s <= instant_s and (span.end_s is None or instant_s < span.end_s)


def _of(owners: Owners, subscription: int | None) -> tuple[Customer, SubscriptionTerms]:
    return next((c, s) for c in owners.customers for s in c.subscriptions if s.id == subscription)


def _checked(record: Record, books: Books) -> Status:
    octets = (record.octets_in, record.octets_out)
    if min(record.duration_s, record.quantity, *octets) < 0:
        return Status.IMPOSSIBLE
    if (
        record.duration_s > at.MOST_SECONDS
        or max(octets) > at.MOST_OCTETS
        or record.quantity > at.MOST_PIECES
    ):
        return Status.TOO_LARGE
    first, end = books.horizon
    if not first <= record.started_s < end - record.duration_s:
        return Status.OUT_OF_RANGE
    return Status.RATED


def _stretches(
    record: Record, customer: Customer, subscription: SubscriptionTerms, books: Books
) -> list[_Stretch]:
    """The record cut at the midnights at which plans or periods change; none if it begins without a plan."""
    where = zone(customer.terms.zone)
    end = record.started_s + record.duration_s
    found: list[_Stretch] = []
    day, instant = local_date(_instant(record.started_s), where), record.started_s
    while not found or instant < end:
        plans, held = _in_force(customer, subscription, day, books)
        if not found and not plans:
            return []
        if not found:
            found.append(_Stretch(instant, end, plans, held))
        elif not plans:
            break
        elif (plans, held) != (found[-1].plans, found[-1].tenures):
            found[-1] = replace(found[-1], end=instant)
            found.append(_Stretch(instant, end, plans, held))
        day += timedelta(days=1)
        instant = epoch_s(midnight(day, where))
    return found


def _in_force(
    customer: Customer, subscription: SubscriptionTerms, day: date, books: Books
) -> tuple[tuple[tuple[int, str, int], ...], tuple[Tenure, ...]]:
    lived = life(subscription)
    versions = [each for each in books.versions if each.code == subscription.book]
    if lived is None or is_paused(lived, day):
        return (), ()
    days = BillDays(customer.terms.bill_day, [(each.on, each.bill_day) for each in customer.bill_day_changes])
    today = Period(day, day + timedelta(days=1))
    opened = next((period.start for period in usage_periods(lived, days, today)), day)
    version = version_for(versions, Day(day, lived.start, opened))
    plans: dict[str, tuple[tuple[int, str, int], Tenure]] = {}
    for tenure in tenures(lived, days, versions, today) if version is not None else ():
        if tenure.plan not in plans and version is not None and tenure.plan in version.plans:
            plans[tenure.plan] = (tenure.slot, tenure.plan, _number(books, version)), tenure
    return tuple(key for key, _ in plans.values()), tuple(tenure for _, tenure in plans.values())


def _number(books: Books, version: PriceBook) -> int:
    return next(number for number, each in enumerate(books.versions) if each is version)


def _families(
    record: Record, stretch: _Stretch, books: Books
) -> Iterator[tuple[Tenure, PriceBook, tuple[UsageCharge, ...]]]:
    """The families of charges for the record's kind of use, with the tenure and the book of each."""
    for (_, plan, number), tenure in zip(stretch.plans, stretch.tenures, strict=True):
        book = books.versions[number]
        for family in families_of(book.plans[plan]):
            chosen = family[0].selection
            fits_class = chosen.service_class in (None, record.service_class)
            if fits_class and chosen.direction in (None, record.direction):
                yield tenure, book, family


def _pieces(
    record: Record, span: tuple[int, int], book: PriceBook, family: tuple[UsageCharge, ...], books: Books
) -> Iterator[tuple[int, int, str, UsageCharge | None]]:
    """(start, end, time class, charge or None) of a stretch, cut where the family's time class changes."""
    start, end = span
    if family[0].calendar is None:
        yield start, end, "", family[0]
        return
    calendar = book.calendars[family[0].calendar]
    where = zone(calendar.zone or books.zone)
    cuts = [start]
    if family[0].split and start < end:
        cuts = [instant for instant, _ in changes(calendar, where, span)]
    for first, last in zip(cuts, [*cuts[1:], end], strict=True):
        code = class_on(calendar, first if family[0].split else record.started_s, where)
        charge = next((c for c in family if code in (c.selection.time_classes or (code,))), None)
        yield first, last, code, charge


def _measure_rows(record: Record, stretches: Sequence[_Stretch], books: Books) -> Iterator[ExactRow]:
    for stretch in stretches:
        for tenure, book, family in _families(record, stretch, books):
            if not is_call(family[0]):
                pieces = _pieces(record, (stretch.start, stretch.end), book, family, books)
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
        raise _Refusal(Status.TOO_LARGE)
    return _row(record, tenure, (charge, book), (start, code), (quantity, _amount(charge, quantity)))


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


def _call_rows(record: Record, stretches: Sequence[_Stretch], books: Books) -> Iterator[ExactRow]:
    """The record as a call under each call family of the plans at its start."""
    for tenure, book, family in _families(record, stretches[0], books):
        if is_call(family[0]):
            served = list(_served(record, stretches, (tenure, book, family), books))
            told, seconds = Fraction(0), 0
            for number, piece in enumerate(served, 1):
                charged, exact = _cost(served[:number])
                amount = _rounded(exact, piece.charge)
                measured = (charged - seconds, amount - told)
                shown = (piece.start, piece.rate_class)
                yield _row(record, piece.tenure, (piece.charge, book), shown, measured)
                told, seconds = amount, charged


def _served(
    record: Record,
    stretches: Sequence[_Stretch],
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
        for first, last, code, charge in _pieces(record, (stretch.start, until), book, family, books):
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
    day = local_date(_instant(record.started_s), zone(books.zone))
    rate = books.deck(book, charge.deck).rate(called, caller, day) if called else None
    if rate is None:
        raise _Refusal(Status.UNROUTED)
    if rate.is_blocked:
        raise _Refusal(Status.BLOCKED)
    return rate


def _is_covered(record: Record, stretches: Sequence[_Stretch], books: Books) -> bool:
    """Whether no second of the record is without a charge."""
    reach, end = record.started_s, record.started_s + record.duration_s
    covered = sorted(span for stretch in stretches for span in _covered(record, stretch, stretches[0], books))
    for first, last in covered:
        if first > reach:
            return False
        reach = max(reach, last)
    return bool(covered) and reach >= end


def _covered(record: Record, stretch: _Stretch, first: _Stretch, books: Books) -> Iterator[tuple[int, int]]:
    """The seconds of a stretch that have a charge; calls of the first stretch go on to the end."""
    for _, book, family in _families(record, stretch, books):
        until = record.started_s + record.duration_s if is_call(family[0]) else stretch.end
        if stretch is first or not is_call(family[0]):
            pieces = _pieces(record, (stretch.start, until), book, family, books)
            yield from ((start, end) for start, end, _, charge in pieces if charge is not None)


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
