"""A worker: claims one due job after the other and does it, until it must end.

While a job runs a second thread renews its lease; when this process dies, by whatever, the lease runs out
and another worker takes the job.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError, OperationalError, connection

from jetbill.kernel.trouble import Failure, OutsideFailure, Refused
from jetbill.running.lifeline import Lifeline
from jetbill.stages.events import queue
from jetbill.stages.events.queue import Claim, Park, Retry
from jetbill.stages.realms.scope import outside_realms

JobFunction = Callable[[Claim, datetime], Retry | Park | None]
log = logging.getLogger("jet.worker")


@dataclass(frozen=True, slots=True)
class Pace:
    """How a worker waits: between looks at an empty queue, after the database was away, and for a lease."""

    poll_s: float = 0.5
    pause_s: float = 2.0
    lease: timedelta = timedelta(seconds=60)
    longest: timedelta = timedelta(hours=6)  # a job that hangs keeps its lease no longer


def work(
    jobs: Mapping[str, JobFunction], clock: Callable[[], datetime], lifeline: Lifeline, pace: Pace
) -> None:
    """Do due jobs of these kinds until the lifeline ends; finishes the job in hand first."""
    while not lifeline.has_ended:
        try:
            if not work_once(jobs, clock, pace):
                lifeline.sleep(pace.poll_s)
        except (OperationalError, InterfaceError) as trouble:
            log.warning("the database is away, waiting: %s", _sentence(trouble))
            connection.close()
            lifeline.sleep(pace.pause_s)


def work_once(jobs: Mapping[str, JobFunction], clock: Callable[[], datetime], pace: Pace) -> bool:
    """Do one due job; False when there is none."""
    now = clock()
    with outside_realms():
        claims = queue.claim_due(now, 1, pace.lease, list(jobs))
    for claim in claims:
        with _kept(claim, pace):
            answer = _do(jobs[claim.kind], claim, now)
        _settle(claim, answer, now)
    return bool(claims)


def _do(function: JobFunction, claim: Claim, now: datetime) -> Retry | Park | None:
    name = f"{claim.kind} {claim.subject_id} of realm {claim.realm_id}"
    try:
        return function(claim, now)
    except OutsideFailure as failure:
        log.warning("%s: %s", name, failure)
        # What nobody knows is asked again: the job looks first, by what it remembered before.
        return Park(failure.code) if failure.kind is Failure.PERMANENT else Retry()
    except Refused as refused:
        log.warning("%s: parked: %s", name, refused)
        return Park(refused.code)
    except (OperationalError, InterfaceError) as trouble:
        log.warning("%s: the database went away: %s", name, _sentence(trouble))
        connection.close()
        return Retry(timedelta(seconds=5))
    except Exception:
        log.exception("%s: a bug; it is tried again and then parked", name)
        return Retry()


def _settle(claim: Claim, answer: Retry | Park | None, now: datetime) -> None:
    with outside_realms():
        if answer is None:
            queue.finish(claim)  # nothing happens when the job finished itself, in its own transaction
        elif isinstance(answer, Park):
            queue.park(claim, answer.code)
        else:
            queue.retry(claim, now, answer.after)


@contextmanager
def _kept(claim: Claim, pace: Pace) -> Iterator[None]:
    done = threading.Event()
    keeper = threading.Thread(target=_keep, args=(claim, pace, done), daemon=True, name="lease")
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join()


def _keep(claim: Claim, pace: Pace, done: threading.Event) -> None:
    every = pace.lease / 3
    try:
        for _ in range(pace.longest // every):
            if done.wait(every.total_seconds()) or not _renewed(claim, pace):
                return
    except DatabaseError as trouble:
        log.warning("a lease could not be renewed: %s", _sentence(trouble))
    finally:
        connection.close()


def _renewed(claim: Claim, pace: Pace) -> bool:
    with outside_realms():
        return queue.renew(claim, pace.lease)


def _sentence(trouble: Exception) -> str:
    return " ".join(str(trouble).split())
