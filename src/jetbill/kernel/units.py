"""Units of measured usage, each stated once: name, dimension and how many base units it holds.

Base units are integers: an octet, a second, one record, a watt-hour, a millionth of the book's currency.
`GB` is 10**9 octets, `GiB` 2**30, `money` 10**6 millionths.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Dimension(StrEnum):
    """What a meter counts, in base units."""

    OCTETS = "octets"
    SECONDS = "seconds"
    RECORDS = "records"
    WATT_HOURS = "watt_hours"
    MONEY = "money"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of `size` base units of its dimension."""

    name: str
    dimension: Dimension
    size: int

    def of(self, base: int) -> Fraction:
        """`base` base units, exactly, in this unit."""
        return Fraction(base, self.size)

    def told(self, currency: str) -> str:
        """The name that people read; money is that of a book's currency."""
        return currency if self.dimension is Dimension.MONEY else self.name


def _units() -> dict[str, Unit]:
    octets = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
    octets |= {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
    seconds = {"s": 1, "min": 60, "h": 3600}
    records = {"call": 1, "message": 1, "record": 1}
    watt_hours = {"Wh": 1, "kWh": 1000, "MWh": 10**6}
    money = {"money": 10**6}
    tables = {
        Dimension.OCTETS: octets,
        Dimension.SECONDS: seconds,
        Dimension.RECORDS: records,
        Dimension.WATT_HOURS: watt_hours,
        Dimension.MONEY: money,
    }
    return {name: Unit(name, dim, size) for dim, table in tables.items() for name, size in table.items()}


UNITS = _units()


def unit(name: str) -> Unit:
    """The unit called `name`; raises ValueError that lists the known ones."""
    if name not in UNITS:
        raise ValueError(f"unknown unit {name!r}; known are {', '.join(UNITS)}")
    return UNITS[name]
