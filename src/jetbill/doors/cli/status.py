"""`jet status`: what runs and what waits. It starts nothing."""

from datetime import UTC, datetime

import click

from jetbill.doors.cli.output import IN_PART, output_option, print_rows
from jetbill.doors.cli.plugs import plugs
from jetbill.running import clock
from jetbill.running.postgres import ServerState, server_state
from jetbill.running.supervisor import Running, running

COLUMNS = ("what", "state", "more")


@click.command()
@output_option
def status(output: str) -> int:
    """Show the database, the processes of `jet up` and the queue; exit code 3 when a job is parked."""
    home = plugs().home()
    database = server_state(home)
    queue, parked = _queue_rows() if database.state in ("ready", "named") else ([], 0)
    print_rows(COLUMNS, [_database_row(database), *_process_rows(running(home)), *queue], output)
    return IN_PART if parked else 0


def _database_row(state: ServerState) -> tuple[str, str, str]:
    more = f"process {state.pid}, PostgreSQL {state.version}, {state.place}" if state.pid else state.place
    return ("database", state.state, more)


def _process_rows(found: Running | None) -> list[tuple[str, str, str]]:
    if found is None:
        return [("jet up", "stopped", "")]
    hours = (datetime.now(UTC) - found.since).total_seconds() // 3600
    rows = [("jet up", "running", f"process {found.pid}, for {hours:.0f} h")]
    return rows + [(name, "running", f"process {pid}") for name, pid in found.children.items()]


def _queue_rows() -> tuple[list[tuple[str, str, str]], int]:
    plugs().set_up()
    from django.db import DatabaseError

    from jetbill.stages.events.queries import parked_jobs, queue_counts
    from jetbill.stages.realms.scope import outside_realms

    try:
        with outside_realms():
            counts, parked = queue_counts(clock.now()), parked_jobs()
    except DatabaseError:
        return [("queue", "unknown", "run: jet migrate")], 0
    rows = [(f"jobs {each.kind}", f"{each.waiting} waiting", f"{each.due} due") for each in counts]
    told = [
        (f"parked {job.kind} {job.subject_id}", job.code, f"realm {job.realm_id}, stream {job.stream}")
        for job in parked
    ]
    return rows + told, len(parked)
