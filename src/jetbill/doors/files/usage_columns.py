"""Columns of text (or of Parquet's types) become columns of numbers; a bad value names its row and why.

Each conversion tries Arrow on the whole column first. Where Arrow refuses, the exact rule for one text, which
is the definition, is asked row by row; the fast way accepts only what the exact rule accepts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from jetbill.doors.files.usage_format import Column, Format, Numbers, Round
from jetbill.doors.files.usage_times import instants
from jetbill.kernel.decks import NO_NUMBER, PLACES
from jetbill.stages.usage.values import Integers, Names

_LARGEST = 2**62
_EPOCH = datetime(1970, 1, 1)
_TIMES = {"epoch": 1, "epoch_ms": 1000}
_SHOWN = 60
_SAMPLE = 4_096
"""So many values show whether a column repeats itself."""
_Read = TypeVar("_Read")


@dataclass(slots=True)
class Rows:
    """A block of rows under conversion: raw columns by name, and the first fault found in each bad row."""

    columns: Mapping[str, pa.Array]
    count: int
    faults: dict[int, str] = field(default_factory=dict)
    _found: dict[Column, pa.Array] = field(default_factory=dict)

    def fault(self, row: int, column: Column, sentence: str) -> None:
        """Row `row` is bad; the first reason stays."""
        name = column.names[0] if column.names else "value"
        self.faults.setdefault(row, f"{name}: {sentence}")

    def good(self) -> NDArray[np.bool_]:
        """Which rows have no fault so far."""
        is_good = np.ones(self.count, bool)
        is_good[list(self.faults)] = False
        return is_good

    def values(self, column: Column) -> pa.Array:
        """The first value of its columns that is not empty, else its constant, else null."""
        if column not in self._found:
            self._found[column] = self._values(column)
        return self._found[column]

    def _values(self, column: Column) -> pa.Array:
        parts = [self.columns[name] for name in column.names if name in self.columns]
        if len(parts) > 1:
            parts = [pc.cast(part, pa.string()) for part in parts]
        if column.value is not None:
            if not parts:
                return pa.array(np.full(self.count, column.value))
            parts = [pc.cast(part, pa.string()) for part in parts] + [pa.scalar(column.value)]
        if not parts:
            return pa.nulls(self.count, pa.string())
        return parts[0] if len(parts) == 1 else pc.coalesce(*parts)


def whole(rows: Rows, column: Column, absent: int) -> Integers:
    """Base units of a measured value; `absent` where it is empty and may be."""
    values = rows.values(column)
    present = np.asarray(pc.is_valid(values))
    found = np.full(rows.count, absent, np.int64)
    units = _by_arrow(values)
    if (
        units is None
        or column.denominator != 1
        or int(np.abs(units).max(initial=0)) > _LARGEST // column.numerator
    ):
        for row in np.flatnonzero(present):
            found[row] = _one(rows, int(row), column, lambda text: _base_units(text, column))
    else:
        found[present] = units[present] * column.numerator
    for row in np.flatnonzero(present & (found < 0)):
        if int(row) not in rows.faults:
            rows.fault(int(row), column, f"{_quoted(values[int(row)])} is negative")
    _must_be_there(rows, column, present)
    if column.times_2_32:
        high = whole(rows, Column((column.times_2_32,), optional=True), 0)
        found = np.where(present, found + np.minimum(high, _LARGEST >> 32) * 2**32, found)
    return found


def times(rows: Rows, column: Column, form: Format, zone_name: str) -> Integers:
    """Instants in whole seconds, cut down; local times by the zone of the column, the format or the realm."""
    values = rows.values(column)
    present = np.asarray(pc.is_valid(values))
    if column.time in _TIMES:
        wall = _epochs(rows, column, values, present)
        is_instant = np.ones(rows.count, bool)
    else:
        wall, is_instant = _walls(rows, column, values, present)
    zone_name = column.zone or (form.zone if form.zone != "realm" else zone_name)
    local = present & ~is_instant & rows.good()
    moved, never_shown = instants(wall[local], zone_name, form.fold)
    for row in np.flatnonzero(local)[never_shown]:
        text = _quoted(values[int(row)])
        rows.fault(int(row), column, f"{text} does not exist in {zone_name}: the clock jumps over it")
    wall[local] = moved
    if column.less and column.less in rows.columns:
        wall -= whole(rows, Column((column.less,), optional=True), 0)
    _must_be_there(rows, column, present)
    return wall


def names(rows: Rows, column: Column) -> Names:
    """Texts that repeat, outer blanks removed."""
    values = pc.utf8_trim_whitespace(pc.cast(rows.values(column), pa.string()))
    coded = values.dictionary_encode()
    present = np.asarray(pc.is_valid(values))
    if (empty := coded.dictionary.index("")).as_py() >= 0:
        present &= np.asarray(pc.fill_null(pc.not_equal(coded.indices, empty.as_py()), False))
    _must_be_there(rows, column, present)
    codes = np.asarray(pc.fill_null(coded.indices, 0)).astype(np.int64)
    return Names(codes, tuple(coded.dictionary.to_pylist()) or ("",))


def words(rows: Rows, column: Column, known: Mapping[str, int], absent: int) -> Integers:
    """Words that Jet knows, after the column's own translation, as numbers."""
    coded = pc.cast(rows.values(column), pa.string()).dictionary_encode()
    translate = dict(column.map)
    numbers = []
    for code, text in enumerate(coded.dictionary.to_pylist()):
        word = translate.get(text, text)
        numbers.append(known.get(word, absent))
        if word not in known:
            for row in np.flatnonzero(np.asarray(pc.fill_null(pc.equal(coded.indices, code), False))):
                rows.fault(int(row), column, f"{_quoted(text)} is none of {', '.join(translate or known)}")
    present = np.asarray(pc.is_valid(coded))
    _must_be_there(rows, column, present)
    codes = np.asarray(pc.fill_null(coded.indices, 0)).astype(np.int64)
    return np.where(present, np.array([*numbers, absent], np.int64)[codes], absent)


