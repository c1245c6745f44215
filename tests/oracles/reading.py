"""Reading oracle cases strictly: no float, every input field known, results compared by value."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

Choice = TypeVar("Choice", bound=StrEnum)
_REQUIRED: Any = object()


@dataclass
class Given:
    """The input of a case; each field is read by name, and one that nobody read is an error.

    `beside` holds what the file has beside its cases, such as a deck.
    """

    fields: Mapping[str, Any]
    beside: Mapping[str, Any] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)
    _inner: list["Given"] = field(default_factory=list)

    def __contains__(self, name: str) -> bool:
        return self.fields.get(name) is not None

    def raw(self, name: str, default: Any = _REQUIRED) -> Any:
        """The field as JSON has it; `null` counts as absent where there is a default."""
        self._seen.add(name)
        value = self.fields.get(name)
        if value is not None:
            return value
        if default is _REQUIRED:
            raise KeyError(f"input field {name!r} is missing")
        return default

    def number(self, name: str, default: Any = _REQUIRED) -> Any:
        return _read(decimal_of, self.raw(name, default), default)

    def numbers(self, name: str, default: Any = _REQUIRED) -> Any:
        return _read(lambda values: tuple(map(decimal_of, values)), self.raw(name, default), default)

    def whole(self, name: str, default: Any = _REQUIRED) -> Any:
        return _read(integer_of, self.raw(name, default), default)

    def date(self, name: str, default: Any = _REQUIRED) -> Any:
        return _read(date.fromisoformat, self.raw(name, default), default)

    def dates(self, name: str, default: Any = _REQUIRED) -> Any:
        return _read(lambda texts: tuple(map(date.fromisoformat, texts)), self.raw(name, default), default)

    def instant(self, name: str) -> datetime:
        return instant_of(self.raw(name))

    def flag(self, name: str, default: bool) -> bool:
        value = self.raw(name, default)
        if not isinstance(value, bool):
            raise ValueError(f"{name}: {value!r} is neither true nor false")
        return value

    def choice(self, name: str, choices: Mapping[str, Any], default: Any = _REQUIRED) -> Any:
        """The value that a text of the file stands for; an unknown text is an error."""
        text = self.raw(name, default)
        if text is default and default is not _REQUIRED:
            return default
        if text not in choices:
            raise ValueError(f"{name}: unknown value {text!r}; known are {', '.join(choices)}")
        return choices[text]

    def inner(self, name: str) -> "Given":
        """An object inside the input, read as strictly."""
        return self._nested(self.raw(name))

    def rows(self, name: str) -> list["Given"]:
        """A list of objects inside the input."""
        return [self._nested(row) for row in self.raw(name)]

    def pair(self, name: str) -> tuple[Any, Any]:
        """A list of exactly two."""
        first, second = self.raw(name)
        return first, second

    def information(self, *names: str) -> None:
        """Fields that the file calls information."""
        self._seen.update(names)

    def unread(self) -> Iterator[str]:
        """Fields that no adapter asked for: it does not know them."""
        yield from sorted(set(self.fields) - self._seen)
        for inner in self._inner:
            yield from inner.unread()

    def _nested(self, value: Any) -> "Given":
        if not isinstance(value, dict):
            raise ValueError(f"{value!r} is not an object")
        self._inner.append(Given(value, self.beside))
        return self._inner[-1]


@dataclass(frozen=True)
class Case:
    """One case of one file; `name` is `<folder>/<case id>`."""

    name: str
    kind: str
    given: Mapping[str, Any]
    expected: Mapping[str, Any]
    tolerance: Mapping[str, Any]
    beside: Mapping[str, Any]


def cases(folder: Path) -> list[Case]:
    """All cases below `folder`; a folder or kind that is not there is no error."""
    found = []
    for part in ("billing", "rating", "radius"):
        for path in sorted((folder / part).glob("*.json")):
            told = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
            beside = {key: value for key, value in told.items() if key != "cases"}
            for case in told["cases"]:
                found.append(
                    Case(
                        f"{part}/{case['id']}",
                        told["kind"],
                        case["input"],
                        case["expected"],
                        told.get("tolerance", {}),
                        beside,
                    )
                )
    return found


def decimal_of(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise ValueError(f"{value!r} is not a number")
    return Decimal(value)


def integer_of(value: Any) -> int:
    number = decimal_of(value)
    if number != int(number):
        raise ValueError(f"{value!r} is not a whole number")
    return int(number)


def instant_of(text: str) -> datetime:
    if not text.endswith("Z"):
        raise ValueError(f"{text!r} is no instant: it does not end in Z")
    return datetime.fromisoformat(text)


def differences(case: Case, answer: Mapping[str, Any]) -> list[str]:
    """Every expected field that the answer lacks or has with another value."""
    found = []
    for name, expected in case.expected.items():
        if name not in answer:
            found.append(f"{name}: the answer does not hold it, expected {expected!r}")
        elif not same(expected, answer[name], case.tolerance.get(name)):
            found.append(f"{name}: {answer[name]!s}, expected {expected!r}")
    return found


def same(expected: Any, got: Any, tolerance: Any = None) -> bool:
    """Whether two values are equal, whatever their spelling; containers as a whole and in order."""
    if isinstance(expected, Mapping):
        if not isinstance(got, Mapping) or expected.keys() != got.keys():
            return False
        limits = tolerance if isinstance(tolerance, Mapping) else {}
        return all(same(value, got[key], limits.get(key, tolerance)) for key, value in expected.items())
    if isinstance(expected, list):
        if isinstance(got, str | bytes) or not isinstance(got, Sequence) or len(got) != len(expected):
            return False
        return all(same(one, other, tolerance) for one, other in zip(expected, got, strict=True))
    if expected is None or isinstance(expected, bool) or got is None or isinstance(got, bool):
        return expected is got
    if isinstance(got, datetime):
        return datetime.fromisoformat(expected) == got
    if isinstance(got, date):
        return date.fromisoformat(expected) == got
    if isinstance(got, int | Decimal | Fraction):
        limit = Fraction(decimal_of(tolerance)) if tolerance is not None else Fraction(0)
        return abs(Fraction(expected) - Fraction(got)) <= limit
    return bool(expected == got)


def _read(reader: Any, value: Any, default: Any) -> Any:
    return default if value is default else reader(value)
