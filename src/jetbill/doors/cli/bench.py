"""`jet bench NAME`: measures one room end to end; one JSON object per case, for people and for CI."""

import importlib
import json

import click

NAMES = ("billing", "pdf", "usage")


@click.command()
@click.argument("name", type=click.Choice(NAMES))
@click.option("-n", "n", type=int, help="How many; else what the bench is made for.")
def bench(name: str, n: int | None) -> None:
    """Measure: one JSON object per case."""
    cases = importlib.import_module(f"jetbill.bench.{name}").cases
    for case in cases() if n is None else cases(n):
        click.echo(json.dumps(case))
