"""Writes the catalogue of all events from the facts themselves: docs/events.md, one section per kind."""

import inspect
import json
import types
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from jetbill.stages.events.fact import Fact, plain

_WORDS = {
    int: ("whole number", 3),
    str: ("text", "text"),
    bool: ("true or false", True),
    Decimal: ("decimal number as text", Decimal("31.00")),
    date: ("date", date(2026, 2, 1)),
    datetime: ("instant", datetime(2026, 2, 1, 6, 0, tzinfo=UTC)),
    dict: ("object", {}),
}
_HEAD = """# Events

Every fact that Jet announces. An event is stored in the transaction of the change it tells about, in its
realm, and never edited. Beside the fields below each has `id`, `kind`, `subject` (whom it is about, such as
`invoice:17`), `at` (when), `by` (who: `staff:7`, or `jet` for unattended work) and perhaps `caused_by` (the
id of the event that led to it). Amounts and dates are text, so that they stay exact.

This file is written by `python -m jetbill.wiring.event_catalogue`.
"""


def catalogue(facts: Iterable[type[Fact]]) -> str:
    """The text of docs/events.md for these facts, by kind."""
    return "\n".join([_HEAD, *(_section(fact) for fact in sorted(facts, key=lambda fact: fact.KIND))])


def _section(fact: type[Fact]) -> str:
    hints = get_type_hints(fact)
    meaning = inspect.cleandoc(fact.__doc__ or "")
    stage = fact.__module__.removesuffix(".facts").rpartition(".")[2]
    rows = [f"| `{name}` | {_word(hints[name])} |" for name in fact.content()]
    sample = {name: plain(_sample(name, hints[name])) for name in fact.content()}
    text = json.dumps({**sample, **getattr(fact, "SAMPLE", {})}, ensure_ascii=False, indent=2)
    table = "\n".join(["| field | type |", "|---|---|", *rows])
    return f"## {fact.KIND}\n\n{meaning} (stage {stage})\n\n{table}\n\n```json\n{text}\n```\n"


def _word(hint: Any) -> str:
    inner, is_optional = _optional(hint)
    if is_optional:
        return f"{_word(inner)}, or nothing"
    if get_origin(inner) in (tuple, list):
        return f"list of {_word(get_args(inner)[0])}"
    if isinstance(inner, type) and issubclass(inner, Enum):
        return "one of " + ", ".join(f"`{each.value}`" for each in inner)
    return _WORDS[get_origin(inner) or inner][0]


def _sample(name: str, hint: Any) -> Any:
    inner, _ = _optional(hint)
    if get_origin(inner) in (tuple, list):
        return [_sample(name, get_args(inner)[0])]
    if isinstance(inner, type) and issubclass(inner, Enum):
        return next(iter(inner))
    if inner is int and name.endswith("_id"):
        return 17
    return _WORDS[get_origin(inner) or inner][1]


def _optional(hint: Any) -> tuple[Any, bool]:
    if get_origin(hint) not in (Union, types.UnionType):
        return hint, False
    (inner,) = [each for each in get_args(hint) if each is not type(None)]
    return inner, True
