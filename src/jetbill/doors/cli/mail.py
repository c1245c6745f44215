"""`jet mail`: what was mailed, what was not and why, once more, and mails that came back."""

import sys
from pathlib import Path

import click

from jetbill.doors.cli.given import BY
from jetbill.doors.cli.output import output_option, print_rows
from jetbill.doors.cli.plugs import plugs
from jetbill.doors.cli.scope import realm_option, working_in
from jetbill.doors.files import bounces
from jetbill.kernel.trouble import Refused
from jetbill.stages.delivery import actions, queries
from jetbill.stages.delivery.actions.sending import outgoing_of
from jetbill.stages.delivery.archive import Archive
from jetbill.stages.delivery.letters import compose
from jetbill.stages.delivery.models import Delivery, State
from jetbill.stages.realms.queries import current_realm

COLUMNS = ("id", "document", "customer", "to", "state", "tries", "sent", "answer")


@click.group()
def mail() -> None:
    """Show mails and what became of them; send them again; take in those that came back."""


@mail.command("list")
@click.option("--state", type=click.Choice([str(each.value) for each in State]), help="Only these.")
@click.option("--customer", default="", metavar="NUMBER", help="Only this customer's.")
@click.option("--limit", default=100, show_default=True)
@realm_option
@output_option
def list_mails(state: str | None, customer: str, limit: int, realm: str, output: str) -> None:
    """The newest deliveries first."""
    with working_in(realm):
        rows = queries.mails((state,) if state else (), customer, limit)
    print_rows(
        COLUMNS,
        [
            (
                row.id,
                row.document_number,
                row.customer,
                row.address,
                row.state,
                row.attempts,
                row.sent_at.isoformat(sep=" ", timespec="seconds") if row.sent_at else "",
                row.reply,
            )
            for row in rows
        ],
        output,
    )


@mail.command()
@click.argument("number", type=int)
@click.option("--raw", is_flag=True, help="The letter as it was handed over (.eml).")
@realm_option
def show(number: int, raw: bool, realm: str) -> None:
    """One delivery (its id) with its log and its words."""
    with working_in(realm):
        row = _found(number)
        if raw:
            _print_raw(row)
        else:
            _print(row)


@mail.command()
@click.argument("numbers", type=int, nargs=-1)
@click.option("--parked", is_flag=True, help="Every mail of the realm that is parked.")
@realm_option
def resend(numbers: tuple[int, ...], parked: bool, realm: str) -> None:
    """Try parked mails again as they are; send others once more, as a new mail."""
    with working_in(realm):
        chosen = queries.parked() if parked else list(numbers)
        if not chosen and not parked:
            raise click.UsageError("name deliveries, or say --parked")
        for number in chosen:
            row = actions.send_again(number, by=BY, now=plugs().now())
            click.echo(f"Delivery {row.pk} to {row.address or 'the printer'} is {row.state}.")
    click.echo(f"{len(chosen)} sent again.", err=True)


@mail.command()
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
def bounce(files: tuple[Path, ...]) -> None:
    """Take in delivery status notifications (.eml): the delivery failed, its contact gets no more mail."""
    plugs().connect()
    for file in files:
        number = bounces.take_in(file, by=BY, now=plugs().now())
        click.echo(f"{file}: delivery {number}.")


def _found(number: int) -> Delivery:
    row = queries.mail(number)
    if row is None:
        raise Refused("delivery.unknown", delivery=number)
    return row


def _print(row: Delivery) -> None:
    told = {
        "Document": f"{row.document.number} ({row.document.kind})",
        "Customer": f"{row.document.customer.number} {row.document.customer.name}",
        "To": row.address or row.receiver,
        "State": f"{row.state} after {row.attempts} tries",
        "Answer": row.reply,
        "File": _file(row),
        "Message-ID": row.message_id,
        "SHA-256 of the PDF": bytes(row.digest).hex(),
        "Subject": row.subject,
    }
    for name, value in told.items():
        if value:
            click.echo(f"{name}: {value}")
    click.echo()
    for entry in row.log.order_by("id"):
        click.echo(f"{entry.at.isoformat(sep=' ', timespec='seconds')}  {entry.what}  {entry.more}".rstrip())
    if row.text:
        click.echo(f"\n{row.text}")


def _file(row: Delivery) -> str:
    """Where the mailbox wrote it, for a realm without a mail server."""
    if not row.reply.startswith("written to "):
        return ""
    return str(plugs().home() / "mailbox" / current_realm().slug / row.reply.removeprefix("written to "))


def _print_raw(row: Delivery) -> None:
    if not row.message_id:
        raise Refused("delivery.no_mail", delivery=row.pk)
    outgoing = outgoing_of(row)
    archive = Archive(plugs().home() / "documents")
    content = archive.read(current_realm().pk, outgoing.digest) if outgoing.digest is not None else None
    sys.stdout.buffer.write(compose(outgoing.mail, content).content)
