"""The life of one subscription as stretches of time with the same plans: what the scan walks through.

Example: bill day 1, plan change on 20 January: segments from 1 January, 20 January and 1 February.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from jetbill.kernel.book import Applies, PriceBook
from jetbill.kernel.book_versions import Day, turning_days, version_for
from jetbill.kernel.due import BillDays
from jetbill.kernel.life import Life, life
from jetbill.kernel.periods import Period
from jetbill.kernel.tenures import Tenure, is_paused, stints, tenures, usage_periods
from jetbill.kernel.terms import BillDayChange, CustomerTerms, SubscriptionTerms
from jetbill.kernel.zones import epoch_s, local_date, midnight, zone

_SETTLED = timedelta(days=40)
"""Longer than a usage period: what changed earlier cannot be seen in the periods of the horizon."""

PlanKey = tuple[int, str, int]
"""(slot, plan, number of the version)."""


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer with his subscriptions and changes of the bill day."""

    terms: CustomerTerms
    subscriptions: Sequence[SubscriptionTerms]
    bill_day_changes: Sequence[BillDayChange] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """From `start_s` on, the plans in force and the tenure of each; none if nothing is in force."""

    start_s: int
    plans: tuple[PlanKey, ...]
    tenures: tuple[Tenure, ...]


class Lives:
    """Makes the segments of subscriptions; those that live alike share one tuple."""

    def __init__(self, versions: Sequence[PriceBook], horizon: tuple[int, int]) -> None:
        self._numbers = {id(version): number for number, version in enumerate(versions)}
        self._versions: Mapping[str, list[PriceBook]] = {}
        by_code: dict[str, list[PriceBook]] = {}
        for version in versions:
            by_code.setdefault(version.code, []).append(version)
        self._versions = by_code
        self._horizon = horizon
        self._alike: dict[object, tuple[Segment, ...]] = {}

    def segments(self, customer: Customer, subscription: SubscriptionTerms) -> tuple[Segment, ...]:
        """The segments of a subscription in the horizon; a book that is not known is no plan at all."""
        versions = self._versions.get(subscription.book, [])
        lived = life(subscription)
        if lived is None or not versions:
            return ()
        days = BillDays(customer.terms.bill_day, [(c.on, c.bill_day) for c in customer.bill_day_changes])
        key = self._key(customer, subscription, lived)
        if key is None:
            return self._made(lived, days, versions, customer.terms.zone)
        if key not in self._alike:
            self._alike[key] = self._made(lived, days, versions, customer.terms.zone)
        return self._alike[key]

    def _key(self, customer: Customer, subscription: SubscriptionTerms, lived: Life) -> object | None:
        """What the segments depend on if nothing changed lately; None if something did."""
        settled = _day(self._horizon[0]) - _SETTLED
        changes = customer.bill_day_changes
        if subscription.happenings[-1].on > settled or any(each.on > settled for each in changes):
            return None
        if any(each.on > settled for each in subscription.happenings):
            return None
        day = changes[-1].bill_day if changes else customer.terms.bill_day
        versions = self._versions[subscription.book]
        return (
            customer.terms.zone,
            subscription.book,
            day or lived.start.day,
            lived.end is None,
            tuple((stint.slot, stint.plan) for stint in stints(lived) if stint.end is None),
            bool(lived.pauses and lived.pauses[-1][1] is None),
            tuple(lived.start >= each.effective for each in versions if each.applies is Applies.NEW),
        )

    def _made(
        self, lived: Life, days: BillDays, versions: Sequence[PriceBook], zone_name: str
    ) -> tuple[Segment, ...]:
        at = zone(zone_name)
        until = Period(
            local_date(_instant(self._horizon[0]), at),
            local_date(_instant(self._horizon[1]), at) + timedelta(days=1),
        )
        found = tenures(lived, days, versions, until)
        periods = usage_periods(lived, days, until)
        segments: list[Segment] = []
        for day in _cuts(lived, found, versions, until):
            opened = next((period.start for period in periods if day in period), day)
            plans, held = self._in_force(lived, found, versions, Day(day, lived.start, opened))
            last = segments[-1] if segments else None
            if last is None or (last.plans, last.tenures) != (plans, held):
                segments.append(Segment(epoch_s(midnight(day, at)), plans, held))
        return tuple(segments)

    def _in_force(
        self, lived: Life, found: Sequence[Tenure], versions: Sequence[PriceBook], day: Day
    ) -> tuple[tuple[PlanKey, ...], tuple[Tenure, ...]]:
        version = version_for(versions, day)
        if version is None or is_paused(lived, day.on):
            return (), ()
        plans: dict[str, tuple[PlanKey, Tenure]] = {}
        for tenure in found:
            if day.on in tenure.period and tenure.plan not in plans and tenure.plan in version.plans:
                key = (tenure.slot, tenure.plan, self._numbers[id(version)])
                plans[tenure.plan] = (key, tenure)
        return tuple(key for key, _ in plans.values()), tuple(tenure for _, tenure in plans.values())


def _cuts(lived: Life, found: Sequence[Tenure], versions: Sequence[PriceBook], until: Period) -> list[date]:
    """The days on which something may change, the first day of `until` included."""
    days = {until.start, *turning_days(versions)}
    for tenure in found:
        days |= {tenure.period.start, tenure.period.end}
    for start, end in lived.pauses:
        days |= {start} if end is None else {start, end}
    return sorted(day for day in days if day in until)


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _day(seconds: int) -> date:
    return _instant(seconds).date()
