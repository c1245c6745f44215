"""Plugs the drawing pool, the archive and the mailer of each realm into delivery."""

import atexit
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from pathlib import Path

from jetbill.documents.workers import Drawn, Order, Pool
from jetbill.doors.files.bounces import take_in_folder
from jetbill.drivers.mail.mailbox.driver import Mailbox
from jetbill.drivers.mail.smtp.driver import Smtp
from jetbill.kernel.trouble import Failure, OutsideFailure
from jetbill.running.home import brand_folder, jet_home, make_folder
from jetbill.stages.billing.itemised import annexes
from jetbill.stages.delivery import jobs
from jetbill.stages.delivery.archive import Archive
from jetbill.stages.delivery.mail_settings import mail_settings
from jetbill.stages.delivery.port import Mailer
from jetbill.stages.delivery.room import PostRoom
from jetbill.stages.events.queue import Claim, Park
from jetbill.stages.realms.models import Realm
from jetbill.wiring.passwords import password


def deliver(claim: Claim, now: datetime) -> Park | None:
    """The job "delivery.deliver" of one worker among as many as there are cores: one process draws for it."""
    return jobs.deliver(claim, now, post_room(jet_home()))


def deliver_alone(claim: Claim, now: datetime) -> Park | None:
    """The same job where nobody works beside: every core draws."""
    return jobs.deliver(claim, now, post_room(jet_home(), drawing=os.cpu_count() or 1))


def send(claim: Claim, now: datetime) -> None:
    """The job "delivery.send"."""
    jobs.send(claim, now, post_room(jet_home()))


def take_in_bounces(now: datetime) -> None:
    """The tick: mails that came back, from the folder `bounces`."""
    take_in_folder(jet_home() / "bounces", now)


@cache
def post_room(home: Path, drawing: int = 1) -> PostRoom:
    """Delivery with everything plugged in, for the files under `home`; so many processes draw."""
    return PostRoom(
        archive=archive(home),
        draw=_Drawing(drawing, home).draw,
        annexes=annexes,
        brand=partial(brand_folder, home),
        mailer=lambda realm: mailer(home, realm),
    )


def archive(home: Path) -> Archive:
    """Where the bytes of documents lie."""
    return Archive(home / "documents")


def mailer(home: Path, realm: Realm) -> Mailer:
    """SMTP as the realm's mail settings say; without a host the mailbox under `home`."""
    try:
        told = mail_settings(realm)
        if not told.host:
            return Mailbox(home / "mailbox" / realm.slug)
        word = password(home, realm.slug, told.password_ref) if told.password_ref else ""
        return Smtp(told.host, told.port, told.security, told.user, word)
    except OutsideFailure as failure:
        return _Unusable(failure.said)
    except ValueError as wrong:
        return _Unusable(str(wrong))


@dataclass(frozen=True, slots=True)
class _Unusable:
    """Stands for a mailer whose settings are wrong: every letter is parked with the sentence."""

    sentence: str

    def send(self, letter: object) -> str:
        raise OutsideFailure("smtp.settings", kind=Failure.PERMANENT, said=self.sentence)

    def close(self) -> None:
        """Nothing is open."""


@dataclass(slots=True)
class _Drawing:
    """The pool of this process, started with the first document."""

    size: int
    home: Path
    _pools: list[Pool] = field(default_factory=list)

    def draw(self, orders: Iterable[Order]) -> Iterator[Drawn]:
        if not self._pools:
            self._pools.append(Pool(self.size, base=make_folder(self.home, "drawing")))
            atexit.register(self._pools[0].close)
        return self._pools[0].render_many(orders)
