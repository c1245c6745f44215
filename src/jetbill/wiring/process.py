"""A process under the supervisor: `python -m jetbill.wiring.process worker-1` or `… scheduler`."""

import logging
import os
import sys
from pathlib import Path

from jetbill.kernel.trouble import BadInput, OutsideFailure
from jetbill.running.compiled_code import compile_once
from jetbill.running.home import jet_home
from jetbill.running.lifeline import Lifeline
from jetbill.running.logs import log_as
from jetbill.running.postgres import ensure_server, server_state
from jetbill.running.supervisor import Child, Supervisor

SCHEDULER = "scheduler"


def children(workers: int = 0) -> list[Child]:
    """The scheduler and as many workers as there are processors, or as many as said."""
    count = workers or max(2, os.cpu_count() or 1)
    names = [SCHEDULER, *(f"worker-{number}" for number in range(1, count + 1))]
    return [Child(name, (sys.executable, "-m", "jetbill.wiring.process", name)) for name in names]


def up(workers: int = 0) -> None:
    """Start or adopt the database, bring it up to date, then keep the processes alive until told to stop."""
    from jetbill.wiring.start import connect

    log_as("jet")
    log = logging.getLogger("jet")
    connect(tell=log.info)
    home = jet_home()
    Supervisor(
        home,
        children(workers),
        log.info,
        guard=lambda: _keep_server(home, log),
        prepare=lambda: compile_once(log.info),
    ).run()


def _keep_server(home: Path, log: logging.Logger) -> None:
    if server_state(home).state == "stopped":
        log.warning("the database has died; starting it")
        ensure_server(home)


def run(name: str) -> None:
    """Be the process of this name until the lifeline ends."""
    from jetbill.running import clock
    from jetbill.wiring.start import connect

    log_as(name)
    lifeline = Lifeline()
    lifeline.watch(supervisor=True)
    try:
        connect()
    except (OutsideFailure, BadInput) as trouble:  # the supervisor starts us again
        logging.getLogger(name).error("%s", trouble)
        sys.exit(1)
    if name == SCHEDULER:
        from jetbill.running.scheduler import schedule
        from jetbill.wiring.schedules import ticks

        schedule(ticks(), clock.now, lifeline)
    else:
        from jetbill.running.worker import Pace, work
        from jetbill.wiring.plugs import jobs

        work(jobs(), clock.now, lifeline, Pace())


if __name__ == "__main__":
    run(sys.argv[1])
