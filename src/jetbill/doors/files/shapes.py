"""Values of the kernel and how they stand in a YAML file: read, written and described from their types alone.

One description serves three: `read` makes a value of a node, `written` makes plain data of a value (defaults
left out), `schema` says the same as JSON Schema. A new field of a dataclass, or a new charge model, needs no
line here. `is_active` stands in the file as `active`, `from_` as `from`.
"""

import dataclasses
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, get_args, get_origin

from jetbill.documents.view import Text
from jetbill.doors.files import phrases
from jetbill.doors.files.marked_yaml import Fields, Node
from jetbill.kernel.book import Every, Phase, Prorate, Proration, TimeWindow
from jetbill.kernel.plain import default, field_types, optional
from jetbill.kernel.units import UNITS, Unit, unit

Plain = Any
_NOTHING: Mapping[str, object] = {}
_PAIRS = tuple[tuple[str, tuple[str, ...]], ...]
_TEXTS = Mapping[str, str]
_MODE = {"type": "string", "enum": [mode.value for mode in Prorate]}


@dataclass(frozen=True, slots=True)
class Spot:
    """A node and the path of the value made of it; `marks` remembers every such pair, for later findings."""

    node: Node
    path: str
    marks: dict[str, Node]

    def __post_init__(self) -> None:
        self.marks[self.path] = self.node

    def at(self, node: Node, name: str) -> "Spot":
        """The spot of a part: its node, and its name in the value."""
        return Spot(node, f"{self.path}.{name}" if self.path else name, self.marks)


def yaml_name(field: str) -> str:
    """The key in the file for a field of a dataclass."""
    return field.removeprefix("is_").removesuffix("_")


def read(kind: Any, spot: Spot) -> Any:
    """The value of type `kind` written at a spot; raises BadInput."""
    node = spot.node
    if kind == _TEXTS:
        return {key.text(): read(str, spot.at(value, key.text())) for key, value in node.pairs()}
    inner, is_optional = optional(kind)
    if is_optional and inner is not Every and (node.is_empty or (node.is_text and node.text() == "none")):
        return None
    if inner is Proration and node.is_text:
        return Proration(*[node.choice(Prorate)] * 6)
    if kind == _PAIRS:
        return tuple((key.text(), tuple(value.texts())) for key, value in node.pairs())
    if get_origin(inner) in (tuple, frozenset):
        return get_origin(inner)(_items(get_args(inner)[0], spot))
    return _read_one(inner, spot)


def record(
    kind: Any,
    spot: Spot,
    *,
    forced: Mapping[str, object] = _NOTHING,
    defaults: Mapping[str, object] = _NOTHING,
    extra: Collection[str] = (),
) -> Any:
    """A dataclass from a mapping: `forced` fields are not read, `defaults` hold where nothing is written.

    Keys in `extra` are allowed and left to the caller.
    """
    names = {yaml_name(each.name): each for each in dataclasses.fields(kind) if each.name not in forced}
    fields = spot.node.mapping([*names, *extra])
    # people write texts; phrases are Jet's own
    types = {name: str if each == Text else each for name, each in field_types(kind).items()}
    values = dict(forced)
    for name, each in names.items():
        node = fields.get(name)
        if node is not None:
            values[each.name] = read(types[each.name], spot.at(node, each.name))
        elif each.name in defaults:
            values[each.name] = defaults[each.name]
        elif default(each) is dataclasses.MISSING and not optional(types[each.name])[1]:
            raise spot.node.trouble(f'"{name}" is missing')
        elif default(each) is dataclasses.MISSING:
            values[each.name] = None
    try:
        return kind(**values)
    except ValueError as error:
        raise _blamed(spot.node, fields, str(error)) from None


