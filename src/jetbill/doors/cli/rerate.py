"""`jet rerate`: after a price or usage was corrected, what was billed is priced anew; preview first."""

from collections.abc import Sequence
from datetime import datetime

import click

from jetbill.doors.cli.bill import carried, draft_all
from jetbill.doors.cli.given import DAY, customer_of, day_or_today
from jetbill.doors.cli.output import IN_PART, output_option, print_rows
from jetbill.doors.cli.plugs import plugs
from jetbill.doors.cli.scope import realm_option, working_in
from jetbill.kernel.trouble import BadInput
from jetbill.stages.billing import actions, jobs
from jetbill.stages.billing.models import BillRun, Document, ParkedAccount
from jetbill.stages.collection.amounts import shown

COLUMNS = ("customer", "name", "document", "net", "tax", "total", "currency")


@click.command()
@click.option("--since", required=True, type=DAY, help="Periods that reach beyond this day are priced anew.")
@click.option("--customer", "numbers", multiple=True, help="Only this one; may be repeated.")
@click.option(
    "--issue", "is_issued", is_flag=True, help="Issue and send the corrections; else only show them."
)
@realm_option
@output_option
def rerate(since: datetime, numbers: Sequence[str], is_issued: bool, realm: str, output: str) -> int:
    """Price anew what was issued, by the books and the usage as they are now.

    Every customer for whom that makes a difference gets one document over it. No issued document changes and
    nothing new is billed. Done twice, the second finds no difference. Exit code 3: somebody is parked.
    """
    now = plugs().now()
    with working_in(realm, is_kept=is_issued):
        on = day_or_today(None)
        if since.date() > on:
            raise BadInput(f"{since.date()} is yet to come", field="--since")
        customers = [customer_of(number) for number in numbers]
        run = actions.open_rerate(since.date(), on, customers, now=now)
        if run is not None and not is_issued:
            jobs.rate_for(run, jobs.press_for(run), now=now)
            draft_all(run, now)
            return _tell(run, output, "would be issued")
    if run is None:
        click.echo("Nobody of them was billed yet: there is nothing to price anew.", err=True)
        return 0
    held = carried(run, realm, now)
    with working_in(realm):
        code = _tell(run, output, "issued")
    if held:
        click.echo(f"The run is held: {held}. Look at it, then: jet bill release {run.pk}", err=True)
    return IN_PART if held else code


def _tell(run: BillRun, output: str, verb: str) -> int:
    found = Document.objects.filter(run=run).select_related("customer").order_by("customer__number")
    rows = [
        (
            *(each.customer.number, each.customer.name, each.number or each.kind.replace("_", " ")),
            *(shown(amount, each.currency) for amount in (each.net, each.tax, each.total)),
            each.currency,
        )
        for each in found
    ]
    if rows or output != "table":
        print_rows(COLUMNS, rows, output)
    click.echo(f"Customers billed before: {run.customers}; corrections {verb}: {len(rows)}.", err=True)
    parked = ParkedAccount.objects.filter(run=run).select_related("customer").order_by("customer__number")
    for each in parked[:10]:
        click.echo(f"{each.customer.number} is parked: {each.reason}", err=True)
    return IN_PART if parked.exists() else 0
