"""A pool of processes that draw documents; whatever one document does, the others go on.

Each worker is started afresh (never forked: a fork after the first compile hangs), without database
credentials and with its proxies closed. A document that kills its worker twice is reported as a problem; so
is one that takes too long.
"""

import contextlib
import io
import os
import selectors
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from jetbill.documents.folders import Held, sweep, take
from jetbill.documents.render import Job
from jetbill.documents.worker import read_frame, write_frame

Key = Hashable
AHEAD = 2
"""Jobs given to a worker at a time: it never waits for the next while the last result is stored."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may take; long lists get more time, by their bytes."""

    memory: int = 2**30
    cpu_s: int = 30
    wall_s: int = 60
    bytes_per_s: int = 20_000
    documents: int = 500
    peak_mib: int = 400
    deaths: int = 2


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a document could not be drawn. `is_death` where its worker died or was stopped, else the view is
    wrong.
    """

    sentence: str
    is_death: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """A job under the caller's key; `is_annex` asks for the itemised lists as a PDF of their own."""

    key: Key
    job: Job
    is_annex: bool = False

    def weight(self) -> int:
        return len(self.job.view) + len(self.job.annex or b"")


Drawn = tuple[Key, bytes | Problem]


@dataclass(slots=True)
class _Worker:
    process: subprocess.Popen[bytes]
    jobs: BinaryIO
    answers: BinaryIO
    folder: Held
    orders: deque[Order] = field(default_factory=deque)
    done: int = 0
    peak_mib: int = 0
    deadline: float = 0.0


