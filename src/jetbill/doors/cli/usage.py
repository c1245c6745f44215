"""`jet usage`: take in files of usage, look after quarantine, and show that nothing is lost."""

from contextlib import nullcontext
from pathlib import Path

import click
from django.db import transaction
from rich.progress import Progress

from jetbill.doors.cli.output import IN_PART, output_option, print_rows, progress
from jetbill.doors.cli.plugs import plugs
from jetbill.doors.cli.scope import realm_option, working_in
from jetbill.doors.cli.unrated import unrated
from jetbill.doors.files import usage_format
from jetbill.doors.files.usage_format import Format, find_format
from jetbill.doors.files.usage_import import Imported, Into, import_usage, retry
from jetbill.kernel.trouble import BadInput
from jetbill.stages.realms.queries import realm_called
from jetbill.stages.realms.scope import outside_realms, realm_scope
from jetbill.stages.usage import actions, queries
from jetbill.stages.usage.values import Counted, Outcome

_BY_ENDING = {".jsonl": "plain_jsonl", ".ndjson": "plain_jsonl", ".parquet": "plain_parquet"}
_COUNTS = ("read", "taken", "duplicates", "quarantined")
_FILE_COLUMNS = ("file", "format", "rows", "taken", "duplicates", "quarantined", "passed over", "remark")


@click.group()
def usage() -> None:
    """Take in usage, look after quarantine, show conservation."""


@usage.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--format", "name", default="", help="Its code or YAML file; else plain, by the file's ending.")
@click.option("--dry-run", is_flag=True, help="Read everything, keep nothing.")
@realm_option
@output_option
def take_in(files: tuple[Path, ...], name: str, dry_run: bool, realm: str, output: str) -> int:
    """Take usage files in; the same file again adds nothing. Exit code 3: rows are in quarantine."""
    into = _into(realm)
    with progress("lines") as bar:
        done = [_import(path, _format(path, name), (into, dry_run), bar) for path in files]
    print_rows(_FILE_COLUMNS, [_row(one, dry_run) for one in done], output)
    return IN_PART if any(one.outcome.quarantined.records for one in done) else 0


@usage.command("formats")
@output_option
def formats(output: str) -> None:
    """List the formats that files can be read as."""
    own = [find_format(str(path)) for path in sorted(_folder().glob("*.yaml"))]
    rows = [(one.code, one.kind.value, one.about) for one in (*own, *usage_format.shipped().values())]
    print_rows(("format", "kind", "about"), rows, output)


@usage.command("files")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1))
@realm_option
@output_option
def list_files(limit: int, realm: str, output: str) -> None:
    """List files, newest first, and what became of their rows."""
    with working_in(realm):
        found = queries.files(limit)
    rows = []
    for one in found:
        counts = [getattr(one.outcome, name).records for name in _COUNTS]
        remark = "" if one.is_finished else "cut off: import it again"
        rows.append((one.name, one.format, *counts, one.outcome.passed_over, remark))
    print_rows(_FILE_COLUMNS, rows, output)


@usage.command("status")
@click.option("--deep", is_flag=True, help="Count the stored records too, row by row.")
@realm_option
@output_option
def status(deep: bool, realm: str, output: str) -> int:
    """Show what became of every row: read = taken + duplicates + quarantined. Exit code 1 if not."""
    with working_in(realm):
        total = queries.conservation()
        stored, kept = (queries.stored(), queries.kept()) if deep else (total.taken, total.taken)
    rows = [_counted(name, getattr(total, name)) for name in _COUNTS]
    gap = _less(total.read, total.taken + total.duplicates + total.quarantined)
    rows.append(_counted("read, not accounted for", gap))
    if deep:
        rows.append(_counted("stored, not counted", _less(stored, total.taken)))
        rows.append(_counted("kept as columns, not counted", _less(kept, total.taken)))
    print_rows(("what", "records", "octets", "seconds"), rows, output)
    return 0 if gap == Counted() and stored == kept == total.taken else 1


usage.add_command(unrated)


@usage.group("quarantine")
def quarantine() -> None:
    """Rows that are no usage: see why, mend them, or set them aside."""


@quarantine.command("list")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1))
@realm_option
@output_option
def list_rows(limit: int, realm: str, output: str) -> None:
    """List the rows that wait, oldest first."""
    with working_in(realm):
        rows = [(row.pk, row.file.name, row.line, row.reason, row.raw) for row in queries.quarantined(limit)]
    print_rows(("row", "file", "line", "reason", "as it came"), rows, output)


@quarantine.command("retry")
@click.argument("rows", nargs=-1, type=int)
@click.option("--all", "is_all", is_flag=True, help="Every row that waits.")
@click.option("--as", "mended", default="", help="The row as it should have been; for one row.")
@realm_option
def retry_rows(rows: tuple[int, ...], is_all: bool, mended: str, realm: str) -> int:
    """Read rows once more, with the format as it is now or the row mended. Exit code 3: some are no usage."""
    if mended and len(rows) != 1:
        raise click.UsageError("--as mends exactly one row")
    into = _into(realm)
    if is_all:
        with realm_scope(into.realm):
            rows = tuple(row.pk for row in queries.quarantined(1_000_000))
    reasons = {row: retry(row, into, mended) for row in rows}
    for row, reason in reasons.items():
        if reason:
            click.echo(f"row {row}: {reason}", err=True)
    still = sum(map(bool, reasons.values()))
    click.echo(f"{len(rows) - still} taken in, {still} still in quarantine.")
    return IN_PART if still else 0


@quarantine.command("set-aside")
@click.argument("rows", nargs=-1, required=True, type=int)
@realm_option
def set_aside(rows: tuple[int, ...], realm: str) -> None:
    """Say that rows are no usage; they stay counted as quarantined, and are not shown as waiting."""
    with working_in(realm):
        count = actions.set_aside(rows, by="staff", now=plugs().now())
    click.echo(f"{count} set aside.")


def _import(path: Path, form: Format, how: tuple[Into, bool], bar: Progress) -> Imported:
    into, is_trial = how
    task = bar.add_task(path.name, total=None)
    with realm_scope(into.realm) if is_trial else nullcontext():
        done = import_usage(
            path, form, into, lambda lines, total: bar.update(task, completed=lines, total=total)
        )
        if is_trial:
            transaction.set_rollback(True)
    return done


def _into(name: str) -> Into:
    plugs().connect()
    with outside_realms():
        realm = realm_called(name)
    if realm is None:
        raise BadInput(f"there is no realm called {name!r}")
    return Into(realm, plugs().now(), (_folder(),))


def _folder() -> Path:
    return plugs().home() / "formats"


def _format(path: Path, name: str) -> Format:
    ending = Path(path.stem if path.suffix == ".gz" else path.name).suffix
    return find_format(name or _BY_ENDING.get(ending, "plain"), (_folder(),))


def _row(done: Imported, dry_run: bool) -> tuple[object, ...]:
    counts: Outcome = done.outcome
    remark = (
        "was here already: nothing done" if done.was_known else "dry run: nothing kept" if dry_run else ""
    )
    records = [getattr(counts, name).records for name in _COUNTS]
    return (done.name, done.format, *records, counts.passed_over, remark)


def _counted(name: str, counted: Counted) -> tuple[object, ...]:
    return (name, counted.records, counted.octets, counted.seconds)


def _less(one: Counted, other: Counted) -> Counted:
    octets, seconds = one.octets - other.octets, one.seconds - other.seconds
    return Counted(one.records - other.records, octets, seconds)
