"""Any cent explained: one record rated again, in words and numbers.

The record is replayed by the exact twin and by the columns; both must say the same, so the words belong to
the amount that was charged.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from functools import lru_cache

from jetbill.kernel.book import MeterKind, PriceBook, UsageCharge
from jetbill.kernel.charge_models import OWN_AMOUNT, call, matrix, per_unit
from jetbill.kernel.decks import number_of
from jetbill.kernel.money import told
from jetbill.kernel.rating.batch import Record, batch_of
from jetbill.kernel.rating.charges import DECK_MODEL, is_by_amount
from jetbill.kernel.rating.compiled import CompiledBooks
from jetbill.kernel.rating.exact import Books
from jetbill.kernel.rating.exact_prices import ExactRow
from jetbill.kernel.rating.layout import REASONS, Status
from jetbill.kernel.rating.rates import rate
from jetbill.kernel.rating.timeline import Timeline
from jetbill.kernel.rating.twin import ExactRecord, rate_exactly
from jetbill.kernel.zones import local_date, local_wall, zone


@dataclass(frozen=True, slots=True)
class Explanation:
    """What became of a record, line by line; `amount` is the exact sum of what is priced by the record."""

    status: Status
    lines: tuple[str, ...]
    amount: Fraction


def explain(record: Record, timeline: Timeline) -> Explanation:
    """Why one record costs what it costs, or why it is not rated. The columns are asked too and agree."""
    compiled = timeline.books
    books = _books(compiled)
    exact = rate_exactly(record, timeline.owners, books)
    amount = sum((row.amount for row in exact.rows if row.amount is not None), Fraction(0))
    assert (exact.status, amount) == _replayed(record, timeline), "the columns and the exact twin differ"
    lines = [_measured(record, exact, timeline)]
    if exact.status is not Status.RATED:
        return Explanation(exact.status, (*lines, f"Not rated: {REASONS[exact.status]}."), amount)
    for row in exact.rows:
        lines += [each for each in _row_lines(record, row, books) if each not in lines]
    return Explanation(exact.status, tuple(lines), amount)


@lru_cache(maxsize=1)
def _books(compiled: CompiledBooks) -> Books:
    """For the twin; kept while the same books are asked about, for their decks are made ready once."""
    return Books(compiled.versions, compiled.zone, compiled.horizon)


def _replayed(record: Record, timeline: Timeline) -> tuple[Status, Fraction]:
    rated = rate(batch_of([record]), timeline)
    charges = [timeline.books.charges[number] for number in rated.charge.tolist()]
    amounts = [
        Fraction(numerator, charge.denominator)
        for numerator, charge in zip(rated.numerator.tolist(), charges, strict=True)
        if charge.has_amount
    ]
    return Status(int(rated.status[0])), sum(amounts, Fraction(0))


def _measured(record: Record, exact: ExactRecord, timeline: Timeline) -> str:
    owned = next((each for each in timeline.services if each.service == exact.service), None)
    where = owned.zone if owned is not None else timeline.books.zone
    wall = local_wall(datetime.fromtimestamp(record.started_s, UTC), zone(where))
    used = [f"{record.duration_s} s"] if record.duration_s else []
    used += [f"{record.octets_in} octets in", f"{record.octets_out} octets out"] if _octets(record) else []
    used += [f"quantity {record.quantity}"] if record.quantity else []
    number = f" to {number_of(record.counterparty)}" if record.counterparty else ""
    measured = ", ".join(used) or "nothing measured"
    return f"{record.service_class} {record.direction}{number}, {wall} in {where}: {measured}."


def _octets(record: Record) -> bool:
    return bool(record.octets_in or record.octets_out)


def _row_lines(record: Record, row: ExactRow, books: Books) -> list[str]:
    book = row.book
    assert book is not None
    charge = next(each for each in book.plans[row.plan].charges if each.code == row.charge)
    days = f"{row.period.start} to {row.period.end}"
    version = f"version {book.version}" if book.version else "the book"
    head = f"{charge.name}{f', {row.rate_class}' if row.rate_class else ''}"
    lines = [f"Plan {row.plan} of {version}, usage period {days}."]
    if row.amount is None:
        quantity = told(charge.unit.of(row.quantity))
        return [*lines, f"{head}: {quantity} {charge.unit.name}, priced on the total of the period."]
    if is_by_amount(charge):
        return [*lines, f"{head}: {_by_amount(row, charge, book.currency)}."]
    if isinstance(charge.params, matrix.Params):
        return [*lines, f"{head}: {_by_matrix(row, charge, book.currency)}."]
    if isinstance(charge.params, per_unit.Params):
        quantity = f"{told(charge.unit.of(row.quantity))} {charge.unit.name}"
        return [*lines, f"{head}: {quantity} x {charge.params.unit_price} = {_amount(row.amount, charge)}."]
    return [*lines, _call_line(record, row, (charge, book, books))]


def _by_matrix(row: ExactRow, charge: UsageCharge, currency: str) -> str:
    """`5 min x 0.10 + 0.05 = 0.55`, by the row whose name is the rate class."""
    params, amount = charge.params, row.amount or Fraction(0)
    assert isinstance(params, matrix.Params)
    found = next(each for each in params.rows if each.label() == row.rate_class)
    beyond = amount - matrix.price_of(found, charge.unit.of(row.quantity), is_first=False)
    # only the piece with which the record begins has it, and rounding may blur what is beyond the units
    fixed = f" + {found.fixed}" if abs(beyond - Fraction(found.fixed)) < abs(beyond) else ""
    quantity = f"{told(charge.unit.of(row.quantity))} {charge.unit.told(currency)}"
    return f"{quantity} x {found.unit_price}{fixed} = {_amount(amount, charge)}"


def _by_amount(row: ExactRow, charge: UsageCharge, currency: str) -> str:
    """`80 EUR x 2.99 % + 2 = 4.392 (at least 1.75, at most 12)`."""
    terms = OWN_AMOUNT[charge.model](charge.params)
    carried = charge.unit.of(row.quantity)
    amount = _amount(row.amount or Fraction(0), charge)
    if terms.free and carried <= terms.free:
        return f"{told(carried)} {currency}, of which {told(terms.free)} are free = {amount}"
    free = f" less {told(terms.free)} free" if terms.free else ""
    factor = f" x {told(terms.factor * 100)} %" if terms.factor != 1 else ""
    fixed = f" + {told(terms.fixed)}" if terms.fixed else ""
    bounds = [f"at least {told(terms.minimum)}"] if terms.minimum else []
    bounds += [f"at most {told(terms.maximum)}"] if terms.maximum is not None else []
    within = f" ({', '.join(bounds)})" if bounds else ""
    return f"{told(carried)} {currency}{free}{factor}{fixed} = {amount}{within}"


def _call_line(record: Record, row: ExactRow, under: tuple[UsageCharge, PriceBook, Books]) -> str:
    charge, book, books = under
    params, via = charge.params, f"{charge.name}{f', {row.rate_class}' if row.rate_class else ''}"
    if charge.model == DECK_MODEL:
        assert charge.deck is not None
        day = local_date(datetime.fromtimestamp(record.started_s, UTC), zone(books.zone))
        found = books.deck(book, charge.deck).rate(
            number_of(record.counterparty), number_of(record.party), day
        )
        assert found is not None
        via = f"{charge.name}, prefix {found.prefix} ({found.destination})"
        params = call.Params(
            found.per_minute, found.connect_fee, found.minimum_s, found.first_s, found.next_s
        )
    assert isinstance(params, call.Params) and charge.meter is MeterKind.SECONDS
    steps = f"steps of {params.first_s} s, then {params.next_s} s"
    fee = f" + {params.connect_fee} to connect" if params.connect_fee else ""
    free = f", {params.free_s} s of the call free" if params.free_s else ""
    charged = f"{row.quantity} s charged at {params.per_minute} a minute{fee}"
    return f"{via}: {charged} ({steps}{free}) = {_amount(row.amount or Fraction(0), charge)}."


def _amount(amount: Fraction, charge: UsageCharge) -> str:
    digits = charge.rounding.record_digits
    return told(amount) if digits is None else f"{told(amount)} (rounded to {digits} decimals)"
