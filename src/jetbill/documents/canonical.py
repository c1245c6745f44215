"""Views as canonical JSON: sorted keys, money as text, ISO days, no float, nothing empty.

The same view is the same bytes in any process, so its digest can be kept. A field that is None, "" or empty
is left out; decoding gives it back its default. Example: Decimal("1E+2") is "100", 3 March 2026 is
"2026-03-03".
"""

import dataclasses
import hashlib
import json
import types
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from json.encoder import encode_basestring
from operator import attrgetter
from typing import Any, Union, get_args, get_origin, get_type_hints

from jetbill.documents import view as views
from jetbill.documents.view import Advert, Annex, Brand, Party, TaxProfile, View

KINDS: dict[str, type[Any]] = {
    "invoice": views.Invoice,
    "credit_note": views.CreditNote,
    "receipt": views.Receipt,
    "statement": views.Statement,
    "annex": views.Annex,
}
_KIND_OF = {shape: kind for kind, shape in KINDS.items()}


def encode(value: View | Annex) -> bytes:
    """Canonical UTF-8 JSON with a "kind"; raises TypeError for a value that has no canonical form."""
    parts = {name: _part(part) for name, part in _plain(value).items()}
    parts["kind"] = f'"{_KIND_OF[type(value)]}"'
    return record(parts).encode()


def fragment(part: Any) -> str:
    """Canonical JSON of a part of a view, as it stands inside the whole."""
    return _text(part)


text: Callable[[str], str] = encode_basestring
"""Canonical JSON of a text."""


def record(fragments: Mapping[str, str]) -> str:
    """Canonical JSON of the record whose fields have these fragments; an empty one is left out."""
    return (
        "{" + ",".join([f'"{name}":{fragments[name]}' for name in sorted(fragments) if fragments[name]]) + "}"
    )


def decode(data: bytes) -> View | Annex:
    """The view that `encode` wrote; raises ValueError that names the field for anything else."""
    plain = json.loads(data, parse_float=_no_float)
    kind = plain.pop("kind", None)
    if kind not in KINDS:
        raise ValueError(f"kind: {kind!r} is none of {', '.join(KINDS)}")
    shape: Any = KINDS[kind]
    decoded: View | Annex = _reader(shape)(plain, kind)
    return decoded


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal, the name under which views, assets and documents are kept."""
    return hashlib.sha256(data).hexdigest()


def number_text(value: Decimal) -> str:
    """Digits without exponent; minus zero is zero."""
    return format(value if value else abs(value), "f")


def _part(value: Any) -> str:
    """JSON of one top field. Seller and brand are one object for a whole run, so the last ones are kept."""
    if type(value) not in _SHARED:
        return _text(value)
    kept = _RECENT.get(id(value))
    if kept is None or kept[0] is not value:
        if len(_RECENT) >= 64:
            _RECENT.clear()
        kept = _RECENT[id(value)] = (value, _text(value))
    return kept[1]


def _plain(value: Any) -> dict[str, Any]:
    """The fields of a record that are not empty; what is no record has no canonical form."""
    kind: Any = type(value)
    names, read = _fields(kind)
    return {
        name: part
        for name, part in zip(names, read(value), strict=True)
        if part or type(part) not in _MAY_BE_EMPTY
    }


def _text(value: Any) -> str:
    """JSON of a value. By hand for the few types of a view: the library's encoder takes thrice as long."""
    kind = type(value)
    write = _WRITERS.get(kind)
    if write is None:
        write = _WRITERS[kind] = _record_writer(kind) if dataclasses.is_dataclass(kind) else _ENCODER.encode
    return write(value)


def _record_writer(kind: Any) -> Callable[[Any], str]:
    names, read = _fields(kind)
    places = [(f'"{names[place]}":', place) for place in sorted(range(len(names)), key=names.__getitem__)]

    def write(value: Any) -> str:
        parts = read(value)
        found = [
            head + _text(parts[place])
            for head, place in places
            if parts[place] or type(parts[place]) not in _MAY_BE_EMPTY
        ]
        return "{" + ",".join(found) + "}"

    return write


@lru_cache(maxsize=4096)
def _day_text(value: date) -> str:
    return f'"{value.isoformat()}"'


