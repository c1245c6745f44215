"""Price books compiled into integer columns: every amount a numerator over the denominator of its charge.

0.60 a minute and 0.05 to connect are 1 a second and 5 to connect over the denominator 100. That no amount of
any record can leave 64 bits is proved here, once.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import lcm

import numpy as np

from jetbill.kernel.book import Plan, PriceBook, Tempo, UsageCharge
from jetbill.kernel.calendars import changes, class_codes
from jetbill.kernel.charge_models import OWN_AMOUNT, call, matrix
from jetbill.kernel.rating import layout as at
from jetbill.kernel.rating.charges import (
    BOUND,
    DECK_MODEL,
    LEAST_LIMIT,
    METERS,
    MOST_OF,
    amounts_of,
    denominator_of,
    fault_of,
    is_by_amount,
    is_call,
    limit_of,
    rounding_of,
    rows_of,
)
from jetbill.kernel.rating.columns_of_decks import DeckColumns
from jetbill.kernel.rating.layout import Column
from jetbill.kernel.rating.matrices import cells_of, laid_out
from jetbill.kernel.zones import epoch_s, midnight, zone

_OWN_CLASSES = (DECK_MODEL, matrix.KIND)
"""Models whose rows say the rate class."""


@dataclass(frozen=True, slots=True)
class CompiledCharge:
    """What the number of a charge in a rated row stands for."""

    version: int
    plan: str
    charge: UsageCharge
    denominator: int

    @property
    def has_amount(self) -> bool:
        """False for a charge that is priced on the total of a period."""
        return self.charge.tempo is Tempo.RECORD


@dataclass(frozen=True, slots=True)
class Family:
    """One charge, or call charges that differ in nothing but their time classes and so price one call."""

    number: int
    first_charge: int
    charges: tuple[UsageCharge, ...]


@dataclass(frozen=True, slots=True, eq=False)
class CompiledBooks:
    """Versions of price books, ready to rate what happens in the horizon [from, to) of UTC seconds."""

    versions: tuple[PriceBook, ...]
    zone: str
    horizon: tuple[int, int]
    charges: tuple[CompiledCharge, ...]
    families: Mapping[tuple[int, str], tuple[Family, ...]]
    rate_classes: tuple[str, ...]
    tape: Column = field(repr=False)
    digest: str = field(repr=False)


def compile_books(versions: Sequence[PriceBook], zone_name: str, horizon: tuple[int, int]) -> CompiledBooks:
    """Compile all versions of all books of a realm; `zone_name` is the realm's.

    Raises ValueError that names plan and charge for what single records cannot be priced by.
    """
    maker = _Maker(tuple(versions), zone_name, horizon)
    families = {}
    for number, version in enumerate(versions):
        for code, plan in version.plans.items():
            families[number, code] = maker.plan(number, plan)
    tape = at.tape(maker.tables(), horizon)
    legend = (zone_name, horizon, maker.rate_classes, [(c.version, c.plan, c.charge) for c in maker.charges])
    digest = hashlib.sha256(repr(legend).encode())
    digest.update(tape.tobytes())
    return CompiledBooks(
        tuple(versions),
        zone_name,
        horizon,
        tuple(maker.charges),
        families,
        tuple(maker.rate_classes),
        tape,
        digest.hexdigest(),
    )


def families_of(plan: Plan) -> tuple[tuple[UsageCharge, ...], ...]:
    """The charges of a plan, those together that price one call between them.

    These are charges by call or deck that select alike but for disjoint time classes of one calendar.
    """
    found: list[list[UsageCharge]] = []
    for charge in plan.charges:
        home = next((each for each in found if _one_call(each, charge)), None)
        if home is None:
            found.append([charge])
        else:
            home.append(charge)
    return tuple(tuple(each) for each in found)


def _one_call(family: list[UsageCharge], charge: UsageCharge) -> bool:
    if not (is_call(charge) and is_call(family[0]) and _alike(charge) == _alike(family[0])):
        return False
    mine = set(charge.selection.time_classes)
    return bool(mine) and all(
        each.selection.time_classes and mine.isdisjoint(each.selection.time_classes) for each in family
    )


def _alike(charge: UsageCharge) -> tuple[object, ...]:
    chosen = charge.selection
    return (
        chosen.service_class,
        chosen.direction,
        chosen.attributes,
        charge.calendar,
        charge.split,
        charge.rounding,
    )


class _Maker:
    """Collects the rows of the tables, plan by plan."""

    def __init__(self, versions: tuple[PriceBook, ...], zone_name: str, horizon: tuple[int, int]) -> None:
        self.versions = versions
        self.zone = zone_name
        self.horizon = horizon
        self.charges: list[CompiledCharge] = []
        self.rate_classes = [""]
        self._rate_class_numbers = {"": 0}
        self._class_blocks: dict[tuple[str, ...], int] = {}
        self._family_rows: list[list[int]] = []
        self._charge_rows: list[list[int]] = []
        self._calendars: dict[tuple[int, str], int] = {}
        self._calendar_rows: list[list[int]] = []
        self._changes: list[tuple[int, int]] = []
        self._hours: list[int] = []
        self._matrices: list[int] = []
        self._decks = DeckColumns(horizon, self._day_starts, self.rate_class)

    def plan(self, version: int, plan: Plan) -> tuple[Family, ...]:
        """The families of a plan of a version, added to the tables."""
        return tuple(self._family(version, plan, charges) for charges in families_of(plan))

    def tables(self) -> tuple[Column, ...]:
        """FAMILIES to MATRICES of the books' tape."""
        return (
            at.wide(self._family_rows, at.FAMILY),
            at.wide(self._charge_rows, at.CHARGE),
            *self._decks.columns(),
            at.wide(self._calendar_rows, at.CALENDAR_WIDTH),
            at.wide(self._changes, at.CHANGE_WIDTH),
            np.array(self._hours, np.int64),
            np.array(self._matrices, np.int64),
        )

    def rate_class(self, name: str) -> int:
        """The number of a rate class."""
        number = self._rate_class_numbers.setdefault(name, len(self.rate_classes))
        if number == len(self.rate_classes):
            self.rate_classes.append(name)
        return number

    def _day_starts(self, day: date) -> int:
        return epoch_s(midnight(day, zone(self.zone)))

    def _family(self, version: int, plan: Plan, charges: tuple[UsageCharge, ...]) -> Family:
        number, first = len(self._family_rows), len(self._charge_rows)
        for charge in charges:
            _refuse(plan, charge, fault_of(charge, self.versions[version]))
        denominator = self._denominator(version, charges)
        for charge in charges:
            row = self._charge_row(version, charge, denominator)
            _refuse(plan, charge, None if row else "its amounts are too large or too fine for 64 bits")
            row[at.ROUND_UNIT], row[at.ROUND_FROM] = rounding_of(charge, denominator)
            self._charge_rows.append(row)
            self.charges.append(CompiledCharge(version, plan.code, charge, denominator))
        self._family_rows.append(
            [
                at.CALL if is_call(charges[0]) else at.BY_AMOUNT if is_by_amount(charges[0]) else at.MEASURE,
                self._calendar(version, charges[0].calendar),
                int(charges[0].split and not is_by_amount(charges[0])),
                first,
                len(self._charge_rows),
            ]
        )
        return Family(number, first, charges)

    def _denominator(self, version: int, charges: tuple[UsageCharge, ...]) -> int:
        found = 1
        for charge in charges:
            if charge.model == DECK_MODEL:
                assert charge.deck is not None
                deck = self.versions[version].decks[charge.deck]
                found = lcm(found, self._decks.denominator((version, charge.deck), deck))
            found = lcm(found, denominator_of(charge))
        return found

    def _charge_row(self, version: int, charge: UsageCharge, denominator: int) -> list[int]:
        """The row of a charge; empty if it does not fit into 64 bits."""
        row = [0] * at.CHARGE
        row[at.METER] = METERS.index(charge.meter)
        row[at.TIME_CLASSES] = self._time_classes(version, charge)
        row[at.MAXIMUM] = at.NO_MAXIMUM
        row[at.DECK_NUMBER] = -1
        self._set_rate_class(row, version, charge)
        for column, amount in amounts_of(charge).items():
            row[column] = int(amount * denominator)
        if charge.model == DECK_MODEL:
            assert charge.deck is not None
            placed = self._decks.place((version, charge.deck), denominator)
            if placed is None:
                return []
            row[at.DECK_NUMBER] = placed
        elif is_call(charge):
            assert isinstance(charge.params, call.Params)
            steps = (charge.params.minimum_s, charge.params.first_s, charge.params.next_s)
            row[at.LEAST_S], row[at.FIRST_S], row[at.NEXT_S] = steps
            row[at.FREE_S] = min(charge.params.free_s, 2**40)
            if max(steps) > at.MOST_SECONDS or abs(row[at.PER_SECOND]) * 4 * at.MOST_SECONDS > BOUND // 2:
                return []
            amounts = (row[at.CONNECT], row[at.MINIMUM], row[at.MAXIMUM] % at.NO_MAXIMUM)
            return row if max(map(abs, amounts)) <= BOUND // 4 else []
        elif is_by_amount(charge):
            row[at.FREE_S] = int(OWN_AMOUNT[charge.model](charge.params).free * charge.unit.size)
            amounts = (row[at.CONNECT], row[at.MINIMUM], row[at.MAXIMUM] % at.NO_MAXIMUM)
            if max(amounts) > BOUND // 4:
                return []
        elif charge.model == matrix.KIND and not self._place_matrix(row, (version, denominator), charge):
            return []
        row[at.LIMIT] = limit_of(charge)
        return row if row[at.LIMIT] >= LEAST_LIMIT.get(charge.meter, MOST_OF[charge.meter]) else []

    def _place_matrix(self, row: list[int], under: tuple[int, int], charge: UsageCharge) -> bool:
        """Lay a matrix out under (version, denominator); whether it fits."""
        version, denominator = under
        codes: tuple[str, ...] = ()
        if charge.calendar is not None:
            codes = class_codes(self.versions[version].calendars[charge.calendar])
        assert isinstance(charge.params, matrix.Params)
        is_small = all(
            abs(each) * denominator <= BOUND // 4 for amounts in rows_of(charge) for each in amounts
        )
        if not is_small or cells_of(charge.params, codes) > at.MOST_CELLS:
            return False
        row[at.MATRIX_PLACE] = len(self._matrices)
        self._matrices += laid_out(charge, codes, denominator, self.rate_class)
        return True

    def _time_classes(self, version: int, charge: UsageCharge) -> int:
        if charge.calendar is None or not charge.selection.time_classes:
            return at.ALL_CLASSES
        codes = class_codes(self.versions[version].calendars[charge.calendar])
        return sum(1 << codes.index(code) for code in set(charge.selection.time_classes))

    def _set_rate_class(self, row: list[int], version: int, charge: UsageCharge) -> None:
        if charge.calendar is None or charge.tempo is Tempo.PERIOD or charge.model in _OWN_CLASSES:
            return
        codes = class_codes(self.versions[version].calendars[charge.calendar])
        if codes not in self._class_blocks:
            self._class_blocks[codes] = len(self.rate_classes)
            self.rate_classes += codes
        row[at.RATE_CLASS], row[at.BY_TIME_CLASS] = self._class_blocks[codes], 1

    def _calendar(self, version: int, code: str | None) -> int:
        if code is None:
            return -1
        if (version, code) not in self._calendars:
            calendar = self.versions[version].calendars[code]
            found = changes(calendar, zone(calendar.zone or self.zone), self.horizon)
            self._calendars[version, code] = len(self._calendar_rows)
            self._calendar_rows.append(self._placed_calendar(found))
        return self._calendars[version, code]

    def _placed_calendar(self, found: Sequence[tuple[int, int]]) -> list[int]:
        first, hours = len(self._changes), len(self._hours)
        self._changes += found
        position = 0
        for start in range(self.horizon[0], self.horizon[1] + at.HOUR_S, at.HOUR_S):
            while position + 1 < len(found) and found[position + 1][0] <= start:
                position += 1
            self._hours.append(first + position)
        return [first, len(self._changes), hours]


def _refuse(plan: Plan, charge: UsageCharge, fault: str | None) -> None:
    if fault:
        raise ValueError(f'plan "{plan.code}", charge "{charge.code}": {fault}')
