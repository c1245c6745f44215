"""Rate decks as CSV beside a price book: one row a prefix, with a header that names the columns.

`prefix,destination,per_minute` are needed; `connect_fee, minimum_s, first_s, next_s, effective, from_prefix,
blocked` may follow in any order. Comma or semicolon; numbers with a point. 200,000 rows take about a second.
"""

import csv
import dataclasses
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import itemgetter
from pathlib import Path

from jetbill.doors.files.marked_yaml import unknown
from jetbill.kernel.book import DeckRate
from jetbill.kernel.trouble import BadInput

MAX_ROWS = 2_000_000
MAX_BYTES = 256 * 2**20
COLUMNS = (
    "prefix",
    "destination",
    "per_minute",
    "connect_fee",
    "minimum_s",
    "first_s",
    "next_s",
    "effective",
    "from_prefix",
    "blocked",
)
_NEEDED = COLUMNS[:3]
_PREFIX = re.compile(r"\+?[0-9]{1,15}")
_NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{1,12})?")
_COUNT = re.compile(r"[0-9]{1,6}")
_YES = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False, "": False}


@dataclass(frozen=True, slots=True)
class DeckFile:
    """The rates of one file and the line of each."""

    rates: tuple[DeckRate, ...]
    lines: tuple[int, ...]


def read_deck(path: Path) -> DeckFile:
    """The rates in the CSV file at `path`; raises BadInput with file, line and column."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadInput(f"is larger than {MAX_BYTES // 2**20} MiB", file=str(path))
        content = path.read_bytes()
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}", file=str(path)) from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise BadInput("is not UTF-8", file=str(path), line=line) from None
    return parse_deck(text, str(path))


def parse_deck(text: str, file: str) -> DeckFile:
    """The rates in the text of a CSV file called `file`."""
    head = text.split("\n", 1)[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in head else ",", strict=True)
    rates: list[DeckRate] = []
    lines: list[int] = []
    try:
        columns = _columns(next(rows, []), file)
        make = _maker(columns, file)
        for row in rows:
            if not row:
                continue
            if len(rates) == MAX_ROWS:
                raise BadInput(f"has more than {MAX_ROWS} rows", file=file, line=rows.line_num)
            rates.append(make(row, rows.line_num))
            lines.append(rows.line_num)
    except csv.Error as error:
        raise BadInput(f"is not CSV: {error}", file=file, line=rows.line_num) from None
    return DeckFile(tuple(rates), tuple(lines))


def deck_text(rates: Iterable[DeckRate]) -> str:
    """The rates as CSV with every column."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_cells(rate) for rate in rates)
    return out.getvalue()


def _columns(header: Sequence[str], file: str) -> list[str]:
    columns = [name.strip().lower() for name in header]
    for name in columns:
        if name not in COLUMNS:
            raise BadInput(unknown("column", name, COLUMNS), file=file, line=1, field=name)
        if columns.count(name) > 1:
            raise BadInput(f'the column "{name}" stands there twice', file=file, line=1, field=name)
    for name in _NEEDED:
        if name not in columns:
            raise BadInput(f'the column "{name}" is missing', file=file, line=1, field=name)
    return columns


def _maker(columns: list[str], file: str) -> Callable[[Sequence[str], int], DeckRate]:
    """A function from row and line to rate; a cell is read once per distinct text, as most repeat."""
    known: list[dict[str, object]] = [{} for _ in columns]
    defaults = [each.default for each in dataclasses.fields(DeckRate)]
    places = [columns.index(name) if name in columns else len(columns) + n for n, name in enumerate(COLUMNS)]
    in_order = itemgetter(*places)

    def make(row: Sequence[str], line: int) -> DeckRate:
        try:
            values = [seen[cell] for seen, cell in zip(known, row, strict=True)]
        except (KeyError, ValueError):
            values = _read_row(row, columns, known, (file, line))
        return DeckRate(*in_order(values + defaults))

    return make


def _read_row(
    row: Sequence[str], columns: list[str], known: list[dict[str, object]], place: tuple[str, int]
) -> list[object]:
    """The values of a row that has a cell not seen before; keeps them in `known`."""
    file, line = place
    if len(row) != len(columns):
        raise BadInput(f"has {len(row)} cells, the header names {len(columns)}", file=file, line=line)
    values = []
    for name, cell, seen in zip(columns, row, known, strict=True):
        if cell not in seen:
            text = cell.strip()
            try:
                seen[cell] = _CELLS[name](text)
            except ValueError as error:
                raise BadInput(f'"{text[:60]}" {error}', file=file, line=line, field=name) from None
        values.append(seen[cell])
    return values


def _matching(pattern: re.Pattern[str], complaint: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(complaint)
        return text

    return read


_digits = _matching(_PREFIX, "is not a prefix of digits such as 43 or 4366")
_number = _matching(_NUMBER, "is not a price such as 0.125 (point, not negative)")
_whole = _matching(_COUNT, "is not a whole number of seconds")


def _step(text: str) -> int:
    seconds = int(_whole(text or "1"))
    if seconds < 1:
        raise ValueError("is not a step: at least 1 second")
    return seconds


def _day(text: str) -> date:
    if not text:
        return date.min
    try:
        return date.fromisoformat(text) if len(text) == 10 else date.fromisoformat("x")
    except ValueError:
        raise ValueError("is not a date such as 2026-01-31") from None


def _flag(text: str) -> bool:
    if text.lower() not in _YES:
        raise ValueError("is neither yes nor no")
    return _YES[text.lower()]


def _name(text: str) -> str:
    if not text:
        raise ValueError("is empty: name the destination, it is printed on the invoice")
    return text


_CELLS: dict[str, Callable[[str], object]] = {
    "prefix": lambda text: _digits(text).removeprefix("+"),
    "destination": _name,
    "per_minute": lambda text: Decimal(_number(text)),
    "connect_fee": lambda text: Decimal(_number(text or "0")),
    "minimum_s": lambda text: int(_whole(text or "0")),
    "first_s": _step,
    "next_s": _step,
    "effective": _day,
    "from_prefix": lambda text: _digits(text).removeprefix("+") if text else "",
    "blocked": _flag,
}


def _cells(rate: DeckRate) -> Iterator[object]:
    yield from (rate.prefix, rate.destination, format(rate.per_minute, "f"), format(rate.connect_fee, "f"))
    yield from (rate.minimum_s, rate.first_s, rate.next_s)
    yield from ("" if rate.effective == date.min else rate.effective, rate.from_prefix)
    yield "yes" if rate.is_blocked else ""
