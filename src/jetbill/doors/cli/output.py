"""How commands print rows: a table for people, JSON or CSV for programs. Progress goes to stderr."""

import csv
import json
import sys
from collections.abc import Callable, Iterable, Sequence

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

FORMS = ("table", "json", "csv")
IN_PART = 3
"""Exit code of what was done in part: something is parked, or has no price, and was shown."""


def output_option(command: Callable[..., object]) -> Callable[..., object]:
    """Adds `-o table|json|csv` as argument `output`."""
    return click.option(
        "-o", "--output", type=click.Choice(FORMS), default="table", show_default=True, help="How to print."
    )(command)


def print_rows(
    columns: Sequence[str], rows: Iterable[Sequence[object]], output: str, title: str = ""
) -> None:
    """Print `rows`: JSON gives a list of objects with text values, so that decimals keep their digits."""
    if output == "json":
        plain = [dict(zip(columns, map(_plain, row), strict=True)) for row in rows]
        click.echo(json.dumps(plain, indent=2, ensure_ascii=False))
    elif output == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_text(value) for value in row] for row in rows)
    else:
        _print_table(columns, [[_text(value) for value in row] for row in rows], title)


def not_kept(is_dry: bool) -> str:
    """What a command adds to what it tells when nothing of it was kept."""
    return " Nothing was kept: dry run." if is_dry else ""


def progress(unit: str) -> Progress:
    """A progress bar on stderr that counts in `unit`; silent when stderr is not a terminal."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=console, disable=not console.is_terminal)


def _print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str) -> None:
    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for index, name in enumerate(columns):
        numeric = bool(rows) and all(_is_number(row[index]) for row in rows)
        table.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    # into a pipe or a file a row stays on one line, however long
    Console(width=None if sys.stdout.isatty() else 10_000).print(table)


def _is_number(text: str) -> bool:
    return text == "" or text.replace(",", "").replace(".", "").lstrip("-−").isdigit()


def _plain(value: object) -> object:
    return value if isinstance(value, int | str | bool | list | dict) or value is None else str(value)


def _text(value: object) -> str:
    return "" if value is None else str(value)
