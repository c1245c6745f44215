"""The queue keeps order within a stream, gives a lapsed job to another, and stops only what is parked."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from jetbill.stages.events import queue
from jetbill.stages.events.models import Job, Stream
from jetbill.stages.events.queries import parked_jobs, queue_counts
from jetbill.stages.events.queue import Claim, NewJob
from jetbill.stages.realms.scope import outside_realms

NOW = datetime(2026, 2, 1, 6, 0, tzinfo=UTC)
LEASE = timedelta(minutes=5)
LAPSED = timedelta(0)
KIND = "mail.send"


@pytest.fixture(autouse=True)
def outside(db: None):  # type: ignore[no-untyped-def]
    with outside_realms():
        yield


def _jobs(*subjects: int, stream: str = "mail:1", due: datetime = NOW) -> list[NewJob]:
    return [NewJob(1, stream, KIND, subject, due) for subject in subjects]


def _claim(limit: int = 10, now: datetime = NOW, lease: timedelta = LEASE) -> list[Claim]:
    return queue.claim_due(now, limit, lease, [KIND])


def test_a_stream_gives_its_jobs_in_order_one_at_a_time() -> None:
    queue.enqueue_many(_jobs(11, 12))
    queue.enqueue(_jobs(13)[0])
    done = []
    while claims := _claim():
        assert len(claims) == 1
        done.append(claims[0].subject_id)
        assert _claim() == []
        assert queue.finish(claims[0])
    assert done == [11, 12, 13]
    assert Job.objects.count() == 0


def test_many_streams_are_claimed_together_up_to_the_limit() -> None:
    queue.enqueue_many([job for number in range(5) for job in _jobs(1, 2, stream=f"mail:{number}")])
    first = _claim(limit=3)
    assert len({claim.stream for claim in first}) == 3
    assert queue.finish_many(first) == 3
    assert {claim.subject_id for claim in _claim()} == {1, 2}


def test_the_same_key_in_two_realms_is_two_streams() -> None:
    queue.enqueue_many([NewJob(1, "mail:1", KIND, 5, NOW), NewJob(2, "mail:1", KIND, 6, NOW)])
    assert {(claim.realm_id, claim.subject_id) for claim in _claim()} == {(1, 5), (2, 6)}


def test_nothing_is_claimed_before_it_is_due_or_by_who_cannot_do_it() -> None:
    queue.enqueue_many(_jobs(1, due=NOW + timedelta(hours=1)))
    assert _claim() == []
    assert queue.claim_due(NOW + timedelta(hours=1), 10, LEASE, ["rating.rate"]) == []
    assert len(_claim(now=NOW + timedelta(hours=1))) == 1


def test_a_later_job_waits_for_an_earlier_one_that_is_not_due() -> None:
    queue.enqueue_many(_jobs(1, due=NOW + timedelta(hours=1)))
    queue.enqueue_many(_jobs(2, due=NOW))
    assert _claim() == []


def test_the_next_job_keeps_its_own_due_time_and_kind() -> None:
    queue.enqueue_many([*_jobs(1), NewJob(1, "mail:1", "mail.check", 2, NOW + timedelta(days=1))])
    queue.finish(_claim()[0])
    assert _claim(now=NOW + timedelta(days=2)) == []
    found = queue.claim_due(NOW + timedelta(days=1), 10, LEASE, ["mail.check"])
    assert [claim.subject_id for claim in found] == [2]


def test_a_lapsed_lease_goes_to_another_and_the_first_can_no_longer_finish() -> None:
    queue.enqueue_many(_jobs(1, 2))
    (lost,) = _claim(lease=LAPSED)
    (taken,) = _claim()
    assert (taken.subject_id, taken.attempts) == (1, 2)
    assert not queue.finish(lost)
    assert not queue.retry(lost, NOW)
    assert not queue.park(lost, "late")
    assert not queue.renew(lost, LEASE)
    assert queue.renew(taken, LEASE)
    assert queue.finish(taken)
    assert not queue.finish(taken)
    assert _claim()[0].subject_id == 2


def test_a_retry_waits_and_keeps_the_order() -> None:
    queue.enqueue_many(_jobs(1, 2))
    assert queue.retry(_claim()[0], NOW)
    assert _claim() == []
    (again,) = _claim(now=NOW + timedelta(seconds=6))
    assert (again.subject_id, again.attempts) == (1, 2)
    assert queue.retry(again, NOW, after=timedelta(minutes=30))
    assert _claim(now=NOW + timedelta(minutes=29)) == []


def test_after_the_last_try_the_job_is_parked() -> None:
    queue.enqueue_many(_jobs(1))
    now = NOW
    for _ in range(11):
        (claim,) = _claim(now=now)
        queue.retry(claim, now)
        now += timedelta(days=2)
    assert _claim(now=now) == []
    assert [(job.subject_id, job.code, job.attempts) for job in parked_jobs()] == [(1, "gave_up", 11)]


def test_a_parked_job_stops_only_its_stream() -> None:
    queue.enqueue_many([*_jobs(1, 2), *_jobs(3, stream="mail:2")])
    for claim in _claim():
        _ = queue.park(claim, "address.unknown") if claim.subject_id == 1 else queue.finish(claim)
    queue.enqueue_many([*_jobs(4), *_jobs(5, stream="mail:2")])
    assert [claim.subject_id for claim in _claim()] == [5]
    assert [(count.waiting, count.due, count.parked) for count in queue_counts(NOW)] == [(1, 1, 1)]


def test_a_person_tries_again_or_skips() -> None:
    queue.enqueue_many(_jobs(1, 2))
    (claim,) = _claim()
    queue.park(claim, "address.unknown")
    assert queue.unpark(claim.stream_id, NOW)
    (again,) = _claim()
    assert (again.subject_id, again.attempts) == (1, 1)
    queue.park(again, "address.unknown")
    assert queue.skip(claim.stream_id)
    assert not queue.skip(claim.stream_id)
    assert [found.subject_id for found in _claim()] == [2]


def test_a_reason_is_a_code_and_no_content() -> None:
    queue.enqueue_many(_jobs(1))
    with pytest.raises(ValueError, match="no content"):
        queue.park(_claim()[0], "Ann's mailbox is full")


def test_once_adds_no_job_that_waits_already() -> None:
    queue.enqueue_many(_jobs(1, 1, 2), once=True)
    queue.enqueue_many(_jobs(2, 1, 3), once=True)
    assert list(Job.objects.order_by("position").values_list("subject_id", flat=True)) == [1, 2, 3]


def test_once_adds_a_job_that_is_being_done_right_now() -> None:
    queue.enqueue_many(_jobs(1), once=True)
    (claim,) = _claim()
    queue.enqueue_many(_jobs(1), once=True)
    queue.finish(claim)
    assert [found.subject_id for found in _claim()] == [1]


def test_enqueueing_many_costs_as_few_statements_as_one() -> None:
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        queue.enqueue_many([job for number in range(300) for job in _jobs(1, 2, 3, stream=f"m:{number}")])
    with CaptureQueriesContext(connection) as of_one:
        queue.enqueue(NewJob(1, "one", KIND, 1, NOW))
    assert len(queries) == len(of_one)
    assert (Stream.objects.count(), Job.objects.count()) == (301, 901)


def test_a_sweep_takes_finished_streams_and_nothing_that_waits() -> None:
    for number in range(7):
        queue.enqueue(_jobs(number, stream=f"done:{number}")[0])
    assert queue.finish_many(_claim()) == 7
    waiting = ("due", "later", "parked", "in hand", "next")
    queue.enqueue_many([NewJob(1, name, KIND, 9, NOW) for name in waiting if name != "later"])
    queue.enqueue(NewJob(1, "later", KIND, 9, NOW + LEASE))
    queue.enqueue(NewJob(1, "next", KIND, 10, NOW))
    held = {claim.stream: claim for claim in _claim()}
    assert queue.park(held["parked"], "no_answer") and queue.finish(held["next"])
    assert queue.retry(held["due"], NOW)
    assert queue.sweep(limit=3) == 7
    assert set(Stream.objects.values_list("key", flat=True)) == set(waiting)
    assert Job.objects.count() == len(waiting)
    assert queue.finish(held["in hand"]) and queue.sweep() == 1


def test_a_swept_stream_begins_anew_and_an_old_claim_means_nothing_to_it() -> None:
    queue.enqueue(_jobs(1)[0])
    (old,) = _claim()
    assert queue.finish(old) and queue.sweep() == 1
    queue.enqueue(_jobs(2)[0], once=True)
    (new,) = _claim()
    assert (new.subject_id, new.attempts) == (2, 1)
    assert not queue.finish(old) and queue.finish(new)
