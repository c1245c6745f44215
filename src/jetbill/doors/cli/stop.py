"""`jet stop`: everything ends in order, with the job in hand finished."""

import click

from jetbill.doors.cli.plugs import plugs
from jetbill.running.address import named_address
from jetbill.running.postgres import stop_server
from jetbill.running.supervisor import stop as stop_supervisor


@click.command()
def stop() -> None:
    """Stop `jet up`, then the embedded database. A database named by DATABASE_URL is left alone."""
    home = plugs().home()
    click.echo("Workers and scheduler stopped." if stop_supervisor(home) else "jet up was not running.")
    if named_address() is None:
        click.echo("Database stopped." if stop_server(home) else "The database was not running.")
