"""`jet import`: move in from another system. A file goes in whole or not at all."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click

from jetbill.doors.cli.output import not_kept
from jetbill.doors.cli.plugs import plugs
from jetbill.doors.cli.scope import realm_option, working_in
from jetbill.doors.files import moving_in as files
from jetbill.doors.sentences import sentence
from jetbill.kernel.trouble import BadInput, Refused
from jetbill.stages.customers import actions
from jetbill.stages.realms.queries import current_realm

BY = "import"


@click.group("import")
def moving_in() -> None:
    """Take in customers, services, balances, numbers, charges and discounts from CSV files."""


def _command(name: str, help_text: str, take: Callable[[Path, datetime], str]) -> None:
    @moving_in.command(name, help=help_text)
    @click.argument("file", type=click.Path(path_type=Path))
    @click.option("--dry-run", is_flag=True, help="Check everything, change nothing.")
    @realm_option
    def run(file: Path, dry_run: bool, realm: str) -> None:
        with working_in(realm, is_kept=not dry_run):
            try:
                told = take(file, plugs().now())
            except Refused as refused:
                raise BadInput(sentence(refused), file=str(file)) from None
        click.echo(f"{told}{not_kept(dry_run)}")


def _customers(file: Path, now: datetime) -> str:
    new = list(files.read_customers(file, current_realm().currency))
    _refuse_twice(file, [one.number for one in new], "customer number")
    taken = actions.create_customers(new, by=BY, now=now)
    return f"{taken.made} customers made, {len(taken.known)} were here already."


def _services(file: Path, now: datetime) -> str:
    new = list(files.read_services(file))
    made = actions.subscribe(new, by=BY, now=now)
    return f"{len(made)} subscriptions started, {sum(len(one.services) for one in new)} services."


def _numbers(file: Path, now: datetime) -> str:
    return f"{actions.move_numbers(list(files.read_numbers(file)), by=BY, now=now)} numbers moved."


def _balances(file: Path, now: datetime) -> str:
    taken = actions.open_balances(list(files.read_balances(file)), now=now)
    return f"{taken.made} balances opened, {len(taken.known)} were open already."


def _charges(file: Path, now: datetime) -> str:
    new = list(files.read_charges(file))
    _refuse_twice(file, [one.source_id for one in new], "id")
    taken = actions.add_one_offs(new, by=BY, now=now)
    return f"{taken.made} charges added, {len(taken.known)} were here already."


def _discounts(file: Path, now: datetime) -> str:
    new = list(files.read_discounts(file))
    _refuse_twice(file, [one.source_id for one in new], "id")
    taken = actions.add_discounts(new, by=BY, now=now)
    return f"{taken.made} discounts given, {len(taken.known)} were here already."


def _refuse_twice(file: Path, values: list[str], what: str) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise BadInput(f"the {what} {value!r} stands there twice", file=str(file))
        seen.add(value)


_command("customers", "Customers with contacts, addresses and terms.", _customers)
_command("services", "Subscriptions with their plans, services and identifiers.", _services)
_command("balances", "What customers owe or have in credit on a day.", _balances)
_command("numbers", "Which identifier names which service from when on.", _numbers)
_command("charges", "Single lines: charges, discounts of an amount, goodwill.", _charges)
_command(
    "discounts", "Discounts: percentages and amounts, from a day on, between days, for months.", _discounts
)
