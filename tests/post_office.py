"""A post room for tests: real drawing, real files, real SMTP; and a worker that does what is due."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from jetbill.documents.render import render
from jetbill.documents.workers import Drawn, Order, Problem
from jetbill.drivers.mail.smtp.driver import Smtp
from jetbill.stages.delivery import jobs
from jetbill.stages.delivery.archive import Archive
from jetbill.stages.delivery.port import Mailer
from jetbill.stages.delivery.room import PostRoom
from jetbill.stages.events import queue
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import outside_realms
from tests.issued import STAMP

LEASE = timedelta(minutes=10)


def draw(orders: Iterable[Order]) -> Iterator[Drawn]:
    """Draws in this process, which never forks; a pool would cost each test its start."""
    for order in orders:
        try:
            yield order.key, render(order.job)
        except ValueError as trouble:
            yield order.key, Problem(str(trouble))


def room_at(home: Path, port: int, mailer: Callable[[Realm], Mailer] | None = None) -> PostRoom:
    """Files under `home`, mail to the server at `port`."""
    return PostRoom(
        Archive(home / "documents"),
        draw,
        lambda realm: home / "brand" / str(realm),
        mailer or (lambda realm: Smtp("127.0.0.1", port, "none", timeout_s=5)),
    )


JOBS = {"delivery.deliver": jobs.deliver, "delivery.send": jobs.send}


def work_off(room: PostRoom, now: datetime = STAMP, kinds: Sequence[str] = tuple(JOBS)) -> None:
    """Do what is due at `now` until nothing is, as a worker does."""
    for kind in kinds:
        while True:
            with outside_realms():
                claims = queue.claim_due(now, 1, LEASE, [kind])
            if not claims:
                break
            assert JOBS[kind](claims[0], now, room) is None
            with outside_realms():
                queue.finish(claims[0])
