"""`jet bill credit` and `jet bill lines`: give all or part of an issued invoice back."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import click

from jetbill.doors.cli.given import BY, DAY, amount_of, day_or_today
from jetbill.doors.cli.output import output_option, print_rows
from jetbill.doors.cli.plugs import plugs
from jetbill.doors.cli.scope import realm_option, working_in
from jetbill.kernel.trouble import BadInput, Refused
from jetbill.stages.billing import actions, creditable, queries
from jetbill.stages.billing.models import Kind
from jetbill.stages.collection.actions import settle_credit
from jetbill.stages.collection.amounts import shown


@click.command()
@click.argument("number")
@click.option("--amount", default="", help="So much of it, over all of its lines; else all that is left.")
@click.option("--line", "lines", multiple=True, metavar="N[=AMOUNT]", help="This line, or so much of it.")
@click.option("--reason", required=True, help="What stands on the note.")
@click.option("--date", "day", type=DAY, help="The day it bears; else today.")
@realm_option
def credit(number: str, lines: Sequence[str], day: datetime | None, realm: str, **told: str) -> None:
    """Give invoice NUMBER back, all or part of it, by a credit note that is issued and sent at once.

    Amounts are as on the lines: without tax, or with it where the prices include it.
    """
    if told["amount"] and lines:
        raise BadInput("say an amount or lines, not both", field="--amount")
    amount = amount_of(told["amount"], "--amount") if told["amount"] else None
    wish = actions.Wish(number, told["reason"], amount, dict(_line(each) for each in lines))
    with working_in(realm):
        on = day_or_today(day)
        note = actions.credit_invoice(wish, on, by=BY, now=plugs().now())
        settle_credit(note.customer_id, on, now=plugs().now())
    click.echo(f"Credit note {note.number} over {note.total:.2f} {note.currency} corrects {number}.")


@click.command()
@click.argument("number")
@output_option
@realm_option
def lines(number: str, output: str, realm: str) -> None:
    """Show the lines of invoice NUMBER, and what is left of each that may be given back."""
    with working_in(realm):
        invoice = queries.document_called(number)
        if invoice is None or invoice.kind != Kind.INVOICE:
            raise Refused("invoice.unknown", invoice=number)
        rows = [
            (
                *(each.ordinal, f"{each.item.name} {each.key.rate_class}".strip()),
                *(each.key.period_start, each.item.percent),
                shown(each.amount, invoice.currency),
                shown(each.left, invoice.currency),
            )
            for each in creditable.creditable(invoice)
        ]
    print_rows(["line", "text", "from", "tax %", "amount", "left"], rows, output)


def _line(told: str) -> tuple[int, Decimal | None]:
    place, mark, amount = told.partition("=")
    if not place.isascii() or not place.isdigit():
        raise BadInput(f"{told!r} is not written N or N=AMOUNT", field="--line")
    return int(place), amount_of(amount, "--line") if mark else None
