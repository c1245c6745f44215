"""kill -9 anywhere in a month, then a restart: everything is as in a month that nobody disturbed.

A round kills a process once in each stage, half of them at a moment and half at a statement, in a copy of
the same database. CI runs one round of six kills, `--all` fifty kills.
"""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from jetbill.running.address import ServerAddress
from jetbill.stages.realms.models import Realm
from tests.database import copied
from tests.end_to_end import river
from tests.end_to_end.carrier import STAGES, Errand, Kill, Life, live
from tests.end_to_end.test_whole_river import found_provider
from tests.mail_server import MailServer, serving

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    "kills",
    [
        pytest.param(6, marks=pytest.mark.timeout(600)),
        pytest.param(50, marks=[pytest.mark.slow, pytest.mark.timeout(3600)]),
    ],
)
def test_killed_anywhere_and_started_again_it_is_the_same_month(
    transactional_db: None,
    north: Realm,
    south: Realm,
    tmp_path: Path,
    database_server: ServerAddress,
    kills: int,
) -> None:
    files = found_provider(north, south, tmp_path)
    chance = random.Random(kills)
    rounds = [kills // len(STAGES) + (place < kills % len(STAGES)) for place in range(len(STAGES))]
    with serving() as server:
        for realm in river.realms():
            realm.mail = {"host": "127.0.0.1", "port": server.port, "security": "none"}
            realm.save()
        with copied(database_server, 0) as database:
            clean = live(Errand(database, files, tmp_path / "clean"))
            assert clean.exit_code == 0
            with at(database):
                river.check_sums(tmp_path / "clean")
                wanted, letters = river.picture(), len(server.taken)
                assert len(river.message_ids()) == len(set(server.ids())) == letters
        for turn in range(max(rounds)):
            hits = [stage for stage, count in zip(STAGES, rounds, strict=True) if turn < count]
            plan = [_kill(stage, clean, chance) for stage in hits]
            server.taken.clear()
            with copied(database_server, turn + 1) as database:
                _killed(Errand(database, files, tmp_path / f"turn-{turn}"), plan)
                with at(database):
                    river.check_sums(tmp_path / f"turn-{turn}")
                    assert river.picture() == wanted, plan
                    _check_letters(server, letters)


def _kill(stage: str, clean: Life, chance: random.Random) -> Kill:
    if chance.random() < 0.5:
        return Kill(stage, seconds=chance.uniform(0.001, clean.seconds[stage]))
    return Kill(stage, chance.randint(1, clean.statements[stage]), is_after=chance.random() < 0.5)


def _killed(errand: Errand, plan: list[Kill]) -> None:
    """One life for each kill; a life that a kill came too late for has done everything. Then one more."""
    for kill in [*plan, None]:
        with at(errand.database):
            river.let_leases_lapse()
        ended = live(errand, kill).exit_code
        assert ended in ((-9, 0) if kill else (0,)), (kill, ended)


def _check_letters(server: MailServer, letters: int) -> None:
    """As many Message-IDs as in the clean month; a second copy is the same bytes, and a row says so."""
    copies, told = Counter(server.ids()), river.told_copies()
    assert set(copies) == river.message_ids() and len(copies) == letters
    for message_id, count in copies.items():
        assert count - 1 <= told.get(message_id, 0)
    assert len({each.content for each in server.taken}) == letters


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
