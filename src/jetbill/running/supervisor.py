"""`jet up`: one supervisor that keeps workers and the scheduler alive, and takes them along when it ends.

It touches no table. A lock file, held while it lives, says that it runs and which process it is.
"""

import fcntl
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from jetbill.kernel.trouble import BadInput, Failure, OutsideFailure, Refused
from jetbill.running.lifeline import Lifeline

STOP_SECONDS = 30  # a child finishes the job in hand, then it is killed
_LONGEST_PAUSE_S = 60.0
_CALM_S = 60.0  # a child that lived this long starts again at once


@dataclass(frozen=True, slots=True)
class Child:
    """A process to keep alive: a name for people and the command that starts it."""

    name: str
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Running:
    """The supervisor that runs in a home: its process, when it started, its children by name."""

    pid: int
    since: datetime
    children: dict[str, int]


@dataclass(slots=True)
class _Kept:
    child: Child
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause_s: float = 0.0
    not_before: float = 0.0


@dataclass(slots=True)
class Supervisor:
    """Keeps `children` alive; `tell` writes one line of the log."""

    home: Path
    children: Sequence[Child]
    tell: Callable[[str], None]
    guard: Callable[[], None] = lambda: None  # looks after what the children need, every second
    prepare: Callable[[], None] = lambda: None  # what must be done once before the first child starts
    lifeline: Lifeline = field(default_factory=Lifeline)
    poll_s: float = 0.2
    _guarded: float = 0.0

    def run(self) -> None:
        """Until SIGTERM or SIGINT. Raises Refused when another supervisor runs in this home."""
        with _lock(self.home) as handle:
            self.lifeline.watch(supervisor=False)
            kept = [_Kept(child) for child in self.children]
            since = datetime.now(UTC)
            _write(handle, since, kept)
            try:
                self.prepare()
                self._watch(kept, lambda: _write(handle, since, kept))
            finally:
                self._stop(kept)
                os.ftruncate(handle, 0)

    def _watch(self, kept: list[_Kept], note: Callable[[], None]) -> None:
        while not self.lifeline.has_ended:
            self._guard_now_and_then()
            if self._look_after(kept):
                note()
            self.lifeline.sleep(self.poll_s)

    def _guard_now_and_then(self) -> None:
        if time.monotonic() - self._guarded < 1.0:
            return
        self._guarded = time.monotonic()
        try:
            self.guard()
        except (OutsideFailure, BadInput) as trouble:
            self.tell(str(trouble))

    def _look_after(self, kept: list[_Kept]) -> bool:
        """Start what does not run; whether anything changed."""
        changed = False
        for each in kept:
            if each.process is not None and each.process.poll() is not None:
                self._note_end(each, each.process.returncode)
                changed = True
            if each.process is None and time.monotonic() >= each.not_before:
                # The child reads the end of this pipe when we die.
                each.process = subprocess.Popen(each.child.command, stdin=subprocess.PIPE)
                each.started = time.monotonic()
                self.tell(f"{each.child.name} started as process {each.process.pid}")
                changed = True
        return changed

    def _note_end(self, each: _Kept, code: int) -> None:
        assert each.process is not None and each.process.stdin is not None
        each.process.stdin.close()
        each.process = None
        lived = time.monotonic() - each.started
        each.pause_s = 0.0 if lived > _CALM_S else min(max(1.0, each.pause_s * 2), _LONGEST_PAUSE_S)
        each.not_before = time.monotonic() + each.pause_s
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        self.tell(f"{each.child.name} ended with {how}; it starts again in {each.pause_s:.0f} s")

    def _stop(self, kept: list[_Kept]) -> None:
        living = [each for each in kept if each.process is not None and each.process.poll() is None]
        self.tell(f"stopping {len(living)} processes")
        for each in living:
            assert each.process is not None
            each.process.terminate()
        end = time.monotonic() + STOP_SECONDS
        for each in living:
            assert each.process is not None and each.process.stdin is not None
            try:
                each.process.wait(max(0.0, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.tell(f"{each.child.name} did not end in {STOP_SECONDS} s and is killed")
                each.process.kill()
                each.process.wait()
            each.process.stdin.close()
        self.tell("stopped")


def running(home: Path) -> Running | None:
    """The supervisor of this home, if one lives."""
    try:
        handle = os.open(home / "up.lock", os.O_RDONLY)
    except (FileNotFoundError, PermissionError):
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read(home / "up.lock")
    finally:
        os.close(handle)
    return None


def stop(home: Path, seconds: float = STOP_SECONDS + 10) -> bool:
    """Ask the supervisor of this home to end and wait for it; False when none runs."""
    found = running(home)
    if found is None:
        return False
    os.kill(found.pid, signal.SIGTERM)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if running(home) is None:
            return True
        time.sleep(0.05)
    raise OutsideFailure("supervisor.does_not_stop", kind=Failure.AMBIGUOUS, said=f"process {found.pid}")


@contextmanager
def _lock(home: Path) -> Iterator[int]:
    home.mkdir(parents=True, exist_ok=True)
    handle = os.open(home / "up.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as taken:
        other = _read(home / "up.lock")
        raise Refused("up.runs_already", process=other.pid if other else "unknown") from taken
    else:
        yield handle
    finally:
        os.close(handle)


def _write(handle: int, since: datetime, kept: list[_Kept]) -> None:
    children = {each.child.name: each.process.pid for each in kept if each.process is not None}
    told = json.dumps({"pid": os.getpid(), "since": since.isoformat(), "children": children})
    os.ftruncate(handle, 0)
    os.pwrite(handle, told.encode(), 0)


def _read(file: Path) -> Running | None:
    for _ in range(50):  # it may be writing just now
        try:
            told = json.loads(file.read_text())
            return Running(told["pid"], datetime.fromisoformat(told["since"]), told["children"])
        except (ValueError, OSError):
            time.sleep(0.01)
    return None
