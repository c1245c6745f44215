"""`jet up` in a home of its own: it starts everything, heals the database, and `jet stop` ends it all."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from jetbill.running import postgres, supervisor
from jetbill.running.address import APP_ROLE, embedded_address

SOURCE = str(Path(postgres.__file__).parents[2])


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="jet-up-"))
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "JET_CLOCK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("JET_HOME", str(folder))
    monkeypatch.setenv("PYTHONPATH", SOURCE)
    yield folder
    supervisor.stop(folder)
    postgres.stop_server(folder)
    shutil.rmtree(folder)


def _jet(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "jetbill.wiring.main", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def _told(*arguments: str) -> str:
    return _jet(*arguments).communicate()[0]


def _until(wanted: str, *arguments: str) -> bool:
    end = time.monotonic() + 300  # the first start compiles, and others may have the processors
    while time.monotonic() < end:
        if wanted in _told(*arguments):
            return True
        time.sleep(0.2)
    return False


def _all_are_connected(home: Path, processes: int) -> bool:
    """Whether `jet up`, the scheduler and the workers have sessions of their own, now or in two minutes."""
    count = "SELECT count(*) >= %s FROM pg_stat_activity WHERE usename = %s"
    end = time.monotonic() + 120
    with psycopg.connect(embedded_address(postgres.socket_folder(home)).owner.dsn("postgres")) as session:
        session.autocommit = True
        while session.execute(count, [processes, APP_ROLE]).fetchone() != (True,):
            if time.monotonic() > end:
                return False
            time.sleep(0.1)
    return True


@pytest.mark.timeout(900)
def test_up_heals_the_database_and_stops_clean(home: Path) -> None:
    up = _jet("up", "--workers", "1")
    assert _until('"worker-1"', "status", "-o", "json")
    assert _all_are_connected(home, 3), "a process that is about to connect would start the server itself"
    pid = postgres.server_state(home).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    end = time.monotonic() + 60
    while postgres.server_state(home).pid in (pid, None) and time.monotonic() < end:
        time.sleep(0.1)
    assert _until('"ready"', "status", "-o", "json")
    assert "Database stopped." in _told("stop")
    log = up.communicate()[0]
    assert up.returncode == 0, log
    assert "the database has died; starting it" in log and log.rstrip().endswith("stopped")
    assert "Traceback" not in log
    assert _told("status", "-o", "csv").startswith("what,state,more\ndatabase,stopped")
