"""The embedded server survives kill -9 of anything, is shared by all, and stops when asked."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from jetbill.kernel.trouble import BadInput
from jetbill.running import postgres
from jetbill.running.address import ServerAddress
from tests.database import FAST

START = """
import sys; from pathlib import Path; from jetbill.running.postgres import ensure_server
ensure_server(Path(sys.argv[1]), {"shared_buffers": "32MB"}); print("ready", flush=True)
if len(sys.argv) > 2: sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)


@pytest.fixture
def home() -> Iterator[Path]:
    # Not below pytest's own folder, which another user cannot enter.
    folder = Path(tempfile.mkdtemp(prefix="jet-home-"))
    yield folder
    postgres.stop_server(folder)
    shutil.rmtree(folder)


def _start(home: Path) -> ServerAddress:
    return postgres.ensure_server(home, {**FAST, "shared_buffers": "32MB", "fsync": "on"})


def _starter(home: Path, *more: str) -> subprocess.Popen[str]:
    source = str(Path(postgres.__file__).parents[2])
    command = [sys.executable, "-c", START, str(home), *more]
    environment = {**os.environ, "PYTHONPATH": source}
    return subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def _await_ready(starter: subprocess.Popen[str]) -> None:
    assert starter.stdout is not None
    assert starter.stdout.readline() == "ready\n"


def _kill(starter: subprocess.Popen[str]) -> None:
    starter.kill()
    starter.communicate()


def _pid(home: Path) -> int:
    pid = postgres.server_state(home).pid
    assert pid is not None
    return pid


def _until_it_answers(home: Path) -> int:
    # The server may notice the death of its child only after it has answered us once more.
    for _ in range(100):
        try:
            return _number(_start(home))
        except psycopg.OperationalError:
            time.sleep(0.1)
    return pytest.fail("the server did not come back")


def _number(address: ServerAddress) -> int:
    with psycopg.connect(address.owner.dsn()) as session:
        row = session.execute("SELECT count(*) FROM kept").fetchone()
    assert row is not None
    return int(row[0])


def test_start_adopt_stop_start_again(home: Path) -> None:
    address = _start(home)
    first = _pid(home)
    assert postgres.ensure_server(home) == address
    assert _pid(home) == first
    with psycopg.connect(address.app.dsn()) as session:
        told = session.execute("SELECT current_user, current_setting('listen_addresses')").fetchone()
    assert told == ("jet_app", "")
    assert postgres.stop_server(home)
    assert postgres.server_state(home).state == "stopped"
    assert not postgres.stop_server(home)
    _start(home)
    assert _pid(home) != first


def test_nobody_else_may_enter_the_home_or_the_socket(home: Path) -> None:
    _start(home)
    for folder in (home, home / "run", home / "data"):
        assert folder.stat().st_mode & 0o077 == 0
    if os.geteuid() == 0:
        assert psutil.Process(_pid(home)).uids().real != 0


def test_kill_9_of_the_server_loses_nothing_that_was_committed(home: Path) -> None:
    address = _start(home)
    with psycopg.connect(address.owner.dsn(), autocommit=True) as session:
        session.execute("CREATE TABLE kept AS SELECT 1 AS n")
    busy = psycopg.connect(address.owner.dsn(), autocommit=True)
    busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 1000000000)")
    os.kill(_pid(home), signal.SIGKILL)
    assert _number(_start(home)) == 1
    busy.close()


def test_kill_9_of_a_backend_is_survived(home: Path) -> None:
    address = _start(home)
    with psycopg.connect(address.owner.dsn(), autocommit=True) as session:
        session.execute("CREATE TABLE kept AS SELECT 1 AS n")
        os.kill(session.info.backend_pid, signal.SIGKILL)
    assert _until_it_answers(home) == 1


def test_kill_9_of_the_starter_leaves_the_server_for_the_next(home: Path) -> None:
    starter = _starter(home, "stay")
    _await_ready(starter)
    first = _pid(home)
    _kill(starter)
    _start(home)
    assert _pid(home) == first


def test_kill_9_of_the_starter_at_any_moment_of_the_first_start(home: Path) -> None:
    for milliseconds in (300, 700, 1200):
        starter = _starter(home, "stay")
        time.sleep(milliseconds / 1000)
        _kill(starter)
    address = _start(home)
    with psycopg.connect(address.app.dsn()) as session:
        assert session.execute("SELECT 1").fetchone() == (1,)


def test_a_dead_server_whose_starter_does_not_look_is_replaced(home: Path) -> None:
    starter = _starter(home, "stay")
    _await_ready(starter)
    os.kill(_pid(home), signal.SIGKILL)  # from now on a zombie of the starter
    _start(home)
    _kill(starter)


def test_a_server_that_has_not_noted_itself_yet_is_waited_for(home: Path) -> None:
    _start(home)
    first = _pid(home)
    noted = home / "data" / "postmaster.pid"
    hidden = noted.rename(home / "postmaster.pid")
    later = threading.Timer(1, lambda: hidden.rename(noted))
    later.start()
    _start(home)
    later.join()
    assert _pid(home) == first


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may change the root folder")
def test_a_server_in_a_container_with_a_home_of_the_same_name_is_left_alone(home: Path) -> None:
    elsewhere = home / "container"
    (elsewhere / str(home / "data").lstrip("/")).mkdir(parents=True)
    code = "import os, sys; os.chroot(sys.argv[1]); print('ready', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, str(elsewhere), "-D", str(home / "data")]
    neighbour = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    _await_ready(neighbour)
    _start(home)
    assert neighbour.poll() is None
    _kill(neighbour)


def test_four_starters_at_once_share_one_server(home: Path) -> None:
    starters = [_starter(home) for _ in range(4)]
    assert [starter.communicate()[0] for starter in starters] == ["ready\n"] * 4
    assert all(starter.returncode == 0 for starter in starters)
    data = str(home / "data")  # a backend writes its title over its command, so these are the servers
    servers = [process.pid for process in psutil.process_iter() if data in _command(process)]
    assert servers == [_pid(home)]


def test_a_stale_pid_file_that_names_somebody_else_is_nobody(home: Path) -> None:
    _start(home)
    postgres.stop_server(home)
    (home / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n{home / 'data'}\n")
    assert postgres.server_state(home).state == "stopped"
    _start(home)
    assert _pid(home) != os.getpid()


def test_data_of_another_version_is_refused_in_one_sentence(home: Path) -> None:
    _start(home)
    postgres.stop_server(home)
    (home / "data" / "PG_VERSION").write_text("16\n")
    with pytest.raises(BadInput, match=r"PostgreSQL 16 wrote the data, this Jet carries 18 .* jet upgrade"):
        _start(home)


def test_a_home_with_a_long_name_gets_a_short_socket(home: Path) -> None:
    home.chmod(0o755)
    deep = home / ("long-" * 30)
    address = _start(deep)
    with psycopg.connect(address.app.dsn()) as session:
        assert session.execute("SELECT 1").fetchone() == (1,)
    postgres.stop_server(deep)
    shutil.rmtree(address.app["host"])


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def test_a_home_that_cannot_be_made_is_refused_in_one_sentence(home: Path) -> None:
    (home / "file").touch()
    with pytest.raises(BadInput, match="cannot be made"):
        _start(home / "file" / "jet")
