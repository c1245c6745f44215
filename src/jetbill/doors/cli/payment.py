"""`jet payment` and `jet statement`: money that came in, what is still open, and an account's period."""

from datetime import date, datetime
from pathlib import Path
from uuid import uuid4

import click

from jetbill.doors.cli.given import BY, DAY, amount_of, customer_of, day_or_today
from jetbill.doors.cli.output import output_option, print_rows
from jetbill.doors.cli.plugs import plugs
from jetbill.doors.cli.scope import realm_option, working_in
from jetbill.running.home import brand_folder
from jetbill.stages.collection import actions, queries
from jetbill.stages.collection.actions.receiving import METHODS, NewPayment
from jetbill.stages.collection.amounts import shown
from jetbill.stages.collection.drafts import statement_pdf
from jetbill.stages.realms.queries import current_realm

PAYMENTS = ("id", "customer", "on", "amount", "currency", "method", "reference", "left", "receipt", "state")
OPEN = ("invoice", "customer", "on", "due", "days late", "total", "open", "currency")
ENTRIES = ("date", "text", "number", "debit", "credit", "balance")


@click.group()
def payment() -> None:
    """Take in payments, take them back, show what is open."""


@payment.command()
@click.argument("customer")
@click.argument("amount")
@click.option("--on", "day", type=DAY, help="The day it came in; else today.")
@click.option("--method", type=click.Choice(METHODS), default="transfer", show_default=True)
@click.option("--reference", default="", help="What stands on it.")
@click.option("--invoice", default="", metavar="NUMBER", help="Settle this one first, then the oldest.")
@click.option("--id", "source_id", default="", help="The bank's own id: the same one counts once.")
@realm_option
def add(realm: str, day: datetime | None, **told: str) -> None:
    """AMOUNT of money came in from CUSTOMER (a number), in his currency."""
    with working_in(realm):
        new = NewPayment(
            customer=told["customer"],
            amount=amount_of(told["amount"], "AMOUNT"),
            on=day_or_today(day),
            source="bank" if told["source_id"] else "manual",
            source_id=told["source_id"] or str(uuid4()),
            method=told["method"],
            reference=told["reference"],
            invoice=told["invoice"],
        )
        made = actions.receive_payment(new, by=BY, now=plugs().now())
        receipt = f", receipt {made.receipt.number}" if made.receipt else ""
    click.echo(
        f"Payment {made.pk}: {shown(made.amount, made.currency)} {made.currency}{receipt};"
        f" {shown(made.left, made.currency)} left as credit."
    )


@payment.command("return")
@click.argument("number", type=int)
@click.option("--on", "day", type=DAY, help="The day it went back; else today.")
@click.option("--because", default="returned by the bank", show_default=True)
@realm_option
def take_back(number: int, day: datetime | None, because: str, realm: str) -> None:
    """Take payment NUMBER (its id) back: what it settled is open again."""
    with working_in(realm):
        made = actions.take_back(number, day_or_today(day), because, by=BY, now=plugs().now())
    click.echo(f"Payment {made.pk} of {shown(made.amount, made.currency)} {made.currency} is taken back.")


@payment.command("list")
@click.option("--customer", default="", metavar="NUMBER", help="Only this customer's.")
@click.option("--limit", default=100, show_default=True)
@realm_option
@output_option
def list_payments(customer: str, limit: int, realm: str, output: str) -> None:
    """The newest payments first."""
    with working_in(realm):
        rows = [
            (
                each.pk,
                each.customer.number,
                each.on,
                shown(each.amount, each.currency),
                each.currency,
                each.method,
                each.reference,
                shown(each.left, each.currency),
                each.receipt.number if each.receipt else "",
                f"taken back on {each.taken_back_on}" if each.taken_back_on else "received",
            )
            for each in queries.payments(customer, limit)
        ]
    print_rows(PAYMENTS, rows, output)


@payment.command("open")
@click.option("--customer", default="", metavar="NUMBER", help="What this customer owes; else all overdue.")
@click.option("--on", "day", type=DAY, help="As of the end of this day; else today.")
@realm_option
@output_option
def open_items(customer: str, day: datetime | None, realm: str, output: str) -> None:
    """Invoices that are not settled: a customer's, or all that are overdue."""
    with working_in(realm):
        on = day_or_today(day)
        if customer:
            keys = [customer_of(customer)]
            items = queries.open_items(keys, on).get(keys[0], [])
        else:
            items = queries.overdue(on)
        numbers = queries.customer_numbers([item.customer for item in items])
    rows = [
        (
            item.number,
            numbers[item.customer],
            item.on,
            item.due_on,
            item.days_late(on),
            shown(item.total, item.currency),
            shown(item.open, item.currency),
            item.currency,
        )
        for item in items
    ]
    print_rows(OPEN, rows, output)


@click.command()
@click.argument("customer")
@click.option("--from", "start", type=DAY, required=True, help="The first day.")
@click.option("--to", "last", type=DAY, required=True, help="The last day.")
@click.option("--pdf", type=click.Path(path_type=Path, dir_okay=False), help="Draw it into this file.")
@click.option("--send", is_flag=True, help="Number it and send it as the customer gets his documents.")
@realm_option
@output_option
def statement(realm: str, output: str, pdf: Path | None, send: bool, **told: object) -> None:
    """Show what changed in CUSTOMER's account in a period."""
    number, start, end = str(told["customer"]), *_period(told["start"], told["last"])
    with working_in(realm):
        made = actions.statement(number, start, end)
        place = current_realm().pk
        if send:
            sent = actions.issue_statement(number, start, end, by=BY, now=plugs().now())
            click.echo(f"Statement {sent.number} is on its way.", err=True)
    rows: list[tuple[object, ...]] = [("", "opening", "", "", "", made.opening)]
    rows += [
        (str(each.date), _text(each.text), each.number, each.debit or "", each.credit or "", each.balance)
        for each in made.entries
    ]
    print_rows(ENTRIES, rows, output)
    if pdf is not None:
        pdf.write_bytes(statement_pdf(made, brand_folder(plugs().home(), place)))
        click.echo(f"Drawn into {pdf}.", err=True)


def _period(first: object, last: object) -> tuple[date, date]:
    assert isinstance(first, datetime) and isinstance(last, datetime)
    return first.date(), queries.day_after(last.date())


def _text(text: object) -> str:
    return str(getattr(text, "key", text)).removeprefix("entry.")
