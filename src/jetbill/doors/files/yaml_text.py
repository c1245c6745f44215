"""Plain data as YAML for people: `marked_yaml` reads it back, and all scalars are text to it."""

from typing import Any

import yaml
from yaml._yaml import CEmitter as Emitter
from yaml.representer import SafeRepresenter
from yaml.resolver import BaseResolver


def yaml_text(plain: Any, *, is_compact: bool = True) -> str:
    """Text, lists and mappings as YAML; compact puts the innermost of them on one line."""
    flow = None if is_compact else False
    text: str = yaml.dump(plain, Dumper=_Writer, default_flow_style=flow)
    return text


class _Writer(Emitter, SafeRepresenter, BaseResolver):
    """Writes text without quotes where YAML allows it, since here all scalars are text."""

    def __init__(self, stream: Any, default_flow_style: bool | None, **settings: Any) -> None:
        Emitter.__init__(self, stream, **_EMIT)
        SafeRepresenter.__init__(self, default_flow_style=default_flow_style, sort_keys=False)  # type: ignore[arg-type]
        BaseResolver.__init__(self)

    def ignore_aliases(self, data: Any) -> bool:
        return True


_EMIT: dict[str, Any] = {"width": 110, "indent": 2, "allow_unicode": True}


def _text(writer: _Writer, text: str) -> yaml.ScalarNode:
    style = '"' if text == "" or "\n" in text or text != text.strip() else None
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Writer.add_representer(str, _text)
