"""Values as plain data (text, lists, mappings) and back, by their types: for digests and for columns of JSON.

Example: `plain(Every(1, Span.MONTH))` is `{"count": 1, "span": "month"}`. Numbers keep their digits as text.
"""

import dataclasses
import hashlib
import json
import types
import typing
from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from enum import Enum
from typing import Any

from jetbill.kernel.units import Unit, unit

_TYPES: dict[Any, Mapping[str, Any]] = {}

_LEAVES: dict[type, Any] = {
    str: lambda value: value,
    int: lambda value: value,
    bool: lambda value: value,
    type(None): lambda value: value,
    Decimal: lambda value: format(value, "f"),
    date: date.isoformat,
    time: time.isoformat,
    Unit: lambda value: value.name,
}

Plain = str | int | bool | None | list[Any] | dict[str, Any]


def plain(value: object) -> Plain:
    """`value` as text, whole numbers, lists and mappings; the order of sets and mappings is fixed."""
    leaf = _LEAVES.get(type(value))
    if leaf is not None:
        found: Plain = leaf(value)
        return found
    if dataclasses.is_dataclass(value):
        return {name: plain(getattr(value, name)) for name in field_types(type(value))}
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Mapping):
        return {str(key): plain(value[key]) for key in sorted(value)}
    if isinstance(value, frozenset):
        return sorted((plain(item) for item in value), key=str)
    assert isinstance(value, tuple | list), f"{type(value)} has no plain form"
    return [plain(item) for item in value]


def sparse(value: Any) -> dict[str, Any]:
    """The plain form of a dataclass without the fields that are at their default: those may change later."""
    return {
        each.name: plain(getattr(value, each.name))
        for each in dataclasses.fields(value)
        if getattr(value, each.name) != default(each)
    }


def default(field: "dataclasses.Field[Any]") -> Any:
    """What a field of a dataclass is when nothing is said; MISSING where something must be."""
    made = field.default_factory
    return field.default if made is dataclasses.MISSING else made()


def from_plain(kind: Any, value: Any) -> Any:
    """The value of type `kind` whose plain form is `value`; fields that are not there take their default.

    Raises KeyError, TypeError or ValueError if it is no such form.
    """
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        if isinstance(value, str) and str in typing.get_args(kind):
            return value
        return None if value is None else from_plain(optional(kind)[0], value)
    if origin in (tuple, frozenset):
        return _collection(origin, typing.get_args(kind), value)
    if origin is not None and issubclass(origin, Mapping):
        inner = typing.get_args(kind)[1]
        return {key: from_plain(inner, item) for key, item in value.items()}
    if kind is Unit:
        return unit(value)
    if kind in (date, time):
        return kind.fromisoformat(value)
    if dataclasses.is_dataclass(kind):
        hints, make = field_types(kind), typing.cast(Any, kind)
        return make(**{name: from_plain(hints[name], item) for name, item in value.items()})
    return kind(value)


def digest(value: object) -> str:
    """SHA-256 over the plain form of `value`, as 64 hexadecimal digits: equal values have equal digests."""
    text = json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def field_types(kind: Any) -> Mapping[str, Any]:
    """The type of each field of a dataclass, strings resolved."""
    if kind not in _TYPES:
        hints = typing.get_type_hints(kind)
        _TYPES[kind] = {field.name: hints[field.name] for field in dataclasses.fields(kind)}
    return _TYPES[kind]


def optional(kind: Any) -> tuple[Any, bool]:
    """The type without `| None`, and whether None is allowed."""
    if typing.get_origin(kind) in (types.UnionType, typing.Union):
        inner = [each for each in typing.get_args(kind) if each is not type(None)]
        assert len(inner) == 1, f"{kind} is more than one type or none"
        return inner[0], True
    return kind, False


def _collection(origin: Any, inner: tuple[Any, ...], value: Any) -> Any:
    if origin is tuple and inner[-1] is not Ellipsis:
        return tuple(from_plain(each, item) for each, item in zip(inner, value, strict=True))
    return origin(from_plain(inner[0], item) for item in value)
