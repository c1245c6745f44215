"""YAML in which a scalar is text until the reader asks: `NO`, `0044`, `12:30`, `31.00` stay as written.

Every node knows its file, line and field path, so each error is one sentence with the place. Duplicate keys,
tags, second documents, endless aliases and oversized files are refused. Example:
`parse_yaml("fee: 31.00", "b.yaml").mapping(["fee"])["fee"].decimal()` is `Decimal("31.00")`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import yaml

from jetbill.kernel.finding import unknown
from jetbill.kernel.trouble import BadInput

__all__ = ["Fields", "Node", "parse_yaml", "read_yaml", "unknown"]

MAX_BYTES = 8 * 2**20
MAX_NODES = 500_000  # after aliases are written out, so that a few lines cannot become gigabytes
MAX_DEPTH = 40

_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?")
_INTEGER = re.compile(r"-?[0-9]{1,15}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-2]?[0-9]:[0-5][0-9]")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}")
_BOOLEANS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}

Named = TypeVar("Named", bound=StrEnum)
Value = TypeVar("Value")


def read_yaml(path: Path) -> "Node":
    """The only document of the file at `path`; raises BadInput with file, line and one sentence."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}", file=str(path)) from None
    return parse_yaml(content, str(path))


def parse_yaml(content: str | bytes, file: str = "") -> "Node":
    """The only document in `content`; `file` is the name that errors tell."""
    text = _decoded(content, file) if isinstance(content, bytes) else content
    if len(text) > MAX_BYTES:
        raise BadInput(f"is larger than {MAX_BYTES // 2**20} MiB", file=file)
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=yaml.CBaseLoader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        raise _unreadable(error, file) from None
    except yaml.YAMLError as error:
        # a reader error is told by libyaml with an offset only
        said = str(error).splitlines()[0]
        raise BadInput(f"this is not YAML: {said}", file=file) from None
    if builder.root is None:
        raise BadInput("is empty", file=file, line=1)
    return Node(builder.root, file, "")


@dataclass(slots=True)
class _Raw:
    """One node as parsed; shared between the places that alias it. `size` counts it with everything below."""

    line: int
    column: int
    text: str | None = None
    is_quoted: bool = False
    items: "list[_Raw] | None" = None
    fields: "dict[str, tuple[_Raw, _Raw]] | None" = None
    size: int = 1


