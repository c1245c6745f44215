"""A usage format is data: which columns a file has and what they mean, written in YAML and read here.

`read_format(path)` checks everything once, so that reading millions of rows never meets a surprise;
`shipped()` are the formats that come with Jet. docs/how-to/describe-a-usage-format.md shows every key.
"""

import codecs
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from pathlib import Path

from jetbill.doors.files.marked_yaml import Fields, Node, read_yaml
from jetbill.kernel.book import ServiceClass
from jetbill.kernel.sessions import ReportKind, Rules
from jetbill.kernel.trouble import BadInput
from jetbill.kernel.units import Dimension, unit
from jetbill.kernel.zones import zone

FOLDER = Path(__file__).parent / "formats"
DIRECTIONS = {"out": 0, "in": 1}
SERVICE_CLASSES = {each.value: number for number, each in enumerate(ServiceClass)}
REALM_ZONE = "realm"


class Kind(StrEnum):
    """How rows stand in the file."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"
    DETAIL = "detail"


class Round(StrEnum):
    """What becomes of a part of a base unit."""

    REFUSE = "refuse"
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Column:
    """Where a value stands and how it is read: the first of `names` that is not empty, else `value`.

    `numerator / denominator` base units per unit of the file; `map` translates texts; `less` names a column
    of seconds to subtract, `times_2_32` one that counts gigawords.
    """

    names: tuple[str, ...] = ()
    value: str | None = None
    optional: bool = False
    map: tuple[tuple[str, str], ...] = ()
    numerator: int = 1
    denominator: int = 1
    round: Round = Round.REFUSE
    time: str = "iso"
    zone: str | None = None
    less: str = ""
    times_2_32: str = ""

    def columns(self) -> tuple[str, ...]:
        """Every column of the file that it reads."""
        return (*self.names, *filter(None, (self.less, self.times_2_32)))


@dataclass(frozen=True, slots=True)
class Session:
    """For files of session reports: what names a session and its router, and what a report says."""

    key: tuple[str, ...]
    nas: str
    report: Column
    stop_if: str
    rules: Rules


@dataclass(frozen=True, slots=True)
class Numbers:
    """How telephone numbers are written: what stands for "from abroad", for "from here", and the country."""

    international: tuple[str, ...] = ("+", "00")
    national: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Format:
    """One described format. `id` empty: a row is known by its digest and its ordinal among equal rows.

    `source` groups formats whose files tell the same records; `only` are columns with the values that make
    a row usage (others are passed over); `header` None: the file's first line names the columns.
    """

    code: str
    about: str
    kind: Kind
    source: str
    usage: dict[str, Column]
    id: tuple[str, ...] = ()
    header: tuple[str, ...] | None = None
    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8"
    zone: str = REALM_ZONE
    fold: int = 0
    only: tuple[tuple[str, tuple[str, ...]], ...] = ()
    others_ignored: bool = True
    numbers: Numbers = Numbers()
    session: Session | None = None
    digest: str = ""
    file: str = field(default="", compare=False)

    def columns(self) -> tuple[str, ...]:
        """Every column of the file that has a meaning, in a fixed order."""
        return self._columns(with_optional=True)

    def needed(self) -> tuple[str, ...]:
        """The columns that must be there."""
        return self._columns(with_optional=False)

    def _columns(self, *, with_optional: bool) -> tuple[str, ...]:
        named: dict[str, None] = dict.fromkeys(self.id)
        for each in self.usage.values():
            if with_optional or not each.optional:
                named |= dict.fromkeys(each.columns())
        named |= dict.fromkeys(name for name, _ in self.only)
        if self.session:
            named |= dict.fromkeys((*self.session.key, *self.session.report.columns()))
            named |= dict.fromkeys(filter(None, (self.session.nas, self.session.stop_if)))
        return tuple(named)


_MEASURED = ("duration", "octets_in", "octets_out", "quantity")
FIELDS = ("identifier", "started", *_MEASURED, "party", "counterparty", "service_class", "direction")
ENDED = "ended"  # of a record: then the duration is the time between; of a session report: when it was true
_TOP = "format about kind source id header delimiter quote encoding zone fold only other_columns numbers"
_COLUMN = "column value optional map unit round time zone less gigawords"
_UNITS = {"ms": (1, 1000)}
_OCTETS, _SECONDS = ("octets_in", "octets_out"), ("duration",)


def shipped() -> dict[str, Format]:
    """The formats that come with Jet, by code."""
    return {path.stem: read_format(path) for path in sorted(FOLDER.glob("*.yaml"))}


def find_format(name: str, folders: tuple[Path, ...] = ()) -> Format:
    """The format in file `name`, or called `name` in one of `folders` or shipped; else BadInput."""
    if name.endswith((".yaml", ".yml")):
        return read_format(Path(name))
    for folder in (*folders, FOLDER):
        path = folder / f"{name}.yaml"
        if name == Path(name).name and path.is_file():
            return read_format(path)
    raise BadInput(f"there is no usage format {name!r}; `jet usage formats` lists them")


def read_format(path: Path) -> Format:
    """The format described in a YAML file; raises BadInput with file, line and field."""
    top = read_yaml(path).mapping([*_TOP.split(), "usage", "session"])
    session = top.get("session")
    usage = _usage(top["usage"], session is not None)
    found = Format(
        code=top["format"].code(),
        about=_text(top, "about", ""),
        kind=top["kind"].choice(Kind),
        source=_text(top, "source", top["format"].code()),
        usage=usage,
        id=tuple(_texts(top, "id")),
        header=tuple(_texts(top, "header")) or None,
        delimiter=_delimiter(top),
        quote=_text(top, "quote", '"'),
        encoding=_encoding(top.get("encoding")),
        zone=_zone(top.get("zone")),
        fold={"first": 0, "second": 1}[_one_of(top, "fold", ("first", "second"))],
        only=_only(top.get("only")),
        others_ignored=_one_of(top, "other_columns", ("ignored", "refused")) == "ignored",
        numbers=_numbers(top.get("numbers")),
        session=None if session is None else _session(session),
        digest=blake2b(path.read_bytes(), digest_size=16).hexdigest(),
        file=str(path),
    )
    if found.header and (missing := set(found.columns()) - set(found.header)):
        raise top["header"].trouble(f"the column {sorted(missing)[0]!r} is used below but not in the list")
    return found


def _usage(node: Node, is_session: bool) -> dict[str, Column]:
    fields = node.mapping([*FIELDS, ENDED])
    found = {name: _column(name, fields[name]) for name in fields}
    if "identifier" not in found:
        raise node.trouble('"identifier" is missing: which column says whose usage it is?')
    if (ENDED if is_session else "started") not in found:
        raise node.trouble(f'"{ENDED if is_session else "started"}" is missing: which column says when?')
    if not is_session and ENDED in found and "duration" in found:
        raise fields[ENDED].trouble("give either the duration or the end")
    return found


def _column(name: str, node: Node) -> Column:
    if not node.is_mapping:
        return Column((node.text(),))
    fields = node.mapping(_COLUMN.split())
    value = fields.get("value")
    names = tuple(fields["column"].texts()) if value is None or "column" in fields else ()
    numerator, denominator = _unit(name, fields.get("unit"))
    mapped = tuple((key.text(), _mapped(name, each)) for key, each in _pairs(fields.get("map")))
    gigawords = fields.get("gigawords")
    return Column(
        names,
        None if value is None else _mapped(name, value),
        _flag(fields.get("optional")),
        mapped,
        numerator,
        denominator,
        Round(_one_of(fields, "round", tuple(Round))),
        _text(fields, "time", "iso"),
        None if fields.get("zone") is None else _zone(fields.get("zone")),
        _text(fields, "less", ""),
        "" if gigawords is None else gigawords.text(),
    )


def _mapped(name: str, node: Node) -> str:
    """A value written in the format itself; class and direction must be words that Jet knows."""
    known = {"service_class": SERVICE_CLASSES, "direction": DIRECTIONS, "report": [*ReportKind, "on", "skip"]}
    return node.one_of(known[name], name.replace("_", " ")) if name in known else node.text()


def _unit(name: str, node: Node | None) -> tuple[int, int]:
    if node is None:
        return 1, 1
    if node.text() in _UNITS and name in _SECONDS:
        return _UNITS[node.text()]
    found = node.read(unit)
    expected = {**dict.fromkeys(_OCTETS, Dimension.OCTETS), **dict.fromkeys(_SECONDS, Dimension.SECONDS)}
    dimension, size = getattr(found, "dimension", None), getattr(found, "size", 1)
    if name in expected and dimension is not expected[name]:
        raise node.trouble(f"{name} is measured in {expected[name]}, {node.text()} is {dimension}")
    return size, 1


def _session(node: Node) -> Session:
    fields = node.mapping(["key", "nas", "report", "stop_if", "counter_bits", "octets_per_s", "tolerance_s"])
    stop_if = _text(fields, "stop_if", "")
    if not stop_if and "report" not in fields:
        raise node.trouble('say by "report" or "stop_if" which reports are stops')
    bits = fields.get("counter_bits")
    usual = Rules()
    rules = Rules(
        64 if bits is None else int(bits.one_of(("32", "64"))),
        _integer(fields.get("octets_per_s"), usual.octets_per_s),
        _integer(fields.get("tolerance_s"), usual.tolerance_s),
    )
    report = fields.get("report")
    told = Column() if report is None else _column("report", report)
    return Session(tuple(fields["key"].texts()), _text(fields, "nas", ""), told, stop_if, rules)


def _numbers(node: Node | None) -> Numbers:
    if node is None:
        return Numbers()
    fields = node.mapping(("international", "national", "country"))
    return Numbers(
        tuple(_texts(fields, "international")), _text(fields, "national", ""), _text(fields, "country", "")
    )


def _only(node: Node | None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((key.text(), tuple(value.texts())) for key, value in _pairs(node))


def _pairs(node: Node | None) -> list[tuple[Node, Node]]:
    return [] if node is None else list(node.pairs())


def _text(fields: Fields, name: str, default: str) -> str:
    node = fields.get(name)
    return default if node is None else node.text()


def _texts(fields: Fields, name: str) -> list[str]:
    node = fields.get(name)
    return [] if node is None else node.texts()


def _one_of(fields: Fields, name: str, known: tuple[str, ...]) -> str:
    node = fields.get(name)
    return str(known[0]) if node is None else node.one_of(known)


def _integer(node: Node | None, default: int) -> int:
    return default if node is None else node.integer(minimum=1)


def _flag(node: Node | None) -> bool:
    return node is not None and node.boolean()


def _zone(node: Node | None) -> str:
    if node is None or node.text() == REALM_ZONE:
        return REALM_ZONE
    node.read(zone)
    return node.text()


def _encoding(node: Node | None) -> str:
    if node is None:
        return "utf-8"
    try:
        has_plain_newline = "a\n".encode(node.text()) == b"a\n"
    except LookupError:
        raise node.trouble(f"there is no encoding {node.text()!r}; most files are utf-8 or latin-1") from None
    if not has_plain_newline:
        raise node.trouble(f"files in {node.text()} cannot be read line by line: convert them to utf-8")
    return codecs.lookup(node.text()).name


def _delimiter(top: Fields) -> str:
    node = top.get("delimiter")
    written = {"tab": "\t", "comma": ",", "semicolon": ";", "bar": "|"}
    if node is None:
        return ","
    text = written.get(node.text(), node.text())
    if len(text) != 1:
        raise node.trouble("a delimiter is one character, or one of tab, comma, semicolon, bar")
    return text
