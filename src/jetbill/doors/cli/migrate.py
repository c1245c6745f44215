"""`jet migrate`: the database as this version of Jet needs it."""

import click

from jetbill.doors.cli.plugs import plugs


@click.command()
def migrate() -> None:
    """Bring the database up to date, then check in its own catalogue that the realm wall has no hole."""
    plugs().migrate()
    click.echo("The database is up to date; the realm wall has no hole.")