@dataclass(frozen=True, slots=True)
class Node:
    """A node at its place: ask it for the value you expect, and it answers or raises BadInput.

    `field` is the path from the top, `plans.fiber.fees[2].price`; list items count from 1, as people do.
    """

    raw: _Raw
    file: str
    field: str

    @property
    def line(self) -> int:
        """Line in the file, from 1."""
        return self.raw.line

    @property
    def column(self) -> int:
        """Column in the line, from 1."""
        return self.raw.column

    @property
    def is_text(self) -> bool:
        """A scalar, `31.00` or `"a"`; also one left empty."""
        return self.raw.text is not None

    @property
    def is_list(self) -> bool:
        """A sequence."""
        return self.raw.items is not None

    @property
    def is_mapping(self) -> bool:
        """Keys with values."""
        return self.raw.fields is not None

    @property
    def is_empty(self) -> bool:
        """Nothing was written after the colon or the dash."""
        return self.raw.text == "" and not self.raw.is_quoted

    def trouble(self, sentence: str) -> BadInput:
        """The error to raise about this node: `raise node.trouble("the end comes before the start")`."""
        return BadInput(sentence, file=self.file, line=self.line, field=self.field)

    def text(self, *, is_empty_allowed: bool = False) -> str:
        """The scalar as written, outer blanks removed."""
        if self.raw.text is None:
            raise self.trouble(f"expected a single value, found {self._kind()}")
        text = self.raw.text.strip()
        if not text and not is_empty_allowed:
            raise self.trouble("a value is missing")
        return text

    def code(self) -> str:
        """A name for machines: letters, digits and `_ . + -`, at most 64."""
        return self._matching(_CODE, "is not a code: use letters, digits and _ . + - (at most 64), no blanks")

    def decimal(self, *, minimum: Decimal | int | None = None) -> Decimal:
        """An exact number with a decimal point, never exponents or thousands separators."""
        written = self._matching(_DECIMAL, "is not a number such as 1000.50 (point, no thousands separator)")
        value = Decimal(written)
        if minimum is not None and value < minimum:
            raise self.trouble(f"{value} is too small: at least {minimum}")
        return value

    def integer(self, *, minimum: int | None = None, maximum: int | None = None) -> int:
        """A whole number, `minimum` to `maximum` both included."""
        value = int(self._matching(_INTEGER, "is not a whole number"))
        if minimum is not None and value < minimum:
            raise self.trouble(f"{value} is too small: at least {minimum}")
        if maximum is not None and value > maximum:
            raise self.trouble(f"{value} is too large: at most {maximum}")
        return value

    def date(self) -> date:
        """A day of the calendar, `2026-01-31`."""
        written = self._matching(_DATE, "is not a date such as 2026-01-31")
        try:
            return date.fromisoformat(written)
        except ValueError:
            raise self.trouble(f"{written} is not a day of the calendar") from None

    def time(self) -> time | None:
        """A wall time, `07:30`; `24:00`, the end of the day, is None."""
        written = self._matching(_TIME, "is not a time such as 07:30")
        hour, minute = map(int, written.split(":"))
        if (hour, minute) == (24, 0):
            return None
        if hour > 23:
            raise self.trouble(f"{written} is not a time of the day")
        return time(hour, minute)

    def boolean(self) -> bool:
        """`yes` or `no` (also true, false, on, off)."""
        text = self.text()
        if text.lower() not in _BOOLEANS:
            raise self.trouble(f"{_quoted(text)} is neither yes nor no")
        return _BOOLEANS[text.lower()]

    def choice(self, kind: type[Named]) -> Named:
        """One of the values of a StrEnum."""
        words = re.sub(r"(?<!^)(?=[A-Z])", " ", kind.__name__.removesuffix("Kind")).lower()
        return kind(self.one_of([member.value for member in kind], words))

    def one_of(self, known: Iterable[str], what: str = "") -> str:
        """One of the `known` texts; `what` names the kind of thing, as in 'unknown currency'."""
        text, choices = self.text(), list(known)
        if text not in choices:
            raise self.trouble(unknown(what, text, choices))
        return text

    def read(self, make: Callable[[str], Value]) -> Value:
        """`make(text)`; its ValueError becomes the error of this node."""
        try:
            return make(self.text())
        except ValueError as error:
            raise self.trouble(str(error)) from None

    def items(self) -> "list[Node]":
        """The items of a list."""
        if self.raw.items is None:
            raise self.trouble(f"expected a list, found {self._kind()}")
        return [Node(raw, self.file, f"{self.field}[{n}]") for n, raw in enumerate(self.raw.items, 1)]

    def texts(self) -> list[str]:
        """A list of scalars, or one scalar alone."""
        return [self.text()] if self.is_text else [item.text() for item in self.items()]

    def pairs(self) -> "Iterator[tuple[Node, Node]]":
        """(key, value) of a mapping whose keys are free, in the order written."""
        if self.raw.fields is None:
            raise self.trouble(f"expected keys with values, found {self._kind()}")
        for name, (key, value) in self.raw.fields.items():
            path = f"{self.field}.{name}" if self.field else name
            yield Node(key, self.file, path), Node(value, self.file, path)

    def mapping(self, known: Iterable[str] | None = None) -> "Fields":
        """The fields of a mapping; with `known`, any other key is refused."""
        fields: dict[str, Node] = {}
        choices = None if known is None else list(known)
        for key, value in self.pairs():
            name = key.text()
            if choices is not None and name not in choices:
                raise key.trouble(unknown("key", name, choices))
            fields[name] = value
        return Fields(self, fields)

    def _matching(self, pattern: re.Pattern[str], complaint: str) -> str:
        text = self.text()
        if not pattern.fullmatch(text):
            raise self.trouble(f"{_quoted(text)} {complaint}")
        return text

    def _kind(self) -> str:
        if self.is_list:
            return "a list"
        return "keys with values" if self.is_mapping else f"only {_quoted(self.raw.text or '')}"


class Fields(Mapping[str, Node]):
    """The fields of one mapping node; `fields["price"]` raises BadInput if it is missing."""

    def __init__(self, node: Node, fields: dict[str, Node]) -> None:
        self.node = node
        self._fields = fields

    def __getitem__(self, name: str) -> Node:
        if name not in self._fields:
            raise self.node.trouble(f"{_quoted(name)} is missing")
        return self._fields[name]

    def get(self, name: str, default: Node | None = None) -> Node | None:  # type: ignore[override]
        """The node, or `default`; a field left empty counts as not written."""
        node = self._fields.get(name)
        return default if node is None or node.is_empty else node

    def __contains__(self, name: object) -> bool:
        return name in self._fields

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)


