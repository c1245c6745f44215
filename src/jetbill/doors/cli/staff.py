"""`jet staff`: who may log in to a realm."""

import sys

import click

from jetbill.doors.cli.output import output_option, print_rows
from jetbill.doors.cli.scope import realm_option, working_in
from jetbill.stages.realms.actions import create_staff
from jetbill.stages.realms.queries import current_realm
from jetbill.stages.realms.queries import staff as people

COLUMNS = ("login", "name", "may log in", "last login")


@click.group()
def staff() -> None:
    """Add people who may log in to a realm, show them."""


@staff.command()
@click.argument("login")
@click.option("--name", default="", metavar="TEXT", help="The person's name.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input, one line.")
@realm_option
def add(login: str, name: str, password_stdin: bool, realm: str) -> None:
    """Let LOGIN in. The password, of at least 12 characters, is asked for twice and not shown."""
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt="Again")
    with working_in(realm):
        here = current_realm()
        create_staff(here, login, password, name)
    click.echo(f"{login} may log in to {here.name}.")


@staff.command("list")
@realm_option
@output_option
def list_staff(realm: str, output: str) -> None:
    """Show who may log in."""
    with working_in(realm):
        rows = [
            (each.login, each.name, "yes" if each.is_active else "no", each.last_login or "never")
            for each in people()
        ]
    print_rows(COLUMNS, rows, output)
