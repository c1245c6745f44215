"""`jet usage unrated`: what could not be rated yet, why, and whose it is."""

from datetime import datetime

import click

from jetbill.doors.cli.output import output_option, print_rows
from jetbill.doors.cli.scope import realm_option, working_in
from jetbill.stages.rating import queries
from jetbill.stages.rating.unrated import unrated_identifiers


@click.command()
@click.option("--month", type=click.DateTime(["%Y-%m"]), help="Name the logins and numbers of this month.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1))
@realm_option
@output_option
def unrated(month: datetime | None, limit: int, realm: str, output: str) -> None:
    """Show how many stored records could not be rated yet, by month and reason; with --month also whose.

    They are rated again by themselves once a book is published or a service has the login.
    """
    with working_in(realm):
        if month is None:
            counts = [
                (f"{each.month:%Y-%m}", each.reason, each.records, each.octets, each.seconds)
                for each in queries.unrated()
            ]
        else:
            names = [
                (each.identifier, each.records, each.reason)
                for each in unrated_identifiers(month.date(), limit)
            ]
    if month is None:
        print_rows(("month", "reason", "records", "octets", "seconds"), counts, output)
    else:
        print_rows(("identifier", "records", "reason"), names, output)
