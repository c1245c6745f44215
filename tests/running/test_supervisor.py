"""The supervisor keeps its children alive, stops them in order, and takes them along when it is killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from jetbill.running import supervisor
from jetbill.running.lifeline import Lifeline
from jetbill.running.supervisor import Running

SOURCE = str(Path(supervisor.__file__).parents[2])
CHILD = """
from jetbill.running.lifeline import Lifeline
life = Lifeline(); life.watch(supervisor=True)
while not life.has_ended: life.sleep(1)
"""
UP = f"""
import sys
from pathlib import Path
from jetbill.running.supervisor import Child, Supervisor
children = [Child(name, (sys.executable, "-c", {CHILD!r})) for name in ("worker-1", "worker-2")]
Supervisor(Path(sys.argv[1]), children, lambda line: print(line, flush=True), poll_s=0.02).run()
"""


@pytest.fixture
def up(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    process = _up(tmp_path)
    yield process
    process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _up(home: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": SOURCE}
    command = [sys.executable, "-c", UP, str(home)]
    return subprocess.Popen(
        command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def _until(true: Callable[[], object], seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return False


def _running(home: Path) -> Running:
    assert _until(lambda: (found := supervisor.running(home)) and len(found.children) == 2)
    found = supervisor.running(home)
    assert found is not None
    return found


def test_it_says_that_it_runs_and_stops_when_asked(up: subprocess.Popen[str], tmp_path: Path) -> None:
    found = _running(tmp_path)
    assert found.pid == up.pid
    assert set(found.children) == {"worker-1", "worker-2"}
    assert supervisor.stop(tmp_path)
    assert "stopped" in up.communicate()[0]
    assert up.returncode == 0
    assert not any(psutil.pid_exists(pid) for pid in found.children.values())
    assert supervisor.running(tmp_path) is None
    assert not supervisor.stop(tmp_path)


def test_a_killed_child_starts_again(up: subprocess.Popen[str], tmp_path: Path) -> None:
    first = _running(tmp_path)
    os.kill(first.children["worker-1"], signal.SIGKILL)
    assert _until(lambda: _running(tmp_path).children["worker-1"] != first.children["worker-1"])
    assert _running(tmp_path).children["worker-2"] == first.children["worker-2"]


def test_its_children_end_with_it_even_by_kill_9(up: subprocess.Popen[str], tmp_path: Path) -> None:
    found = _running(tmp_path)
    time.sleep(0.5)
    up.kill()
    assert _until(lambda: not any(psutil.pid_exists(pid) for pid in found.children.values()))
    assert supervisor.running(tmp_path) is None


def test_a_second_one_is_refused(up: subprocess.Popen[str], tmp_path: Path) -> None:
    _running(tmp_path)
    second = _up(tmp_path)
    assert "up.runs_already" in second.communicate()[0]
    assert second.returncode != 0


def test_a_lifeline_that_has_ended_does_not_sleep() -> None:
    life = Lifeline()
    assert not life.has_ended
    life.end()
    life.sleep(60)
    assert life.has_ended
