"""`jet bill`: run the bills of a day, look at a run, preview one customer, decide about a held run."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from jetbill.documents.render import Job, render
from jetbill.doors.cli.credit import credit, lines
from jetbill.doors.cli.given import DAY, customer_of, day_or_today
from jetbill.doors.cli.output import IN_PART, output_option, print_rows, progress
from jetbill.doors.cli.plugs import plugs
from jetbill.doors.cli.scope import realm_option, working_in
from jetbill.kernel.proposal import Bill, Problem
from jetbill.kernel.proposal.wording import words
from jetbill.kernel.trouble import Refused
from jetbill.running.home import brand_folder
from jetbill.stages.billing import actions, jobs, queries
from jetbill.stages.billing.models import BillRun, ParkedAccount
from jetbill.stages.realms.queries import current_realm
from jetbill.stages.realms.scope import current_realm_id

HELPERS = 1
"""Processes beside this one; more are slower on two cores, for the database works too."""
day_option = click.option("--date", "day", type=DAY, help="Local day; else today in the realm.")


@click.group()
def bill() -> None:
    """Bill the due customers of a realm, and look at what was billed."""


@bill.command()
@day_option
@click.option("--dry-run", is_flag=True, help="Draft everything, show the sums, keep nothing.")
@realm_option
@click.pass_context
def run(ctx: click.Context, day: datetime | None, dry_run: bool, realm: str) -> None:
    """Draft the bills of all due customers, then issue them in order. Start it again and it goes on."""
    now = plugs().now()
    if dry_run:
        with working_in(realm, is_kept=False):
            found = _opened(day, now)
            if found is not None:
                draft_all(found, now)
                _tell(queries.progress(found.pk), "would be issued")
        return
    with working_in(realm):
        opened = _opened(day, now)
    if opened is None:
        return
    because = carried(opened, realm, now)
    with working_in(realm):
        done = queries.progress(opened.pk)
    _tell(done, "issued")
    if because:
        click.echo(f"The run is held: {because}. Look at it, then: jet bill release {opened.pk}", err=True)
    ctx.exit(IN_PART if done.parked or because else 0)


@bill.command("work", hidden=True)
@click.argument("run_id", type=int)
@realm_option
def work(run_id: int, realm: str) -> None:
    """Help to carry a run that another process has opened."""
    with working_in(realm):
        place = current_realm_id()
    assert place is not None
    jobs.carry_through(place, run_id, now=plugs().now())


@bill.command()
@click.argument("customer")
@day_option
@click.option("--pdf", type=click.Path(path_type=Path), help="Also draw it into this file.")
@output_option
@realm_option
def preview(customer: str, day: datetime | None, pdf: Path | None, output: str, realm: str) -> None:
    """Show what CUSTOMER (a number) would be billed on a day."""
    with working_in(realm, is_kept=False):
        on = day_or_today(day)
        shown = actions.preview(customer_of(customer), jobs.press_for(BillRun(on=on)))
        place = current_realm().pk
    answer = shown.answer
    if isinstance(answer, Problem):
        raise Refused("bill.impossible", customer=customer, because=answer.told)
    _print_bill(answer, output)
    if pdf is not None and shown.view is not None:
        pdf.write_bytes(render(Job(shown.view, brand_folder(plugs().home(), place))))
        click.echo(f"Drawn into {pdf}.", err=True)


@bill.command("list")
@output_option
@realm_option
def list_runs(output: str, realm: str) -> None:
    """Show the latest runs with their sums."""
    with working_in(realm):
        rows = [queries.progress(each.pk) for each in BillRun.objects.order_by("-on", "-ordinal")[:50]]
    columns = ["run", "date", "state", "customers", "documents", "parked", "amount"]
    print_rows(
        columns,
        [(p.run, p.on, p.state, p.customers, p.documents, p.parked, f"{p.amount:.2f}") for p in rows],
        output,
    )


@bill.command()
@output_option
@realm_option
def parked(output: str, realm: str) -> None:
    """Show the customers that the latest run could not bill, with the reason."""
    with working_in(realm):
        last = BillRun.objects.order_by("-on", "-ordinal").first()
        rows = ParkedAccount.objects.filter(run=last).select_related("customer").order_by("customer__number")
        told = [(row.customer.number, row.customer.name, row.reason) for row in rows]
    print_rows(["customer", "name", "reason"], told, output)


@bill.command()
@click.argument("run_id", type=int)
@realm_option
def release(run_id: int, realm: str) -> None:
    """Issue a run that was held at a safety bound."""
    now = plugs().now()
    with working_in(realm):
        actions.release(run_id)
        place = current_realm_id()
    assert place is not None
    jobs.carry_through(place, run_id, now=now)
    with working_in(realm):
        _tell(queries.progress(run_id), "issued")


@bill.command()
@click.argument("run_id", type=int)
@realm_option
def discard(run_id: int, realm: str) -> None:
    """Throw the drafts of a run away; refused once a document of it is issued."""
    with working_in(realm):
        actions.discard(run_id)
    click.echo(f"Run {run_id} is gone, nothing was issued.")


bill.add_command(credit)
bill.add_command(lines)


def _opened(day: datetime | None, now: datetime) -> BillRun | None:
    on = day_or_today(day)
    found = actions.open_run(on, is_again=True, now=now)
    if found is None:
        click.echo(f"Nobody is due on {on}: everything up to that day is billed.")
    return found


def draft_all(found: BillRun, now: datetime) -> None:
    """Draft all chunks of a run, in the open scope."""
    press = jobs.press_for(found)
    while actions.draft_next(found, press, now=now):
        pass


def carried(run: BillRun, realm: str, now: datetime) -> str:
    """Carry a run of the realm that the command line calls `realm`; why it is held, "" if it is not."""
    with working_in(realm):
        place, chunks = current_realm_id(), run.chunks.count()
    assert place is not None
    _carry(Crew(place, run.pk, chunks, realm), now)
    with working_in(realm):
        return BillRun.objects.get(pk=run.pk).held_because


@dataclass(frozen=True, slots=True)
class Crew:
    """Which run is carried, by how many chunks, in the realm that the command line calls `slug`."""

    realm: int
    run: int
    chunks: int
    slug: str


def _carry(crew: Crew, now: datetime) -> None:
    """Carry a run with the help of further processes."""
    realm = ["--realm", crew.slug] if crew.slug else []
    waits = plugs().spawn(["bill", "work", str(crew.run), *realm], HELPERS if crew.chunks > 1 else 0)
    with progress("chunks") as bar:
        task = bar.add_task("Drafting and issuing", total=2 * crew.chunks)
        jobs.carry_through(crew.realm, crew.run, now=now, tell=lambda: bar.advance(task))
        for wait in waits:
            wait()


def _tell(done: queries.Progress, verb: str) -> None:
    click.echo(
        f"{done.on}: {done.documents} documents {verb} for {done.customers} due customers, "
        f"{done.amount:.2f} in all, {done.parked} parked."
    )


def _print_bill(answer: Bill, output: str) -> None:
    rows = [(words(line), line.start, line.end, line.item.percent, line.amount) for line in answer.lines]
    print_rows(["text", "from", "to", "tax %", "amount"], rows, output)
    if output == "table":
        told = f"{answer.outcome}: net {answer.tax.net}, tax {answer.tax.tax}, total {answer.tax.payable}"
        click.echo(f"{told} {answer.currency}")
