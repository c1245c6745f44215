"""The rooms: which folders exist, who may import whom, and that keys in the database flow with the river."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.checkout import ROOT, Source, sources

PACKAGE = "src/jetbill/"
ROOMS = {"kernel", "stages", "documents", "drivers", "doors", "running", "wiring", "bench", "demo"}
RIVER = [
    "realms",
    "events",
    "ledger",
    "catalog",
    "customers",
    "usage",
    "rating",
    "billing",
    "delivery",
    "collection",
    "provisioning",
    "hooks",
]
FLOORS = ["models", "queries", "actions", "jobs"]  # each imports only what stands before it
WITHOUT_DJANGO = ("kernel", "documents", "drivers")
OUTSIDE_THE_RIVER = {"contenttypes", "auth", "sessions"}  # Django's own tables, upstream of everything


def in_room(*rooms: str) -> Iterator[tuple[Source, tuple[str, ...]]]:
    """The Python files of `rooms`, each with its path inside the package in parts."""
    for each in sources():
        parts = tuple(each.path.removeprefix(PACKAGE).split("/"))
        if each.path.startswith(PACKAGE) and each.path.endswith(".py") and parts[0] in rooms:
            yield each, parts


def test_imports_keep_their_direction() -> None:
    """The contracts stand in pyproject.toml; mend a break by moving the line, never by an exception."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([*command, "--no-cache"], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[done.stdout.find("Contracts") :] + done.stderr
    assert "ignore_imports" not in (ROOT / "pyproject.toml").read_text()


def test_every_folder_is_a_room() -> None:
    for each in sources():
        room, _, rest = each.path.removeprefix(PACKAGE).partition("/")
        if each.path.startswith(PACKAGE) and rest:
            assert room in ROOMS, f"{each.path}: there is no room '{room}'; docs/ARCHITECTURE.md lists them"
        if room == "stages" and "/" in rest:
            stage = rest.partition("/")[0]
            assert stage in RIVER, f"{each.path}: the river has no stage '{stage}'"


def test_every_stage_says_what_it_owns() -> None:
    stages = {parts[1] for _, parts in in_room("stages") if len(parts) > 2}
    texts = {each.path: each.text for each in sources()}
    for stage in sorted(stages):
        path = f"{PACKAGE}stages/{stage}/README.md"
        assert path in texts, f"{path} is missing: say in three short parts what the stage owns"
        for heading in ("Owns", "Does not own", "Times"):
            wanted = rf"(?m)^(#+ |\*\*){heading}\b"
            assert re.search(wanted, texts[path]), f"{path}: a heading '## {heading}' is missing"


def test_inside_a_stage_jobs_call_actions_and_actions_call_models() -> None:
    found = []
    for each, parts in in_room("stages"):
        floor = parts[2].removesuffix(".py") if len(parts) > 2 else ""
        higher = "|".join(FLOORS[FLOORS.index(floor) + 1 :]) if floor in FLOORS else ""
        above = re.compile(rf"jetbill\.stages\.{parts[1]}\.(?:{higher})\." if higher else r"(?!)")
        for line, module in each.imports():
            if above.match(f"{module}."):
                found.append(f"{each.path}:{line}: {floor} stands below {module}: move the line up")
    assert not found, "\n" + "\n".join(found)


def test_a_driver_knows_only_the_port_that_asks() -> None:
    found = []
    for each, parts in in_room("drivers"):
        own = ".".join(("jetbill", "drivers", *parts[1:3])) + "."
        for line, module in each.imports():
            allowed = (
                rf"(?!jetbill\.)|{re.escape(own)}|jetbill\.stages\.\w+\.port\.|jetbill\.kernel\.trouble\."
            )
            if not re.match(allowed, f"{module}."):
                found.append(f"{each.path}:{line}: not {module}: ask for it through the stage's port")
    assert not found, "\n" + "\n".join(found)


def test_rooms_without_tables_do_not_know_django() -> None:
    found = [
        f"{each.path}:{line}: no {module} here: take values"
        for each, _ in in_room(*WITHOUT_DJANGO)
        for line, module in each.imports()
        if module.partition(".")[0] == "django"
    ]
    assert not found, "\n" + "\n".join(found)


def test_foreign_keys_point_upstream() -> None:
    """A row leans on what was there before it; a stage is understood without those after it."""
    if not (ROOT / PACKAGE / "wiring" / "settings.py").exists():
        pytest.skip("no tables yet")
    apps = _django_apps()
    depth = {name: number for number, name in enumerate(RIVER)} | dict.fromkeys(OUTSIDE_THE_RIVER, -1)
    found = []
    for model in apps.get_models():
        for field in (each for each in model._meta.get_fields() if each.is_relation and each.concrete):
            here, there = model._meta.app_label, field.related_model._meta.app_label
            if depth[there] > depth[here]:
                found.append(f"{model.__name__}.{field.name} points downstream: {here} does not know {there}")
    assert not found, "\n" + "\n".join(found)


def _django_apps():  # type: ignore[no-untyped-def]
    import django
    from django.apps import apps

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jetbill.wiring.settings")
    django.setup()
    return apps
