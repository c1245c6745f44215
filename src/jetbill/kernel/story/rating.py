"""The usage of a story as period totals; a charge that prices record by record does it by the exact models.

The compiled rating does the same for millions of records; a story has a handful.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from jetbill.kernel.book import DeckRate, MeterKind, PriceBook, Tempo, UsageCharge
from jetbill.kernel.calendars import changes, class_on
from jetbill.kernel.charge_models import call, charge_model
from jetbill.kernel.due import BillDays
from jetbill.kernel.life import Life
from jetbill.kernel.money import rounded
from jetbill.kernel.period_total import PeriodTotal
from jetbill.kernel.periods import Period
from jetbill.kernel.story.values import Uses
from jetbill.kernel.tenures import Tenure, is_paused, tenures
from jetbill.kernel.zones import zone

CALL, DECK = "call", "deck"


@dataclass(frozen=True, slots=True)
class Line:
    """A subscription that usage may belong to: id, life, bill days, versions of its book, zone."""

    id: int
    life: Life
    days: BillDays
    versions: Sequence[PriceBook]
    zone: str


@dataclass(frozen=True, slots=True)
class Priced:
    """What one record comes to in one tenure, charge and rate class."""

    tenure: Tenure
    charge: UsageCharge
    rate_class: str
    quantity: Fraction
    amount: Fraction | None


def totals_of(
    lines: Sequence[Line], uses: Sequence[Uses]
) -> tuple[tuple[PeriodTotal, ...], tuple[Uses, ...]]:
    """The totals of every record that a subscription has a charge for, and the records that none has."""
    totals: list[PeriodTotal] = []
    unrated: list[Uses] = []
    for use in uses:
        found = _owned(lines, use)
        if found is None:
            unrated.append(use)
        else:
            totals += found
    return tuple(totals), tuple(unrated)


def _owned(lines: Sequence[Line], use: Uses) -> list[PeriodTotal] | None:
    for line in lines:
        if use.subscription not in (None, line.id) or is_paused(line.life, use.on):
            continue
        found = list(_priced(line, use))
        if found:
            return [_total(line, use, each) for each in found]
    return None


def _total(line: Line, use: Uses, each: Priced) -> PeriodTotal:
    tenure = each.tenure
    component = f"{tenure.slot}:{each.charge.code}"
    return PeriodTotal(
        line.id,
        component,
        tenure.period.start,
        tenure.period.end,
        each.rate_class,
        each.quantity,
        tenure.plan,
        tenure.version.version,
        each.amount,
        1,
        use.service,
    )


def _priced(line: Line, use: Uses) -> Iterator[Priced]:
    day = Period(use.on, date.fromordinal(use.on.toordinal() + 1))
    for tenure in tenures(line.life, line.days, line.versions, day):
        charges = [each for each in tenure.version.plans[tenure.plan].charges if _serves(each, use)]
        calls = [each for each in charges if each.model in (CALL, DECK)]
        yield from _calls(line, tenure, calls, use)
        for charge in charges:
            if charge.model not in (CALL, DECK) and _is_time(line, tenure, charge, use):
                yield _measured(tenure, charge, use)


def _serves(charge: UsageCharge, use: Uses) -> bool:
    wanted = charge.selection
    return wanted.service_class in (None, use.service_class) and wanted.direction in (None, use.direction)


def _is_time(line: Line, tenure: Tenure, charge: UsageCharge, use: Uses) -> bool:
    if charge.calendar is None or not charge.selection.time_classes:
        return True
    calendar = tenure.version.calendars[charge.calendar]
    found = class_on(calendar, use.start_s, zone(calendar.zone or line.zone))
    return found in charge.selection.time_classes


def _measured(tenure: Tenure, charge: UsageCharge, use: Uses) -> Priced:
    """A record on a charge that prices totals, or each record by its quantity."""
    quantity = Fraction(_reading(charge.meter, use))
    if charge.tempo is Tempo.PERIOD:
        return Priced(tenure, charge, "", quantity, None)
    params: Any = charge.params
    amount = charge_model(charge.model).price(quantity / charge.unit.size, params).amount
    return Priced(tenure, charge, "", quantity, _record_rounded(charge, amount))


def _reading(meter: MeterKind, use: Uses) -> int:
    readings = {
        MeterKind.OCTETS: use.octets,
        MeterKind.OCTETS_IN: use.octets,
        MeterKind.OCTETS_OUT: 0,
        MeterKind.SECONDS: use.duration_s,
        MeterKind.RECORDS: 1,
        MeterKind.QUANTITY: use.quantity,
    }
    return readings[meter]


def _calls(line: Line, tenure: Tenure, charges: Sequence[UsageCharge], use: Uses) -> Iterator[Priced]:
    """A call on the charges of a plan, which share it by time class: cut where the class changes."""
    if not charges:
        return
    spans: list[call.Span] = []
    names: list[tuple[UsageCharge, str]] = []
    for start_s, seconds in _pieces(line, tenure, charges, use):
        charge, time_class = _at(line, tenure, charges, start_s)
        if charge is None:
            return
        params, rate_class = _params(tenure, charge, use, time_class)
        if params is None:
            return
        spans.append(call.Span(Fraction(seconds), call.tariff(params)))
        names.append((charge, rate_class))
    limits = _limits(charges[0])
    exact = call.cost(spans, limits)
    for number, (charge, rate_class) in enumerate(names, 1):
        mine = [part for part in exact.parts if part.band == number or (number == 1 and part.band == 0)]
        quantity = sum((part.quantity for part in mine if part.band), Fraction(0))
        amount = sum((part.amount for part in mine), Fraction(0))
        yield Priced(tenure, charge, rate_class, quantity, _record_rounded(charge, amount))


def _pieces(
    line: Line, tenure: Tenure, charges: Sequence[UsageCharge], use: Uses
) -> Iterator[tuple[int, int]]:
    """Start and length of the pieces of a call between the changes of its calendar."""
    end_s = use.start_s + use.duration_s
    cuts = [use.start_s]
    code = next((each.calendar for each in charges if each.calendar and each.split), None)
    if code is not None:
        calendar = tenure.version.calendars[code]
        at = zone(calendar.zone or line.zone)
        cuts += [instant for instant, _ in changes(calendar, at, (use.start_s, end_s)) if instant > cuts[0]]
    for start_s, until_s in zip(cuts, [*cuts[1:], end_s], strict=True):
        yield start_s, until_s - start_s


def _at(
    line: Line, tenure: Tenure, charges: Sequence[UsageCharge], start_s: int
) -> tuple[UsageCharge | None, str]:
    """The charge of a piece and its time class."""
    for charge in charges:
        if charge.calendar is None:
            return charge, ""
        calendar = tenure.version.calendars[charge.calendar]
        found = class_on(calendar, start_s, zone(calendar.zone or line.zone))
        if not charge.selection.time_classes or found in charge.selection.time_classes:
            return charge, found
    return None, ""


def _params(
    tenure: Tenure, charge: UsageCharge, use: Uses, time_class: str
) -> tuple[call.Params | None, str]:
    if charge.model == CALL:
        params: Any = charge.params
        return params, time_class
    assert charge.deck is not None
    rates = tenure.version.decks[charge.deck].rates
    rate = _rate(rates, use)
    if rate is None or rate.is_blocked:
        return None, ""
    params = call.Params(rate.per_minute, rate.connect_fee, rate.minimum_s, rate.first_s, rate.next_s)
    return params, rate.destination


def _rate(rates: Sequence[DeckRate], use: Uses) -> DeckRate | None:
    """The longest prefix of the called number, in its latest row of that day."""
    fitting = [each for each in rates if use.called.startswith(each.prefix) and each.effective <= use.on]
    return max(fitting, key=lambda each: (len(each.prefix), each.effective), default=None)


def _limits(charge: UsageCharge) -> call.Limits:
    if charge.model != CALL:
        return call.Limits()
    params: Any = charge.params
    most = None if params.maximum is None else Fraction(params.maximum)
    return call.Limits(Fraction(params.free_s), Fraction(params.minimum), most)


def _record_rounded(charge: UsageCharge, amount: Fraction) -> Fraction:
    digits = charge.rounding.record_digits
    return amount if digits is None else Fraction(rounded(amount, digits, charge.rounding.mode))