class Pool:
    """Workers for as long as the `with` block lasts; they start with the first document.

    Each works in a folder of its own below `base`, by default that for temporary files. Given one, the first
    worker sweeps out what killed ones left there.
    """

    def __init__(self, size: int = 0, limits: Limits | None = None, base: Path | None = None) -> None:
        self._size = size or os.cpu_count() or 1
        self._limits = limits or Limits()
        self._base = base
        self._workers: list[_Worker] = []
        self._peak_mib = 0

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stops every worker; what they were drawing is not finished."""
        for worker in self._workers:
            _end(worker)
        self._workers.clear()

    def peak_mib(self) -> int:
        """The most memory that one of the workers has taken."""
        return self._peak_mib

    def render(self, job: Job, *, is_annex: bool = False) -> bytes | Problem:
        """One document."""
        return next(self.render_many([Order(0, job, is_annex)]))[1]

    def render_many(self, orders: Iterable[Order]) -> Iterator[Drawn]:
        """Every order's key with its PDF or its problem, as they get ready. Takes orders as it needs them."""
        waiting, again, deaths = iter(orders), deque[Order](), dict[Order, int]()
        try:
            self._hand_out(waiting, again)
            while ready := self._ready():
                for worker in ready:
                    result = self._collect(worker, again, deaths)
                    self._hand_out(waiting, again)
                    yield from [] if result is None else [result]
        finally:
            busy = [worker for worker in self._workers if worker.orders]
            for worker in busy:
                self._workers.remove(worker)
                _end(worker)

    def _hand_out(self, waiting: Iterator[Order], again: deque[Order]) -> None:
        """Fills every worker; starts one where one is missing."""
        for depth in range(AHEAD):
            for at in range(self._size):
                worker = self._workers[at] if at < len(self._workers) else None
                if worker is not None and (len(worker.orders) > depth or self._is_used_up(worker)):
                    continue
                order = again.popleft() if again else next(waiting, None)
                if order is None:
                    return
                self._give(worker or self._start(), order)

    def _give(self, worker: _Worker, order: Order) -> None:
        extra = order.weight() // self._limits.bytes_per_s
        head = {
            "folder": str(order.job.folder),
            "copy": order.job.copy,
            "is_flat": order.job.is_flat,
            "is_annex": order.is_annex,
            "cpu_s": self._limits.cpu_s + extra,
        }
        parts = [order.job.view] + ([order.job.annex] if order.job.annex is not None else [])
        if not worker.orders:
            worker.deadline = time.monotonic() + self._limits.wall_s + extra
        worker.orders.append(order)
        try:
            write_frame(worker.jobs, head, parts)
        except BrokenPipeError:
            return  # its death is seen, and counted, where its answer is read

    def _ready(self) -> list[_Worker]:
        """Workers with an answer, or dead, or over their time; none when nothing is being drawn."""
        busy = [worker for worker in self._workers if worker.orders]
        if not busy:
            return []
        with selectors.DefaultSelector() as selector:
            for worker in busy:
                selector.register(worker.answers, selectors.EVENT_READ, worker)
            soonest = min(worker.deadline for worker in busy)
            found = [key.data for key, _ in selector.select(max(soonest - time.monotonic(), 0))]
        return found or [worker for worker in busy if worker.deadline <= time.monotonic()] or self._ready()

    def _collect(self, worker: _Worker, again: deque[Order], deaths: dict[Order, int]) -> Drawn | None:
        """The answer for the worker's first order. A dead worker's first order has a death more; the rest
        waits.
        """
        is_late = time.monotonic() >= worker.deadline
        frame = None if is_late else read_frame(worker.answers)
        order = worker.orders.popleft()
        if frame is None:
            self._workers.remove(worker)
            code = _end(worker)
            again.extendleft(reversed(worker.orders))
            deaths[order] = deaths.get(order, 0) + 1
            if deaths[order] < self._limits.deaths:
                again.append(order)
                return None
            cause = (
                f"it took longer than {self._limits.wall_s} s"
                if is_late
                else f"its process ended with {code}"
            )
            return order.key, Problem(f"drawing failed {deaths[order]} times: {cause}", is_death=True)
        head, parts = frame
        worker.done += 1
        worker.peak_mib = head["peak_mib"]
        self._peak_mib = max(self._peak_mib, worker.peak_mib)
        if worker.orders:
            extra = worker.orders[0].weight() // self._limits.bytes_per_s
            worker.deadline = time.monotonic() + self._limits.wall_s + extra
        elif self._is_used_up(worker):
            self._workers.remove(worker)
            _end(worker)
        return order.key, parts[0] if head["is_done"] else Problem(head["sentence"])

    def _is_used_up(self, worker: _Worker) -> bool:
        total = worker.done + len(worker.orders)
        return total >= self._limits.documents or worker.peak_mib >= self._limits.peak_mib

    def _start(self) -> _Worker:
        if self._base is not None and not self._workers:
            sweep(self._base)
        folder = take(self._base or Path(tempfile.gettempdir()))
        process = subprocess.Popen(
            [sys.executable, "-m", "jetbill.documents.worker", str(self._limits.memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,  # what a buffer had read already, the selector would not see
            env=_environment(str(folder.path)),
            cwd=folder.path,
            start_new_session=True,
        )
        assert process.stdin is not None and process.stdout is not None
        jobs = io.BufferedWriter(cast(io.RawIOBase, process.stdin))
        worker = _Worker(process, cast(BinaryIO, jobs), cast(BinaryIO, process.stdout), folder)
        self._workers.append(worker)
        return worker


def _environment(folder: str) -> dict[str, str]:
    """Nothing of ours: no credentials, a closed proxy, one thread (one process per core is the rule)."""
    import jetbill

    closed = "http://127.0.0.1:9"
    return {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(Path(jetbill.__file__).parents[1]),
        "TMPDIR": folder,
        "HOME": folder,
        "RAYON_NUM_THREADS": "1",
        **dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), closed),
    }


def _end(worker: _Worker) -> int:
    """Stops the process and removes its folder; returns its exit code."""
    if worker.process.poll() is None:
        worker.process.kill()
    code = worker.process.wait()
    for stream in (worker.jobs, worker.answers):
        with contextlib.suppress(BrokenPipeError):
            stream.close()
    worker.folder.give_back()
    return code
