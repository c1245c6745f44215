"""`jet print`: one PDF for the printer from everything that is not mailed."""

from pathlib import Path

import click

from jetbill.doors.cli.output import output_option, print_rows
from jetbill.doors.cli.plugs import plugs
from jetbill.doors.cli.scope import realm_option, working_in
from jetbill.stages.delivery import batches, queries
from jetbill.stages.delivery.archive import Archive
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.queries import current_realm

COLUMNS = ("batch", "opened", "closed", "documents", "pages", "sheets", "bytes")


@click.group("print")
def printing() -> None:
    """Print what is not mailed."""


@printing.command()
@click.option("--reprint", type=int, metavar="N", help="Batch N once more, the same bytes.")
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), help="Where to write the PDF.")
@realm_option
def batch(reprint: int | None, to: Path | None, realm: str) -> None:
    """Close a batch of everything that waits, in postal order, with a cover sheet, for duplex printing."""
    place = _realm(realm)
    archive = Archive(plugs().home() / "documents")
    if reprint is None:
        made = batches.print_batch(place, archive, now=plugs().now())
        if made is None:
            click.echo("Nothing waits for the printer.", err=True)
            return
        number = made.number
        click.echo(f"{made.letters} documents, {made.pages} pages, {made.sheets} sheets.", err=True)
    else:
        number = reprint
    content = batches.printed_bytes(place, archive, number)
    file = to or plugs().home() / "print" / f"{place.slug}-{number}.pdf"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    click.echo(file)


@printing.command("list")
@realm_option
@output_option
def list_batches(realm: str, output: str) -> None:
    """The batches, newest first; one without a closing time is gone on with by the next `jet print batch`."""
    with working_in(realm):
        rows = [
            (
                each.number,
                each.opened_at.isoformat(sep=" ", timespec="minutes"),
                each.closed_at.isoformat(sep=" ", timespec="minutes") if each.closed_at else "",
                each.letters,
                each.pages,
                each.sheets,
                each.size,
            )
            for each in queries.batches()
        ]
    print_rows(COLUMNS, rows, output)


def _realm(name: str) -> Realm:
    with working_in(name):
        return current_realm()
