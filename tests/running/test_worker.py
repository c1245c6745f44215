"""A worker does due jobs; when it is killed in the middle, another takes the job and does it once."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from jetbill.kernel.trouble import Failure, OutsideFailure, Refused
from jetbill.running import worker
from jetbill.running.address import ServerAddress
from jetbill.running.worker import Pace
from jetbill.stages.events import queue
from jetbill.stages.events.queries import parked_jobs
from jetbill.stages.events.queue import Claim, NewJob, Park, Retry
from jetbill.stages.realms.models import Realm, Staff
from jetbill.stages.realms.scope import outside_realms, realm_scope

NOW = datetime(2026, 2, 1, 6, 0, tzinfo=UTC)
SLOW = """
import sys, time
from datetime import datetime, timedelta, UTC
from jetbill.running.lifeline import Lifeline
from jetbill.wiring.start import connect
connect()
from jetbill.running.worker import Pace, work
def slow(claim, now):
    print("begun", flush=True)
    time.sleep(3600)
life = Lifeline()
life.watch(supervisor=False)
pace = Pace(lease=timedelta(seconds=3))
work({"staff.add": slow}, lambda: datetime(2026, 2, 1, 6, 0, tzinfo=UTC), life, pace)
"""


def _enqueue(*subjects: int, realm: int = 1) -> None:
    with outside_realms():
        queue.enqueue_many([NewJob(realm, "staff:1", "staff.add", subject, NOW) for subject in subjects])


def _work(function: worker.JobFunction, at: datetime = NOW) -> bool:
    return worker.work_once({"staff.add": function}, lambda: at, Pace())


def test_jobs_are_done_in_order_until_there_is_none(db: None) -> None:
    done: list[int] = []
    _enqueue(1, 2, 3)
    while _work(lambda claim, now: done.append(claim.subject_id)):
        pass
    assert done == [1, 2, 3]


@pytest.mark.parametrize(
    "trouble, code",
    [
        (OutsideFailure("address.unknown", kind=Failure.PERMANENT), "address.unknown"),
        (Refused("customer.closed", customer=7), "customer.closed"),
    ],
)
def test_what_will_never_work_is_parked_at_once(db: None, trouble: Exception, code: str) -> None:
    def fail(claim: Claim, now: datetime) -> None:
        raise trouble

    _enqueue(1)
    assert _work(fail)
    with outside_realms():
        assert [job.code for job in parked_jobs()] == [code]


@pytest.mark.parametrize(
    "trouble",
    [
        OutsideFailure("timeout", kind=Failure.TRANSIENT),
        OutsideFailure("timeout", kind=Failure.AMBIGUOUS),
        RuntimeError("a bug"),
    ],
)
def test_what_may_work_later_is_tried_again(db: None, trouble: Exception) -> None:
    def fail(claim: Claim, now: datetime) -> None:
        raise trouble

    _enqueue(1)
    assert _work(fail)
    assert not _work(fail)
    done: list[int] = []
    assert _work(lambda claim, now: done.append(claim.attempts), NOW + timedelta(seconds=6))
    assert done == [2]


def test_a_job_may_ask_for_a_time_or_a_person(db: None) -> None:
    _enqueue(1)
    assert _work(lambda claim, now: Retry(timedelta(hours=2)))
    assert not _work(lambda claim, now: None, NOW + timedelta(hours=1))
    assert _work(lambda claim, now: Park("who.is_this"), NOW + timedelta(hours=2))
    with outside_realms():
        assert [job.code for job in parked_jobs()] == ["who.is_this"]


def test_a_worker_killed_in_the_middle_loses_its_job_to_another(
    transactional_db: None, north: Realm, database_server: ServerAddress
) -> None:
    _enqueue(1, 2, realm=north.pk)
    killed = _slow_worker(database_server)
    assert killed.stdout is not None and killed.stdout.readline() == "begun\n"
    time.sleep(4)  # longer than the lease: it is renewed while the worker lives
    added: list[int] = []

    def add(claim: Claim, now: datetime) -> None:
        with realm_scope(claim.realm_id):
            Staff.objects.create(login=f"staff {claim.subject_id}")
            if queue.finish(claim):
                added.append(claim.attempts)

    assert not _work(add)
    killed.kill()
    killed.communicate()
    end = time.monotonic() + 30
    while len(added) < 2 and time.monotonic() < end:
        _ = _work(add) or time.sleep(0.1)
    assert added == [2, 1]
    with realm_scope(north):
        assert Staff.objects.count() == 2


def _slow_worker(server: ServerAddress) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(worker.__file__).parents[2]),
        "DATABASE_URL": server.app.dsn(connection.settings_dict["NAME"]),
    }
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    return subprocess.Popen([sys.executable, "-c", SLOW], env=environment, stdout=subprocess.PIPE, text=True)
