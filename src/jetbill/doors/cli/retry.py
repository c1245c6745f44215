"""`jet retry`: what `jet status` shows as parked, once its cause is mended."""

import click

from jetbill.doors.cli.plugs import plugs
from jetbill.stages.events.queries import parked_jobs
from jetbill.stages.events.queue import unpark
from jetbill.stages.realms.scope import outside_realms

MOST = 100_000


@click.command()
@click.argument("kinds", nargs=-1)
def retry(kinds: tuple[str, ...]) -> None:
    """Try every parked job of every realm again; with KINDS, such as delivery.send, only those."""
    plugs().connect()
    with outside_realms():
        parked = [job for job in parked_jobs(MOST) if not kinds or job.kind in kinds]
        count = sum(unpark(job.stream_id, plugs().now()) for job in parked)
    click.echo(f"{count} {'job is' if count == 1 else 'jobs are'} due again.")
