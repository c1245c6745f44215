"""`jet retry`: what `jet status` shows as parked, once its cause is mended."""

import click

from jetbill.doors.cli.plugs import plugs
from jetbill.stages.events.queue import unpark_all
from jetbill.stages.realms.scope import outside_realms


@click.command()
@click.argument("kinds", nargs=-1)
def retry(kinds: tuple[str, ...]) -> None:
    """Try every parked job of every realm again; with KINDS, such as delivery.send, only those."""
    plugs().connect()
    with outside_realms():
        count = unpark_all(kinds, plugs().now())
    click.echo(f"{count} {'job is' if count == 1 else 'jobs are'} due again.")
