"""`jet discount`: which percent discounts customers have, and the end of one. `jet import` gives them."""

from datetime import datetime, timedelta

import click

from jetbill.doors.cli.given import BY, DAY, customer_of
from jetbill.doors.cli.output import output_option, print_rows
from jetbill.doors.cli.plugs import plugs
from jetbill.doors.cli.scope import realm_option, working_in
from jetbill.stages.customers import actions
from jetbill.stages.customers.models import Discount

COLUMNS = ("discount", "customer", "percent", "text", "from", "until", "subscription", "product")
ONE_DAY = timedelta(days=1)


@click.group()
def discount() -> None:
    """Show percent discounts, end one. They are given with: jet import discounts FILE."""


@discount.command("list")
@click.option("--customer", default="", metavar="NUMBER", help="Only this customer's.")
@realm_option
@output_option
def list_discounts(customer: str, realm: str, output: str) -> None:
    """Show discounts, the newest first; until is the last day on which a period may begin."""
    with working_in(realm):
        rows = Discount.objects.select_related("customer", "subscription").order_by("-id")
        if customer:
            rows = rows.filter(customer=customer_of(customer))
        told = [
            (
                each.pk,
                each.customer.number,
                f"{each.percent.normalize():f}",
                each.text,
                each.start,
                each.end - ONE_DAY if each.end else "",
                (each.subscription.label or each.subscription.bundle) if each.subscription else "all",
                each.product or "all",
            )
            for each in rows
        ]
    print_rows(COLUMNS, told, output)


@discount.command()
@click.argument("number", type=int)
@click.option("--on", "day", type=DAY, required=True, help="The first day without.")
@realm_option
def end(number: int, day: datetime, realm: str) -> None:
    """End discount NUMBER: what begins on that day or later has it no more."""
    with working_in(realm):
        ended = actions.end_discount(number, day.date(), by=BY, now=plugs().now())
    click.echo(f"Discount {ended.pk} ({ended.text}) ends before {ended.end}.")