def written(value: Any) -> Plain:
    """Plain data of text, lists and mappings that `read` understands."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Unit):
        return value.name
    if isinstance(value, Every):
        return phrases.every_text(value)
    if isinstance(value, Phase):
        return phrases.phase_text(value)
    if isinstance(value, TimeWindow):
        return phrases.window_text(value)
    if dataclasses.is_dataclass(value):
        return written_record(value)
    if isinstance(value, Mapping):
        return {key: written(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(written(item) for item in value)
    if isinstance(value, tuple):
        return [written(item) for item in value]
    return str(value.value) if isinstance(value, StrEnum) else str(value)


def written_record(value: Any, hidden: Collection[str] = ()) -> dict[str, Plain]:
    """The fields of a dataclass that are not `hidden` and not at their default."""
    plain = {}
    types = field_types(type(value))
    for each in dataclasses.fields(value):
        held = getattr(value, each.name)
        if each.name in hidden or held == each.default:
            continue
        inner, is_optional = optional(types[each.name])
        if inner is Every:
            held = phrases.every_text(held)
        elif held is None and is_optional and each.default is dataclasses.MISSING:
            continue  # read knows: what is not written and may be None is None
        is_pairs = types[each.name] == _PAIRS
        plain[yaml_name(each.name)] = {k: list(v) for k, v in held} if is_pairs else written(held)
    return plain


def schema(kind: Any) -> dict[str, Any]:
    """JSON Schema of what `read(kind, …)` takes."""
    inner, is_optional = optional(kind)
    if kind == _PAIRS:
        return {"type": "object", "additionalProperties": _several({"type": "string"})}
    if get_origin(inner) in (tuple, frozenset):
        return _several(schema(get_args(inner)[0]))
    found = _schema_one(inner)
    if is_optional and inner is not Every:
        return {"anyOf": [found, {"const": "none"}, {"type": "null"}]}
    return found


def record_schema(
    kind: Any, hidden: Collection[str] = (), more: Mapping[str, Any] = _NOTHING
) -> dict[str, Any]:
    """JSON Schema of a mapping with the fields of a dataclass; `more` adds to or replaces its properties."""
    types = field_types(kind)
    fields = [each for each in dataclasses.fields(kind) if each.name not in hidden]
    properties = {yaml_name(each.name): _described(each, schema(types[each.name])) for each in fields}
    required = [
        yaml_name(each.name)
        for each in fields
        if each.default is dataclasses.MISSING
        and each.default_factory is dataclasses.MISSING
        and not optional(types[each.name])[1]
        and yaml_name(each.name) not in more
    ]
    found: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": properties | dict(more),
    }
    return found | ({"required": required} if required else {})


def _items(kind: Any, spot: Spot) -> list[Any]:
    if (spot.node.is_text and not dataclasses.is_dataclass(kind)) or (
        kind is TimeWindow and spot.node.is_text
    ):
        return [read(kind, spot)]
    return [read(kind, spot.at(node, str(n))) for n, node in enumerate(spot.node.items(), 1)]


def _read_one(kind: Any, spot: Spot) -> Any:
    node = spot.node
    if kind is str:
        return node.text(is_empty_allowed=True)
    if kind is bool:
        return node.boolean()
    if kind is int:
        return node.integer()
    if kind is Decimal:
        return node.decimal()
    if kind is date:
        return node.date()
    if kind in _PHRASES:
        return node.read(_PHRASES[kind])
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return node.choice(kind)
    assert dataclasses.is_dataclass(kind), f"no shape for {kind}"
    return record(kind, spot)


_EXAMPLES = {
    Every: "monthly, every 3 months, once",
    TimeWindow: "mon-fri 08:00-18:00, holidays",
    Phase: "free for 13 days, 9.90 for 3 months",
}
_PHRASES: dict[Any, Any] = {
    Unit: unit,
    Every: phrases.every,
    TimeWindow: phrases.window,
    Phase: phrases.phase,
}


def _blamed(node: Node, fields: Fields, sentence: str) -> Exception:
    """A complaint about 'band 2' (or a row) belongs to the line of that band."""
    found = re.match(r"(band|row) (\d+)", sentence)
    rows = fields.get(f"{found[1]}s") if found else None
    if found and rows is not None and rows.is_list and int(found[2]) <= len(rows.items()):
        return rows.items()[int(found[2]) - 1].trouble(sentence)
    return (node if rows is None else rows).trouble(sentence)


def _schema_one(kind: Any) -> dict[str, Any]:
    if kind is str:
        return {"type": ["string", "number"]}
    if kind is bool:
        return {"enum": [True, False, "yes", "no", "true", "false", "on", "off"]}
    if kind is int:
        return {"type": ["integer", "string"], "pattern": "^-?[0-9]+$"}
    if kind is Decimal:
        return {"type": ["number", "string"], "pattern": f"^{phrases.NUMBER}$"}
    if kind is date:
        return {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
    if kind is Unit:
        return {"enum": list(UNITS)}
    if kind in _EXAMPLES:
        return {"type": "string", "description": f"Such as {_EXAMPLES[kind]}."}
    if kind is Proration:
        return {"anyOf": [_MODE, record_schema(kind)]}
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return {"type": "string", "enum": [member.value for member in kind]}
    return record_schema(kind)


def _several(item: dict[str, Any]) -> dict[str, Any]:
    items = {"type": "array", "items": item}
    return items if item.get("type") == "object" else {"anyOf": [item, items]}


def _described(field: Any, found: dict[str, Any]) -> dict[str, Any]:
    told = ". ".join(
        part.rstrip(".") for part in (field.metadata.get("label"), field.metadata.get("help")) if part
    )
    return found | ({"description": told + "."} if told else {})
