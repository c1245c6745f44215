"""`jet demo`: watch a provider's month go from raw usage to mailed PDF invoices."""

import click

from jetbill.doors.cli.plugs import plugs


@click.command()
def demo() -> None:
    """Build a provider with 500 customers and run its month; lives in a home of its own, begun afresh."""
    plugs().demo()
