"""Many at once: those who enqueue and those who work keep each stream's order and do each job once."""

import threading
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from jetbill.stages.events import queue
from jetbill.stages.events.models import Job, Stream
from jetbill.stages.events.queue import Claim, NewJob
from jetbill.stages.realms.scope import outside_realms

NOW = datetime(2026, 2, 1, 6, 0, tzinfo=UTC)
KIND = "mail.send"
STREAMS, ROUNDS, WRITERS = 8, 30, 3


def streams(writer: int, number: int) -> list[str]:
    """Each writer names the streams in another order: the queue sorts them, so nobody waits in a ring."""
    names = [f"mail:{(each * (writer + 1) + number) % STREAMS}" for each in range(STREAMS)]
    return list(dict.fromkeys(names))


class Together:
    """Threads that stop at the first error and tell it."""

    def __init__(self) -> None:
        self.errors: list[BaseException] = []
        self.done: dict[str, list[int]] = defaultdict(list)
        self.swept = 0
        self.written, self.worked = threading.Event(), threading.Event()
        self.lock = threading.Lock()

    def write(self, writer: int) -> None:
        for number in range(ROUNDS):
            subject = writer * 1000 + number
            with outside_realms():
                queue.enqueue_many([NewJob(1, name, KIND, subject, NOW) for name in streams(writer, number)])

    def work(self) -> None:
        found, last = 1, False
        while found or not last:
            last = self.written.is_set()
            with outside_realms():
                claims = queue.claim_due(NOW, 3, timedelta(minutes=5), [KIND])
                self.note(claims)
                found = queue.finish_many(claims)
            assert found == len(claims)

    def sweep(self) -> None:
        is_last = False
        while not is_last:
            is_last = self.worked.is_set()
            with outside_realms():
                self.swept += queue.sweep(limit=3)

    def note(self, claims: list[Claim]) -> None:
        with self.lock:
            for claim in claims:
                self.done[claim.stream].append(claim.subject_id)

    def guarded(self, function: object, *arguments: object) -> threading.Thread:
        def run() -> None:
            try:
                function(*arguments)  # type: ignore[operator]
            except BaseException as error:
                self.errors.append(error)
            finally:
                connection.close()

        thread = threading.Thread(target=run)
        thread.start()
        return thread


@pytest.mark.timeout(120)
def test_order_and_once_with_three_writers_and_three_workers(transactional_db: None) -> None:
    together = Together()
    writers = [together.guarded(together.write, number) for number in range(WRITERS)]
    workers = [together.guarded(together.work) for _ in range(3)]
    for thread in writers:
        thread.join()
    together.written.set()
    for thread in workers:
        thread.join()
    assert together.errors == []
    with outside_realms():
        assert Job.objects.count() == 0
        assert Stream.objects.filter(position_head__isnull=False).count() == 0
        given = sum(Stream.objects.values_list("position_last", flat=True))
    assert sum(map(len, together.done.values())) == given
    for subjects in together.done.values():
        for writer in range(WRITERS):
            mine = [subject for subject in subjects if subject // 1000 == writer]
            assert mine == sorted(set(mine))


@pytest.mark.timeout(120)
def test_a_sweep_in_the_midst_of_it_loses_nothing(transactional_db: None) -> None:
    together = Together()
    writers = [together.guarded(together.write, number) for number in range(WRITERS)]
    workers = [together.guarded(together.work) for _ in range(2)]
    sweeper = together.guarded(together.sweep)
    for threads, event in ((writers, together.written), (workers, together.worked)):
        for thread in threads:
            thread.join()
        event.set()
    sweeper.join()
    assert together.errors == []
    with outside_realms():
        assert not Job.objects.exists() and not Stream.objects.exists()
    given = sum(len(streams(writer, number)) for writer in range(WRITERS) for number in range(ROUNDS))
    assert sum(map(len, together.done.values())) == given and together.swept >= STREAMS
    for subjects in together.done.values():
        for writer in range(WRITERS):
            mine = [subject for subject in subjects if subject // 1000 == writer]
            assert mine == sorted(set(mine))
