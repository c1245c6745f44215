"""The command `jet`. Subcommands are imported when they are called, so that `jet --help` stays quick.

Exit codes: 0 done, 1 refused or wrong input (one sentence on stderr), 2 wrong usage, 3 done in part
(something is parked and shown), 130 interrupted.
"""

import importlib
import sys
from dataclasses import dataclass

import click

from jetbill import __version__
from jetbill.doors.cli.plugs import Plugs
from jetbill.doors.sentences import sentence
from jetbill.kernel.trouble import BadInput, OutsideFailure, Refused


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a command lives, what it is for, and whether it needs the tables (Django) set up."""

    place: str
    purpose: str
    needs_tables: bool = True


COMMANDS = {
    "book": Entry("jetbill.doors.cli.book:book", "Check, import, export, compare and publish price books."),
    "simulate": Entry(
        "jetbill.doors.cli.simulate:simulate", "Run a story and show every invoice; no database.", False
    ),
    "price": Entry(
        "jetbill.doors.cli.price:price", "Rate a usage file with a book file; no database.", False
    ),
    "usage": Entry(
        "jetbill.doors.cli.usage:usage", "Take in usage, look after quarantine, show conservation."
    ),
    "import": Entry(
        "jetbill.doors.cli.moving_in:moving_in",
        "Take in customers, services, balances, numbers, charges, discounts.",
    ),
    "coupon": Entry("jetbill.doors.cli.coupon:coupon", "Show the coupons of the books, redeem one."),
    "discount": Entry("jetbill.doors.cli.discount:discount", "Give customers discounts, show them, end one."),
    "bill": Entry("jetbill.doors.cli.bill:bill", "Bill the due customers, preview one, look at runs."),
    "explain": Entry(
        "jetbill.doors.cli.explain:explain", "From a line of an invoice to its price and its records."
    ),
    "rerate": Entry("jetbill.doors.cli.rerate:rerate", "Price anew what was billed, after a correction."),
    "realm": Entry("jetbill.doors.cli.realm:realm", "Show and set who a realm is and how it works; add one."),
    "staff": Entry("jetbill.doors.cli.staff:staff", "Add people who may log in, show them."),
    "up": Entry("jetbill.doors.cli.up:up", "Keep workers and scheduler alive, in the foreground.", False),
    "status": Entry("jetbill.doors.cli.status:status", "Show what runs and what waits.", False),
    "retry": Entry("jetbill.doors.cli.retry:retry", "Try parked jobs again, once their cause is mended."),
    "stop": Entry("jetbill.doors.cli.stop:stop", "Stop workers, scheduler and the embedded database.", False),
    "upgrade": Entry(
        "jetbill.doors.cli.upgrade:upgrade", "Bring the data of an older PostgreSQL over.", False
    ),
    "migrate": Entry(
        "jetbill.doors.cli.migrate:migrate", "Bring the database up to date, prove the wall.", False
    ),
    "mail": Entry("jetbill.doors.cli.mail:mail", "Show mails, send them again, take in what came back."),
    "print": Entry("jetbill.doors.cli.print:printing", "One PDF for the printer of what is not mailed."),
    "payment": Entry("jetbill.doors.cli.payment:payment", "Take in payments, show what is open."),
    "statement": Entry("jetbill.doors.cli.payment:statement", "What changed in a customer's account."),
    "demo": Entry("jetbill.doors.cli.demo:demo", "A provider's month, from raw usage to mailed PDFs.", False),
    "bench": Entry("jetbill.doors.cli.bench:bench", "Measure: one JSON object per case."),
}
"""Every command with its place; add a line here. A group that only partly needs tables says True."""


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        if entry.needs_tables:
            (ctx.find_object(Plugs) or Plugs()).set_up()
        module, _, attribute = entry.place.partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name].purpose) for name in sorted(COMMANDS)])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="jet")
def jet() -> None:
    """Billing for people who run networks: usage in, PDF invoices mailed."""


def main(arguments: list[str] | None = None, plugs: Plugs | None = None) -> None:
    """Run `jet` and leave with its exit code; trouble that is not a bug becomes one sentence."""
    try:
        code = jet.main(args=arguments, prog_name="jet", standalone_mode=False, obj=plugs or Plugs())
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(wrong.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        sys.exit(130)
    except (Refused, OutsideFailure) as trouble:
        click.echo(f"jet: {sentence(trouble)}", err=True)
        sys.exit(1)
    except BadInput as wrong:
        click.echo(f"jet: {wrong}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)
