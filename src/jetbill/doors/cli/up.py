"""`jet up`: Jet at work, until it is told to stop."""

import click

from jetbill.doors.cli.plugs import plugs


@click.command()
@click.option("--workers", default=0, metavar="N", help="How many at once; else one per processor.")
def up(workers: int) -> None:
    """Start the database, the workers and the scheduler, and keep them alive until `jet stop` or Ctrl-C."""
    plugs().up(workers)
