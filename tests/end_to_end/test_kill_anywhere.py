"""kill -9 anywhere in a month, then a restart: everything is as in a month that nobody disturbed.

A round kills a process once in each stage, half of them at a moment and half at a statement, in a copy of
the same database. CI runs one round of six kills, `--all` fifty kills.
"""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from jetbill.running.address import ServerAddress
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import outside_realms
from tests.database import copied
from tests.end_to_end import river
from tests.end_to_end.carrier import STAGES, Errand, Kill, Life, live
from tests.end_to_end.test_whole_river import found_provider
from tests.mail_server import MailServer, serving

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(slots=True)
class Proof:
    """A provider whose month can be carried again and again, each time in a copy of its database."""

    database: ServerAddress
    mail: MailServer
    folder: Path
    files: dict[str, Path]
    copies: int = 0

    @contextmanager
    def begun(self) -> Iterator[Errand]:
        """The month before its first step; inside the block this process sees its database."""
        self.mail.taken.clear()
        self.copies += 1
        with copied(self.database, self.copies) as name, at(name):
            yield Errand(name, self.files, self.folder / f"home-{self.copies}")


@pytest.fixture
def proof(
    database_server: ServerAddress, transactional_db: None, north: Realm, south: Realm, tmp_path: Path
) -> Iterator[Proof]:
    with serving() as server:
        with outside_realms():
            Realm.objects.update(mail={"host": "127.0.0.1", "port": server.port, "security": "none"})
        yield Proof(database_server, server, tmp_path, found_provider(north, south, tmp_path))


@pytest.mark.parametrize(
    "kills",
    [
        pytest.param(6, marks=pytest.mark.timeout(600)),
        pytest.param(50, marks=[pytest.mark.slow, pytest.mark.timeout(3600)]),
    ],
)
def test_killed_anywhere_and_started_again_it_is_the_same_month(proof: Proof, kills: int) -> None:
    chance = random.Random(kills)
    with proof.begun() as errand:
        clean = live(errand)
        wanted = _seen(proof, errand)
    stages = [STAGES[number % len(STAGES)] for number in range(kills)]
    rounds = [stages[first : first + len(STAGES)] for first in range(0, kills, len(STAGES))]
    hit = 0
    for hits in rounds:
        plan = [_kill(stage, clean, chance) for stage in hits]
        with proof.begun() as errand:
            hit += _killed(errand, plan)
            assert _seen(proof, errand) == wanted, plan
    assert hit > kills * 2 // 3, "kills that came too late prove nothing"


def _kill(stage: str, clean: Life, chance: random.Random) -> Kill:
    if chance.random() < 0.5:
        return Kill(stage, seconds=chance.uniform(0.001, clean.seconds[stage]))
    return Kill(stage, chance.randint(1, clean.statements[stage]), is_after=chance.random() < 0.5)


def _killed(errand: Errand, plan: list[Kill]) -> int:
    """One life for each kill, and then one more; returns how many kills came before the work was done."""
    hit = 0
    for kill in [*plan, None]:
        river.let_leases_lapse()
        ended = live(errand, kill).exit_code
        assert ended in ((-9, 0) if kill else (0,)), (kill, ended)
        hit += ended == -9
    return hit


def _seen(proof: Proof, errand: Errand) -> dict[str, Any]:
    """What the month left, once its sums and letters are right."""
    river.check_sums(errand.home)
    copies, told = Counter(proof.mail.ids()), river.told_copies()
    assert set(copies) == river.message_ids()
    assert len({each.content for each in proof.mail.taken}) == len(copies), "a copy is the same bytes"
    for message_id, count in copies.items():
        assert count - 1 <= told.get(message_id, 0), "no copy without a row that says so"
    return {**river.picture(), "letters": len(copies)}


@contextmanager
def at(database: str) -> Iterator[None]:
    """Django's connection in another database of the server."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = database
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