def _quoted(text: str) -> str:
    return f'"{text[:60]}…"' if len(text) > 60 else f'"{text}"'


def _decoded(content: bytes, file: str) -> str:
    if len(content) > MAX_BYTES:
        raise BadInput(f"is larger than {MAX_BYTES // 2**20} MiB", file=file)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        byte = f"0x{content[error.start]:02x}"
        raise BadInput(f"is not UTF-8: byte {byte} cannot be read", file=file, line=line) from None


def _unreadable(error: yaml.MarkedYAMLError, file: str) -> BadInput:
    mark = error.problem_mark or error.context_mark
    line = None if mark is None else mark.line + 1
    return BadInput(f"this is not YAML: {error.problem or error.context}", file=file, line=line)


@dataclass(slots=True)
class _Open:
    """A list or mapping that is still being read; `key` waits for its value."""

    raw: _Raw
    anchor: str | None
    key: _Raw | None = None


@dataclass(slots=True)
class _Builder:
    """Builds the tree from parse events with a stack of its own, so that depth is bounded by us."""

    file: str
    root: _Raw | None = None
    stack: list[_Open] = field(default_factory=list)
    anchors: dict[str, _Raw] = field(default_factory=dict)

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            raise self._trouble(event, "a second document begins here; a file holds one")
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise self._trouble(event, f"the tag {tag} has no meaning here; leave it out")
        mark = event.start_mark
        assert mark is not None
        line, column = mark.line + 1, mark.column + 1
        if isinstance(event, yaml.ScalarEvent):
            is_quoted = event.style in ("'", '"', "|", ">") or not event.implicit[0]
            self._put(_Raw(line, column, event.value, is_quoted), event)
        elif isinstance(event, yaml.AliasEvent):
            self._put(self._anchored(event), event)
        elif isinstance(event, yaml.SequenceStartEvent):
            self._open(_Raw(line, column, items=[]), event)
        elif isinstance(event, yaml.MappingStartEvent):
            self._open(_Raw(line, column, fields={}), event)
        elif isinstance(event, yaml.CollectionEndEvent):
            done = self.stack.pop()
            self._put(done.raw, event, done.anchor)

    def _anchored(self, event: yaml.AliasEvent) -> _Raw:
        if event.anchor not in self.anchors:
            raise self._trouble(event, f"*{event.anchor} names nothing that is complete above this line")
        return self.anchors[event.anchor]

    def _open(self, raw: _Raw, event: yaml.CollectionStartEvent) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise self._trouble(event, f"is nested deeper than {MAX_DEPTH} levels")
        self.stack.append(_Open(raw, event.anchor))

    def _put(self, raw: _Raw, event: yaml.Event, anchor: str | None = None) -> None:
        anchor = anchor or (event.anchor if isinstance(event, yaml.ScalarEvent) else None)
        if anchor:
            self.anchors[anchor] = raw
        if not self.stack:
            self.root = raw
            return
        above = self.stack[-1]
        above.raw.size += raw.size
        if above.raw.size > MAX_NODES:
            raise self._trouble(event, f"holds more than {MAX_NODES} values once aliases are written out")
        if above.raw.items is not None:
            above.raw.items.append(raw)
        elif above.key is None:
            self._key(above, raw, event)
        else:
            assert above.raw.fields is not None and above.key.text is not None
            above.raw.fields[above.key.text] = (above.key, raw)
            above.key = None

    def _key(self, above: _Open, raw: _Raw, event: yaml.Event) -> None:
        assert above.raw.fields is not None
        if not raw.text:
            raise self._trouble(event, "a key must be a single value that is not empty")
        if raw.text in above.raw.fields:
            first = above.raw.fields[raw.text][0].line
            raise self._trouble(event, f"the key {_quoted(raw.text)} is already there, on line {first}")
        above.key = raw

    def _trouble(self, event: yaml.Event, sentence: str) -> BadInput:
        keys = [open_.key.text for open_ in self.stack if open_.key is not None and open_.key.text]
        line = event.start_mark.line + 1 if event.start_mark else None
        return BadInput(sentence, file=self.file, line=line, field=".".join(keys))
