"""A process that carries a whole month and is killed on the way: at a moment, or at its n-th statement.

It is a fork with connections of its own, that draws through the pool of processes and sends by SMTP, as
a worker of `jet up` does. What it works at it tells through a pipe, so that a kill hits the stage that was
meant.
"""

import os
import signal
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from django.db import connection

from jetbill.stages.billing.actions import runs
from jetbill.stages.billing.models import ChunkState, RunChunk
from jetbill.stages.realms.scope import realm_scope
from jetbill.wiring.databases import use
from tests.end_to_end import river
from tests.end_to_end.river import MONTH

STAGES = ("import", "rating", "drafting", "issuing", "rendering", "mailing")
SMALL_CHUNK = 5


@dataclass(frozen=True, slots=True)
class Errand:
    """Which database, which files and which home."""

    database: str
    files: dict[str, Path]
    home: Path


@dataclass(frozen=True, slots=True)
class Kill:
    """In a stage, at the n-th statement since it began (before or after it), or so many seconds into it."""

    stage: str
    statement: int = 0
    is_after: bool = False
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Life:
    """What became of a process: how it ended, and the statements and seconds of each stage it reached."""

    exit_code: int
    statements: dict[str, int]
    seconds: dict[str, float]


def live(errand: Errand, kill: Kill | None = None) -> Life:
    """Let a process carry the month until it is done or killed."""
    hearing, telling = get_context("fork").Pipe(duplex=False)
    process = start(errand, kill, telling)
    telling.close()
    told: list[tuple[str, int, float]] = []
    while True:
        try:
            told.append(hearing.recv())
        except EOFError:
            break
        if kill is not None and kill.seconds and told[-1][0] == kill.stage:
            time.sleep(kill.seconds)
            os.kill(process.pid or 0, signal.SIGKILL)
            break
    process.join()
    hearing.close()
    statements: dict[str, int] = {}
    seconds: dict[str, float] = {}
    for (stage, count, at), then in pairwise(told):
        statements[stage] = max(statements.get(stage, 0), then[1] - count)
        seconds[stage] = max(seconds.get(stage, 0), then[2] - at)
    return Life(process.exitcode or 0, statements, seconds)


def start(errand: Errand, kill: Kill | None = None, telling: Connection | None = None) -> BaseProcess:
    """The process by itself, to be waited for."""
    connection.close()
    process = get_context("fork").Process(target=_carry, args=(errand, kill, telling))
    process.start()
    return process


def _carry(errand: Errand, kill: Kill | None, telling: Connection | None) -> None:
    os.environ["JET_HOME"] = str(errand.home)
    errand.home.mkdir(exist_ok=True)
    tempfile.tempdir = str(errand.home)
    use({"NAME": errand.database})
    runs.CHUNK = SMALL_CHUNK
    watch = _Watch(kill, telling)
    try:
        _month(errand, watch.enter)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    watch.enter("end")
    os._exit(0)


def _month(errand: Errand, enter: Callable[[str], None]) -> None:
    now = MONTH.bill_at
    enter("import")
    river.take_in(errand.files, now)
    enter("rating")
    river.work_off(["rating.rate"], lambda: now)
    enter("drafting")

    def tell() -> None:
        """A realm's chunks are issued once all of them are drafted; then comes the next realm."""
        enter("drafting" if any(_waiting(realm) for realm in river.realms()) else "issuing")

    river.run_bills(MONTH.bill_day, now, tell)
    enter("rendering")
    river.work_off(["delivery.deliver"], lambda: now)
    enter("mailing")
    river.work_off(["delivery.send"], lambda: now)


def _waiting(realm: Any) -> bool:
    with realm_scope(realm):
        return RunChunk.objects.filter(state=ChunkState.WAITING).exists()


class _Watch:
    """Counts the statements of the process and ends it where the kill says."""

    def __init__(self, kill: Kill | None, telling: Connection | None) -> None:
        self.kill, self.telling = kill, telling
        self.stage, self.count, self.since = "", 0, 0
        connection.execute_wrappers.append(self.wrap)

    def enter(self, stage: str) -> None:
        """From here on it is another stage; said twice it is the same one."""
        if stage == self.stage:
            return
        self.stage, self.since = stage, self.count
        if self.telling is not None:
            self.telling.send((stage, self.count, time.monotonic()))

    def wrap(self, execute: Callable[..., Any], *call: Any) -> Any:
        """Around each statement."""
        self.count += 1
        is_last = (
            self.kill is not None
            and self.kill.stage == self.stage
            and 0 < self.kill.statement <= self.count - self.since
        )
        if is_last and self.kill is not None and not self.kill.is_after:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = execute(*call)
        if is_last:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer
