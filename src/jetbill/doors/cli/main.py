"""The command `jet`. Subcommands are imported when they are called, so that `jet --help` stays quick.

Exit codes: 0 done, 1 refused or wrong input (one sentence on stderr), 2 wrong usage, 3 done in part
(something is parked and shown), 130 interrupted.
"""

import importlib
import sys

import click

from jetbill import __version__
from jetbill.kernel.trouble import BadInput, OutsideFailure, Refused

COMMANDS = {
    "book": ("jetbill.doors.cli.book:book", "Check, import, export, compare and publish price books."),
    "simulate": ("jetbill.doors.cli.simulate:simulate", "Run a story and show every invoice; no database."),
    "price": ("jetbill.doors.cli.price:price", "Rate a usage file with a book file; no database."),
    "usage": ("jetbill.doors.cli.usage:usage", "Take in usage, look after quarantine, show conservation."),
    "bench": ("jetbill.doors.cli.bench:bench", "Measure: one JSON object per case."),
}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in sorted(COMMANDS)])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="jet")
def jet() -> None:
    """Billing for people who run networks: usage in, PDF invoices mailed."""


def main(arguments: list[str] | None = None) -> None:
    """Run `jet` and leave with its exit code; trouble that is not a bug becomes one sentence."""
    try:
        code = jet.main(args=arguments, prog_name="jet", standalone_mode=False)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(wrong.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        sys.exit(130)
    except (BadInput, Refused, OutsideFailure) as trouble:
        click.echo(f"jet: {trouble}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)