def numbers(rows: Rows, column: Column | None, written: Numbers) -> Integers:
    """Telephone numbers as `encode_number` writes them; what is no number (a name, *21) is none."""
    if column is None:
        return np.zeros(rows.count, np.int64)
    texts = pc.cast(rows.values(column), pa.string())
    if 2 * pc.count_distinct(texts[:_SAMPLE]).as_py() > min(rows.count, _SAMPLE):
        return _encoded(texts, written)
    coded = texts.dictionary_encode()
    known = _encoded(coded.dictionary, written)
    codes = np.asarray(pc.fill_null(coded.indices, len(known))).astype(np.int64)
    return np.append(known, NO_NUMBER)[codes]


def _encoded(texts: pa.Array, written: Numbers) -> Integers:
    """Right for every text that is digits after its prefix; the rest is no number."""
    digits = pc.fill_null(texts, "")
    if not pc.all(pc.or_(pc.ascii_is_decimal(digits), pc.equal(digits, ""))).as_py():
        digits = pc.replace_substring_regex(digits, r"[ ()/.-]", "")
    for prefix in written.international:
        abroad = pc.starts_with(digits, prefix)
        if pc.any(abroad).as_py():
            digits = pc.if_else(
                abroad,
                pc.binary_join_element_wise("=", pc.utf8_slice_codeunits(digits, len(prefix)), ""),
                digits,
            )
    if written.national and written.country:
        home = pc.utf8_slice_codeunits(digits, len(written.national))
        home = pc.binary_join_element_wise(written.country, home, "")
        digits = pc.if_else(pc.starts_with(digits, written.national), home, digits)
    digits = pc.replace_substring(digits, "=", "", max_replacements=1)
    is_number = pc.fill_null(pc.ascii_is_decimal(digits), False)
    digits = pc.utf8_slice_codeunits(pc.if_else(is_number, digits, ""), 0, PLACES)
    length = np.asarray(pc.utf8_length(digits)).astype(np.int64)
    left_aligned = pc.cast(pc.utf8_rpad(digits, PLACES, padding="0"), pa.int64())
    found = np.asarray(left_aligned) * 16 + length
    return np.where(length > 0, found, NO_NUMBER)


