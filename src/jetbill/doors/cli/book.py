"""`jet book`: check a price book file, take it in, publish it, write it out, and tell two versions apart."""

from datetime import datetime
from pathlib import Path

import click

from jetbill.doors.cli.given import BY, DAY, named_book
from jetbill.doors.cli.output import output_option, print_rows
from jetbill.doors.cli.plugs import plugs
from jetbill.doors.cli.scope import realm_option, working_in
from jetbill.doors.cli.whatif import whatif
from jetbill.doors.files.book import read_book, read_checked_book
from jetbill.doors.files.book_dump import dump_book, write_book
from jetbill.kernel.book import Applies, PriceBook
from jetbill.kernel.book_check import check as findings_of
from jetbill.kernel.book_diff import differences
from jetbill.kernel.finding import Severity
from jetbill.kernel.trouble import BadInput
from jetbill.stages.catalog import actions, queries

INLINE_RATES = 500
"""A deck with more rates is not written into the YAML itself."""

_FILE = click.Path(path_type=Path)


@click.group()
def book() -> None:
    """Check, import, export, compare and publish price books."""


@book.command()
@click.argument("file", type=_FILE)
@output_option
def check(file: Path, output: str) -> int:
    """Tell what is wrong with a price book file, with line and field; no database."""
    found = read_book(file)
    rows, findings = [], findings_of(found.book)
    for finding in findings:
        place = found.place(finding.path)
        rows.append((finding.severity.value, place.file, place.line, place.field, finding.told()))
    if output != "table":
        print_rows(("severity", "file", "line", "field", "finding"), rows, output)
    has_error = any(row[0] == Severity.ERROR for row in rows)
    for finding in findings if output == "table" else ():
        click.echo(f"{finding.severity.value}: {found.trouble(finding)}")
    if output == "table" and not has_error:
        click.echo(f"{file}: {'sound, with warnings' if rows else 'sound'}. {_told(found.book)}")
    return 1 if has_error else 0


@book.command("import")
@click.argument("file", type=_FILE)
@realm_option
def import_(file: Path, realm: str) -> None:
    """Take a price book file in as a draft; an earlier draft of the same book is replaced."""
    found = read_checked_book(file)
    with working_in(realm):
        version = actions.import_draft(found.book, by=BY, now=plugs().now())
        click.echo(f"{found.book.code}: version {version.number} is a {version.state}. {_told(found.book)}")


@book.command()
@click.argument("code")
@click.option("--effective", required=True, type=DAY, help="The first local day.")
@click.option(
    "--applies",
    type=click.Choice([each.value for each in Applies]),
    default=Applies.NEXT_PERIOD.value,
    show_default=True,
    help="Whom the version reaches from that day.",
)
@realm_option
def publish(code: str, effective: datetime, applies: str, realm: str) -> None:
    """Publish the draft of the book CODE. From then on it cannot change."""
    publication = actions.Publication(effective.date(), Applies(applies))
    with working_in(realm):
        version = actions.publish(code, publication, by=BY, now=plugs().now())
        click.echo(f"{code}: version {version.number} holds from {publication.effective} for {applies}.")


@book.command()
@click.argument("code")
@realm_option
def deactivate(code: str, realm: str) -> None:
    """Sell nothing new by the book CODE; whoever has something by it keeps it."""
    with working_in(realm):
        actions.deactivate(code, by=BY, now=plugs().now())
        click.echo(f"{code}: nothing new is sold by this book.")


@book.command("list")
@realm_option
@output_option
def list_(realm: str, output: str) -> None:
    """List all versions of all price books."""
    with working_in(realm):
        rows = [
            (
                row.code,
                row.number,
                row.state,
                row.effective,
                row.applies if row.effective else "",
                row.currency,
                row.name,
                row.digest[:12],
            )
            for row in queries.listed()
        ]
    columns = ("code", "version", "state", "effective", "applies", "currency", "name", "digest")
    print_rows(columns, rows, output)


@book.command()
@click.argument("code")
@click.option("--version", "number", type=int, help="Which version; else the newest.")
@click.option("--to", "folder", type=_FILE, help="Write YAML and CSV decks into this folder.")
@realm_option
def export(code: str, number: int | None, folder: Path | None, realm: str) -> None:
    """Write a version out in the long form: to the screen, or into a folder with its decks as CSV."""
    with working_in(realm):
        value = queries.load(queries.version_numbered(code, number).pk)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        click.echo(f"{write_book(value, folder)} is written.", err=True)
        return
    for deck in value.decks.values():
        if len(deck.rates) > INLINE_RATES:
            raise BadInput(f'the deck "{deck.code}" has {len(deck.rates)} rates: write it with --to FOLDER')
    click.echo(dump_book(value), nl=False)


@book.command()
@click.argument("old")
@click.argument("new")
@realm_option
@output_option
def diff(old: str, new: str, realm: str, output: str) -> None:
    """Tell two books apart. OLD and NEW are files, or CODE for the newest version, or CODE@NUMBER."""
    rows = [
        (each.change.value, each.path, each.field, each.before, each.after)
        for each in differences(named_book(old, realm), named_book(new, realm))
    ]
    if rows or output != "table":
        print_rows(("change", "what", "field", "before", "after"), rows, output)
    else:
        click.echo("No difference.")


book.add_command(whatif)


def _told(value: PriceBook) -> str:
    rates = sum(len(deck.rates) for deck in value.decks.values())
    counts = (
        (len(value.bundles), "bundle"),
        (len(value.plans), "plan"),
        (sum(len(plan.fees) for plan in value.plans.values()), "fee"),
        (sum(len(plan.charges) for plan in value.plans.values()), "charge"),
        (rates, "rate"),
    )
    return ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for count, name in counts if count) + "."