def _mapping_text(value: Any) -> str:
    return "{" + ",".join([f"{_text(name)}:{_text(value[name])}" for name in sorted(value)]) + "}"


def _tuple_text(value: tuple[Any, ...]) -> str:
    if set(map(type, value)) == {str}:  # a row of an itemised list: there may be thousands
        return "[" + ",".join(map(encode_basestring, value)) + "]"
    return "[" + ",".join([_text(part) for part in value]) + "]"


@cache
def _fields(kind: Any) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    if not dataclasses.is_dataclass(kind):
        raise TypeError(f"{kind.__name__} has no canonical form")
    names = tuple(field.name for field in dataclasses.fields(kind))
    read = attrgetter(*names)
    return names, read if len(names) > 1 else lambda value: (read(value),)


_MAY_BE_EMPTY = frozenset({type(None), str, tuple, dict})
_SHARED = frozenset({Brand, Party, Advert, TaxProfile})
_ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain, check_circular=False
)
_WRITERS: dict[Any, Callable[[Any], str]] = {
    str: encode_basestring,
    Decimal: lambda value: f'"{number_text(value)}"',
    date: _day_text,
    dict: _mapping_text,
    tuple: _tuple_text,
}
_RECENT: dict[int, tuple[Any, str]] = {}


def _no_float(text: str) -> Decimal:
    raise ValueError(f"{text}: numbers are text in a view")


Reader = Callable[[Any, str], Any]
"""(plain JSON value, name of the place) → typed value."""


@cache
def _reader(hint: Any) -> Reader:
    """How a value of this type is read back."""
    if hint in (Decimal, date, str):
        return _scalar_reader(hint)
    if isinstance(hint, type) and issubclass(hint, str):
        return lambda plain, where: hint(plain)
    if dataclasses.is_dataclass(hint):
        return _record_reader(hint)
    origin = get_origin(hint)
    if origin in (types.UnionType, Union):
        return _union_reader([part for part in get_args(hint) if part is not type(None)])
    if origin is tuple:
        return _tuple_reader(get_args(hint)[0])
    if origin is Mapping:
        return lambda plain, where: dict(plain)
    raise TypeError(f"no reader for {hint}")


def _scalar_reader(hint: Any) -> Reader:
    def read(plain: Any, where: str) -> Any:
        if not isinstance(plain, str):
            raise ValueError(f"{where}: {plain!r} is not a text")
        if hint is str:
            return plain
        try:
            return Decimal(plain) if hint is Decimal else date.fromisoformat(plain)
        except (ArithmeticError, ValueError):
            raise ValueError(f"{where}: {plain!r} is no {hint.__name__}") from None

    return read


def _union_reader(choices: list[Any]) -> Reader:
    if len(choices) == 1:
        return _reader(choices[0])
    literal, record = _reader(str), next(choice for choice in choices if choice is not str)
    return lambda plain, where: (literal if isinstance(plain, str) else _reader(record))(plain, where)


def _tuple_reader(hint: Any) -> Reader:
    if hint is str:
        return lambda plain, where: tuple(plain)
    read = _reader(hint)
    return lambda plain, where: tuple([read(part, where) for part in plain])


def _record_reader(kind: Any) -> Reader:
    hints = get_type_hints(kind)
    names = [field.name for field in dataclasses.fields(kind)]
    needed = {
        field.name
        for field in dataclasses.fields(kind)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }
    empty = {name: _empty(hints[name]) for name in needed}

    def read(plain: Any, where: str) -> Any:
        if not isinstance(plain, dict) or not plain.keys() <= set(names):
            unknown = ", ".join(sorted(set(plain) - set(names))) if isinstance(plain, dict) else repr(plain)
            raise ValueError(f"{where}: unknown {unknown}")
        values = {name: _reader(hints[name])(part, f"{where}.{name}") for name, part in plain.items()}
        for name in needed - values.keys():
            if empty[name] is None:
                raise ValueError(f"{where}.{name}: missing")
            values[name] = empty[name]
        return kind(**values)

    return read


def _empty(hint: Any) -> Any:
    """What an absent field means: "" for text, () for lists, nothing for the others."""
    if hint is str or hint == views.Text:
        return ""
    return () if get_origin(hint) is tuple else None