def _by_arrow(values: pa.Array) -> Integers | None:
    if not pa.types.is_integer(values.type):
        text = pc.cast(values, pa.string())
        if pc.any(pc.match_substring(text, "x", ignore_case=True)).as_py():
            return None  # Arrow reads 0x10 as 16
        values = text
    try:
        return np.asarray(pc.fill_null(pc.cast(values, pa.int64()), 0))
    except pa.ArrowInvalid:
        return None


def _base_units(text: str, column: Column) -> int:
    if not text.isascii():
        raise ValueError(f"{_quoted(text)} is not a number")
    try:
        exact = Decimal(text)
        number, rest = divmod(exact.copy_abs() * column.numerator, column.denominator)
    except InvalidOperation:
        raise ValueError(f"{_quoted(text)} is not a number") from None
    part = number - int(number) or rest
    if part and column.round is Round.REFUSE:
        raise ValueError(f"{_quoted(text)} is not a whole number of base units")
    found = int(number) + (1 if part and column.round is Round.UP else 0)
    if found > _LARGEST:
        raise ValueError(f"{_quoted(text)} is impossibly large")
    return -found if exact < 0 else found


def _epochs(rows: Rows, column: Column, values: pa.Array, present: NDArray[np.bool_]) -> Integers:
    found = np.zeros(rows.count, np.int64)
    units = _by_arrow(values)
    if units is not None:
        return units // _TIMES[column.time]
    per_second = Column(denominator=_TIMES[column.time], round=Round.DOWN)
    for row in np.flatnonzero(present):
        found[row] = _one(rows, int(row), column, lambda text: _base_units(text, per_second))
    return found


def _walls(
    rows: Rows, column: Column, values: pa.Array, present: NDArray[np.bool_]
) -> tuple[Integers, NDArray[np.bool_]]:
    """Seconds as written, and where they are instants already because an offset stands there."""
    for kind, is_instant in ((pa.timestamp("us"), False), (pa.timestamp("us", "UTC"), True)):
        fast = _walls_by_arrow(values, column.time, kind)
        if fast is not None:
            return fast, np.full(rows.count, is_instant)
    found = np.zeros((rows.count, 2), np.int64)
    for row in np.flatnonzero(present):
        found[row] = _one(rows, int(row), column, lambda text: _written(text, column.time))
    return found[:, 0], found[:, 1].astype(bool)


def _walls_by_arrow(values: pa.Array, time: str, kind: pa.DataType) -> Integers | None:
    is_time = pa.types.is_timestamp(values.type)
    if is_time and (values.type.tz is None) != (kind.tz is None):
        return None
    try:
        if is_time or time == "iso":
            read = pc.cast(values, kind, safe=False)
        elif kind.tz is None:
            read = pc.strptime(values, format=time, unit="us")
        else:
            return None
    except pa.ArrowInvalid:
        return None
    micros = np.asarray(pc.fill_null(pc.cast(read, pa.int64()), 0))
    return micros // 1_000_000


def _written(text: str, time: str) -> tuple[int, bool]:
    try:
        read = datetime.fromisoformat(text) if time == "iso" else datetime.strptime(text, time)
    except ValueError:
        example = "2026-01-31 12:00:00" if time == "iso" else f"the pattern {time}"
        raise ValueError(f"{_quoted(text)} is not a time like {example}") from None
    offset = read.utcoffset()
    wall = read.replace(tzinfo=None) - _EPOCH
    if offset is not None:
        wall -= offset
    return wall.days * 86_400 + wall.seconds, offset is not None


def _one(rows: Rows, row: int, column: Column, read: Callable[[str], _Read]) -> _Read | int:
    """What `read` makes of one value; 0 and a fault where it refuses."""
    try:
        return read(str(rows.values(column)[row].as_py()).strip())
    except ValueError as error:
        rows.fault(row, column, str(error))
        return 0


def _must_be_there(rows: Rows, column: Column, present: NDArray[np.bool_]) -> None:
    if not column.optional:
        for row in np.flatnonzero(~present):
            rows.fault(int(row), column, "is empty")


def _quoted(value: object) -> str:
    text = str(value.as_py() if isinstance(value, pa.Scalar) else value)
    return f'"{text[:_SHOWN]}…"' if len(text) > _SHOWN else f'"{text}"'
