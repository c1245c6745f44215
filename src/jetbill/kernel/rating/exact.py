"""When and under which plans a record happens, in local days and one record after the other: see `twin`."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from jetbill.kernel.book import PriceBook, UsageCharge
from jetbill.kernel.book_versions import Day, version_for
from jetbill.kernel.calendars import changes, class_on
from jetbill.kernel.decks import DeckIndex, index
from jetbill.kernel.due import BillDays
from jetbill.kernel.life import life
from jetbill.kernel.periods import Period
from jetbill.kernel.rating.batch import Record
from jetbill.kernel.rating.charges import is_by_amount
from jetbill.kernel.rating.compiled import families_of
from jetbill.kernel.rating.segments import Customer
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
class Stretch:
    """Seconds [start, end) with the same plans: (slot, plan, version) and the tenure of each."""

    start: int
    end: int
    plans: tuple[tuple[int, str, int], ...]
    tenures: tuple[Tenure, ...]


def stretches_of(
    record: Record, customer: Customer, subscription: SubscriptionTerms, books: Books
) -> list[Stretch]:
    """The record cut at the midnights at which plans or periods change; none if it begins without a plan."""
    where = zone(customer.terms.zone)
    end = record.started_s + record.duration_s
    found: list[Stretch] = []
    day, instant = local_date(instant_of(record.started_s), where), record.started_s
    while not found or instant < end:
        plans, held = _in_force(customer, subscription, day, books)
        if not found and not plans:
            return []
        if not found:
            found.append(Stretch(instant, end, plans, held))
        elif not plans:
            break
        elif (plans, held) != (found[-1].plans, found[-1].tenures):
            found[-1] = replace(found[-1], end=instant)
            found.append(Stretch(instant, end, plans, held))
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


def families_in(
    record: Record, stretch: Stretch, books: Books
) -> Iterator[tuple[Tenure, PriceBook, tuple[UsageCharge, ...]]]:
    """The families of charges for the record's kind of use, with the tenure and the book of each."""
    for (_, plan, number), tenure in zip(stretch.plans, stretch.tenures, strict=True):
        book = books.versions[number]
        for family in families_of(book.plans[plan]):
            chosen = family[0].selection
            fits_class = chosen.service_class in (None, record.service_class)
            if fits_class and chosen.direction in (None, record.direction):
                yield tenure, book, family


def pieces_of(
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
    is_cut = family[0].split and not is_by_amount(family[0])
    if is_cut and start < end:
        cuts = [instant for instant, _ in changes(calendar, where, span)]
    for first, last in zip(cuts, [*cuts[1:], end], strict=True):
        code = class_on(calendar, first if is_cut else record.started_s, where)
        charge = next((c for c in family if code in (c.selection.time_classes or (code,))), None)
        yield first, last, code, charge


def instant_of(seconds: int) -> datetime:
    """Seconds since 1970 as an instant."""
    return datetime.fromtimestamp(seconds, UTC)
