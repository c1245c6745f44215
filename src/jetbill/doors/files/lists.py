"""CSV lists handed in by people, one header line, read row by row with the place of every mistake.

`read_list(path, {"number", "name"}, {"email"})` yields rows whose fields answer text, day, integer and so
on, or raise BadInput("... is not a date such as 2026-01-31", file, line, field).
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from jetbill.kernel.trouble import BadInput

MAX_BYTES = 512 * 2**20


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list; `line` counts from 1, the header included."""

    file: str
    line: int
    fields: dict[str, str]

    def trouble(self, field: str, sentence: str) -> BadInput:
        """The error to raise about one field of this row."""
        return BadInput(sentence, file=self.file, line=self.line, field=field)

    def text(self, field: str, default: str | None = None) -> str:
        """The field without outer blanks; without a default it must not be empty."""
        value = (self.fields.get(field) or "").strip()
        if value:
            return value
        if default is None:
            raise self.trouble(field, "is empty")
        return default

    def choice(self, field: str, allowed: tuple[str, ...], default: str) -> str:
        """One of `allowed`."""
        value = self.text(field, default)
        if value not in allowed:
            raise self.trouble(field, f"{value!r} is none of {', '.join(allowed)}")
        return value

    def integer(self, field: str, low: int, high: int, default: int) -> int:
        """A whole number from `low` to `high`, both included."""
        value = self.text(field, str(default))
        if not value.isascii() or not value.lstrip("-").isdigit() or not low <= int(value) <= high:
            raise self.trouble(field, f"{value!r} is not a whole number from {low} to {high}")
        return int(value)

    def decimal(self, field: str, default: str | None = None) -> Decimal:
        """An exact number with a decimal point, no thousands separator."""
        value = self.text(field, default)
        try:
            number = Decimal(value)
        except InvalidOperation:
            number = Decimal("nan")
        if not number.is_finite() or "e" in value.lower():
            raise self.trouble(field, f"{value!r} is not a number such as 1000.50")
        return number

    def day(self, field: str) -> date:
        """An ISO day that must be there."""
        value = self.text(field)
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise self.trouble(field, f"{value!r} is not a date such as 2026-01-31") from None

    def day_or_none(self, field: str) -> date | None:
        """An ISO day, or None if the field is empty."""
        return self.day(field) if self.text(field, "") else None

    def instant_or_none(self, field: str) -> datetime | None:
        """An ISO instant with its offset, or None if the field is empty."""
        value = self.text(field, "")
        if not value:
            return None
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            raise self.trouble(field, f"{value!r} is not an instant such as 2026-01-31T12:00Z") from None
        if instant.tzinfo is None:
            raise self.trouble(field, f"{value!r} does not say its offset: add Z or +01:00")
        return instant

    def flag(self, field: str) -> bool:
        """yes or no; empty is no."""
        return self.choice(field, ("yes", "no"), "no") == "yes"


def read_list(path: Path, needed: set[str], known: set[str]) -> Iterator[Row]:
    """The rows of the CSV file at `path`, which must have the columns `needed` and may have `known`."""
    text = _text(path)
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    _check_header(str(path), list(reader.fieldnames or ()), needed, known)
    while True:
        try:
            fields = next(reader, None)
        except csv.Error as error:
            raise BadInput(f"is not CSV here: {error}", file=str(path), line=reader.line_num) from None
        if fields is None:
            return
        if None in fields or None in fields.values():
            raise BadInput("has more or fewer fields than the header", file=str(path), line=reader.line_num)
        yield Row(str(path), reader.line_num, fields)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadInput(f"is larger than {MAX_BYTES // 2**20} MiB", file=str(path))
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}", file=str(path)) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise BadInput("is not UTF-8 text", file=str(path), line=line) from None


def _check_header(file: str, columns: list[str], needed: set[str], known: set[str]) -> None:
    for name in sorted(needed - set(columns)):
        raise BadInput(f"the column {name!r} is missing; found {', '.join(columns)}", file=file, line=1)
    for name in columns:
        if name not in needed | known:
            allowed = ", ".join(sorted(needed | known))
            raise BadInput(f"the column {name!r} is unknown; known are {allowed}", file=file, line=1)
        if columns.count(name) > 1:
            raise BadInput(f"the column {name!r} stands there twice", file=file, line=1)
