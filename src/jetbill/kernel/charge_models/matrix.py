"""Matrix: the attributes of a record choose a row, and the row prices it: so much a unit, so much once.

The row that says most wins: beside `to: eu` at 0.10, `from: home, to: eu` at 0.05 prices what goes from home
to eu. Where no row fits a record has no price. Zones are prefixes of numbers, the longest wins.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

from jetbill.kernel.book import ServiceClass
from jetbill.kernel.charge_models.form import Measure, Part, Priced, entry, priced

KIND = "matrix"
ATTRIBUTES = ("from_", "to", "service_class", "direction", "time_class")
DIRECTIONS = ("out", "in")


@dataclass(frozen=True, slots=True)
class Row:
    """What a record must be like, as far as the row says so, and what it costs then."""

    from_: str | None = field(default=None, metadata=entry("From", Measure.CHOICE, "Zone of the own number."))
    to: str | None = field(default=None, metadata=entry("To", Measure.CHOICE, "Zone of the other number."))
    service_class: ServiceClass | None = field(default=None, metadata=entry("Usage", Measure.CHOICE))
    direction: str | None = field(default=None, metadata=entry("Direction", Measure.CHOICE, "Out or in."))
    time_class: str | None = field(
        default=None, metadata=entry("Time class", Measure.CHOICE, "Of the calendar of the charge.")
    )
    unit_price: Decimal = field(default=Decimal(0), metadata=entry("Price per unit", Measure.PRICE))
    fixed: Decimal = field(
        default=Decimal(0), metadata=entry("Fixed part", Measure.MONEY, "Once, where the record begins.")
    )
    name: str = field(
        default="", metadata=entry("Name", Measure.TEXT, "On the invoice; else what the row says.")
    )

    def says(self) -> Mapping[str, str]:
        """The attributes that it narrows, with their values."""
        return {name: value for name in ATTRIBUTES if (value := getattr(self, name)) is not None}

    def label(self) -> str:
        """How the row is called: home to eu."""
        if self.name:
            return self.name
        both = self.from_ is not None and self.to is not None
        way = f"{self.from_} to {self.to}" if both else f"from {self.from_}" if self.from_ else ""
        way = way or (f"to {self.to}" if self.to else "")
        return ", ".join(filter(None, (way, self.service_class, self.direction, self.time_class)))


@dataclass(frozen=True, slots=True)
class Params:
    """Zones by name with their prefixes, and rows in any order."""

    rows: tuple[Row, ...] = field(metadata=entry("Rows", Measure.ROWS))
    zones: tuple[tuple[str, tuple[str, ...]], ...] = field(
        default=(), metadata=entry("Zones", Measure.ROWS, "Prefixes of telephone numbers.")
    )

    def __post_init__(self) -> None:
        if not self.rows:
            raise ValueError("a matrix needs at least one row")
        _refuse_zones(self)
        labels: dict[str, int] = {}
        for number, row in enumerate(self.rows, 1):
            _refuse_row(number, row, [name for name, _ in self.zones])
            first = labels.setdefault(row.label(), number)
            if first != number:
                raise ValueError(f'row {number} and row {first} are both called "{row.label()}"')
        _refuse_doubt(self.rows)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a record; a number without a zone is in ""."""

    from_: str = ""
    to: str = ""
    service_class: str = ""
    direction: str = ""
    time_class: str = ""


def zone_of(number: str, params: Params) -> str:
    """The zone with the longest prefix of a number; "" if there is none."""
    fitting = [
        (len(prefix), name)
        for name, prefixes in params.zones
        for prefix in prefixes
        if number.startswith(prefix)
    ]
    return max(fitting, default=(0, ""))[1]


def row_for(facts: Facts, params: Params) -> Row | None:
    """The row that says most of those that fit."""
    fitting = [
        row for row in params.rows if all(getattr(facts, name) == told for name, told in row.says().items())
    ]
    return max(fitting, key=lambda row: len(row.says()), default=None)


def price_of(row: Row, quantity: Fraction, is_first: bool) -> Fraction:
    """The exact price of a piece of a record; the fixed part is that of the piece with which it begins."""
    return quantity * Fraction(row.unit_price) + (Fraction(row.fixed) if is_first else 0)


def price(quantity: Fraction, params: Params) -> Priced:
    """The price of a record of which nothing is known. Raises ValueError if no row fits that."""
    row = row_for(Facts(), params)
    if row is None:
        raise ValueError("no row of the matrix fits every record")
    return priced(Part(1, quantity, price_of(row, quantity, is_first=True)))


def _refuse_zones(params: Params) -> None:
    known: dict[str, str] = {}
    for name, prefixes in params.zones:
        if not name or not prefixes:
            raise ValueError(f'the zone "{name}" needs a name and a prefix')
        for prefix in prefixes:
            if not (prefix.isascii() and prefix.isdigit()) or len(prefix) > 15:
                raise ValueError(f'zone {name}: "{prefix}" is not a prefix of digits such as 43 or 4366')
            if prefix in known:
                raise ValueError(f"the prefix {prefix} is in the zones {known[prefix]} and {name}")
            known[prefix] = name


def _refuse_row(number: int, row: Row, zones: list[str]) -> None:
    for zone in (row.from_, row.to):
        if zone is not None and zone not in zones:
            raise ValueError(
                f'row {number} names the zone "{zone}", but there are {", ".join(zones) or "none"}'
            )
    if row.direction not in (None, *DIRECTIONS):
        raise ValueError(f"row {number}: the direction is out or in, not {row.direction}")


def _refuse_doubt(rows: tuple[Row, ...]) -> None:
    """Two rows that say equally much must not fit one record, unless a row that says more decides."""
    told = [row.says() for row in rows]
    for (first, one), (number, other) in combinations(enumerate(told, 1), 2):
        both = {**one, **other}
        if len(one) != len(other) or any(both[name] != value for name, value in one.items()):
            continue
        if not any(len(each) > len(one) and each.items() <= both.items() for each in told):
            raise ValueError(f"row {number} and row {first} may fit one record: add a row that says both")
