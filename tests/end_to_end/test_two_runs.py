"""Two processes that carry one run, two commands at once, one command twice: the same invoices, once each."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

import pytest
from django.db import connection

from jetbill.running.address import ServerAddress
from jetbill.stages.billing import actions as billing
from jetbill.stages.billing import jobs as billing_jobs
from jetbill.stages.billing.actions import runs
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import realm_scope
from tests.database import copied
from tests.end_to_end import river
from tests.end_to_end.river import MONTH
from tests.end_to_end.test_kill_anywhere import at
from tests.end_to_end.test_whole_river import found_provider

pytestmark = pytest.mark.django_db(transaction=True)
COMMAND = """
import json, sys
from datetime import datetime
from jetbill.doors.cli.main import main
from jetbill.doors.cli.plugs import Plugs
from jetbill.running.home import jet_home
from jetbill.wiring.start import set_up

def connect():
    set_up()
    from jetbill.wiring.databases import use
    use(json.loads(sys.argv[1]))

def never(*_):
    raise AssertionError

now = datetime.fromisoformat(sys.argv[2])
plugs = Plugs(set_up=set_up, connect=connect, home=jet_home, up=never, migrate=never, now=lambda: now,
              spawn=lambda arguments, count: [])
print("ready", flush=True)
sys.stdin.readline()
main(["bill", "run", "--date", "2026-02-01", "--realm", "north"], plugs=plugs)
"""


@pytest.fixture
def rated(
    transactional_db: None, north: Realm, south: Realm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Realm:
    """North with everything rated and nothing billed; chunks are small, so that there are several."""
    monkeypatch.setenv("JET_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(runs, "CHUNK", 3)
    river.take_in(found_provider(north, south, tmp_path), MONTH.bill_at)
    river.work_off(["rating.rate"], lambda: MONTH.bill_at)
    return north


def test_two_processes_that_carry_one_run_bill_as_one_does(
    rated: Realm, database_server: ServerAddress
) -> None:
    with copied(database_server, 0) as other, at(other):
        river.run_bills(MONTH.bill_day, MONTH.bill_at)
        wanted = river.picture()
    with realm_scope(rated):
        run = billing.open_run(MONTH.bill_day, now=MONTH.bill_at)
        assert run is not None and run.chunks.count() > 3
    _at_once(lambda: _carry(rated.pk, run.pk), 3)
    river.run_bills(MONTH.bill_day, MONTH.bill_at)
    assert river.picture() == wanted


def test_two_commands_at_once_and_one_more_bill_as_one_does(
    rated: Realm, database_server: ServerAddress
) -> None:
    with copied(database_server, 0) as other, at(other):
        assert _command(1) == [0]
        wanted = river.picture()
        assert _command(1) == [0]
        assert river.picture() == wanted
    assert _command(2) == [0, 0]
    assert river.picture() == wanted


def _carry(realm: int, run: int) -> None:
    while not billing_jobs.carry_on(realm, run, now=MONTH.bill_at):
        pass


def _at_once(work: Callable[[], None], count: int) -> None:
    connection.close()
    processes = [get_context("fork").Process(target=work) for _ in range(count)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(100)
    assert [process.exitcode for process in processes] == [0] * count


def _command(count: int) -> list[int]:
    """So many `jet bill run` for the first of February, let go together; their exit codes."""
    entry = json.dumps({**connection.settings_dict, "TIME_ZONE": None}, default=str)
    connection.close()
    arguments = [sys.executable, "-c", COMMAND, entry, MONTH.bill_at.isoformat()]
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root / "src")}
    started = [
        subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        for _ in range(count)
    ]
    for each in started:
        assert each.stdout is not None and each.stdout.readline() == b"ready\n"
    for each in started:
        assert each.stdin is not None
        each.stdin.write(b"\n")
        each.stdin.flush()
    for each in started:
        each.communicate(timeout=100)
    return [each.returncode for each in started]
