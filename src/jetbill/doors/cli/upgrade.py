"""`jet upgrade`: the data of an older PostgreSQL, brought over to the one that this Jet carries."""

from pathlib import Path

import click

from jetbill.doors.cli.plugs import plugs
from jetbill.kernel.trouble import BadInput
from jetbill.running.address import named_address
from jetbill.running.upgrade import upgrade as carry_over


@click.command()
@click.option(
    "--programs",
    type=click.Path(path_type=Path, exists=True, file_okay=False, resolve_path=True),
    help="The programs of the PostgreSQL that wrote the data; else those an older Jet left in its home.",
)
def upgrade(programs: Path | None) -> None:
    """Bring the embedded database over to this Jet's PostgreSQL. The old data stays beside the new."""
    if named_address() is not None:
        raise BadInput("DATABASE_URL names the database: whoever runs that server upgrades it.")
    old = carry_over(plugs().home(), programs, lambda sentence: click.echo(sentence, err=True))
    if old is None:
        click.echo("Nothing to do: the data is as this Jet's PostgreSQL wants it.")
    else:
        click.echo(f"Done. The old data is in {old}: delete it once you are content.")
