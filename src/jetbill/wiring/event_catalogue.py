"""Writes docs/events.md: `python -m jetbill.wiring.event_catalogue`, from the root of the checkout."""

import importlib
from pathlib import Path

import jetbill.stages
from jetbill.stages.events.catalogue import catalogue
from jetbill.stages.events.fact import known_facts

FILE = Path("docs/events.md")


def text() -> str:
    """The catalogue of the facts of all stages."""
    folder = Path(jetbill.stages.__file__).parent
    for file in sorted(folder.glob("*/facts.py")):
        importlib.import_module(f"jetbill.stages.{file.parent.name}.facts")
    ours = [fact for fact in known_facts().values() if fact.__module__.startswith("jetbill.stages.")]
    return catalogue(ours)


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
