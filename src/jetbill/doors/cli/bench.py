"""`jet bench NAME…`: measures, one JSON object per case and line."""

import importlib
import json
import pkgutil
from pathlib import Path

import click

from jetbill.kernel.trouble import BadInput

PACKAGE = "jetbill.bench"


@click.command()
@click.argument("names", nargs=-1)
@click.option(
    "-n", "n", type=click.IntRange(1), help="How many of what a bench counts; else its usual number."
)
def bench(names: tuple[str, ...], n: int | None) -> None:
    """Measure; without NAME, list what can be measured. Run it on a machine that does nothing else."""
    known = benches()
    for name in names:
        if name not in known:
            raise BadInput(f'there is no bench "{name}"; there are {", ".join(known)}')
    if not names:
        for name, purpose in known.items():
            click.echo(f"{name:10} {purpose}")
    for name in names:
        module = importlib.import_module(f"{PACKAGE}.{name}")
        for case in module.cases() if n is None else module.cases(n):
            click.echo(json.dumps(case, ensure_ascii=False))


def benches() -> dict[str, str]:
    """Every module of the bench that has cases, with its first line."""
    package = importlib.import_module(PACKAGE)
    found = {}
    for path in map(Path, package.__path__):
        for each in sorted(pkgutil.iter_modules([str(path)]), key=lambda each: each.name):
            text = (path / f"{each.name}.py").read_text()
            if "\ndef cases(" in text:
                found[each.name] = text.partition("\n")[0].strip('"').rpartition("`: ")[2]
    return found
