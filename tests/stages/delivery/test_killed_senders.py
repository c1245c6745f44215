"""kill -9 while mails are sent: none is lost, and a second copy is the same bytes with a row that says so."""

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.db import connection

from jetbill.stages.delivery.models import Delivery, DeliveryLog
from jetbill.stages.events.models import Stream
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import outside_realms, realm_scope
from tests.issued import STAMP, customer, issue_invoices
from tests.mail_server import serving
from tests.post_office import room_at, work_off

MAILS, KILLS = 30, 5
SENDER = """
import json, sys, django
from pathlib import Path
django.setup()
from jetbill.wiring.databases import use
use(json.loads(sys.argv[1]))
from datetime import datetime
from tests.post_office import room_at, work_off
print("ready", flush=True)
work_off(room_at(Path(sys.argv[2]), int(sys.argv[3])), datetime.fromisoformat(sys.argv[4]))
"""


@pytest.mark.timeout(300)
def test_a_killed_sender_loses_nothing_and_copies_are_told(
    transactional_db: None, north: Realm, tmp_path: Path
) -> None:
    with realm_scope(north):
        owners = [customer(f"C-{n}") for n in range(MAILS)]
        issue_invoices(owners)
    chance = random.Random(2026)
    with serving() as server:
        room = room_at(tmp_path, server.port)
        _start_and_kill(tmp_path, server.port, chance.uniform(0.1, 1.0))
        _let_leases_lapse()
        work_off(room, STAMP, ["delivery.deliver"])
        server.answer_data = lambda taken: time.sleep(0.02) or ""  # type: ignore[func-returns-value]
        for _ in range(KILLS):
            at_work = partial(lambda before: len(server.taken) > before, len(server.taken))
            _start_and_kill(tmp_path, server.port, chance.uniform(0, 0.2), at_work)
            _let_leases_lapse()
        assert server.taken, "the kills hit senders at work"
        work_off(room, STAMP + timedelta(hours=1))
        _check(north, server.taken)


def _check(north: Realm, taken: list) -> None:  # type: ignore[type-arg]
    with realm_scope(north):
        assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
        wanted = set(Delivery.objects.values_list("message_id", flat=True))
        ambiguous = Counter(
            DeliveryLog.objects.filter(what="ambiguous").values_list("delivery__message_id", flat=True)
        )
    ids = Counter(str(each.message["Message-ID"]) for each in taken)
    assert set(ids) == wanted and len(wanted) == MAILS, "each mail, and no other"
    assert sum(ids.values()) - MAILS <= KILLS, "a kill may cost one copy"
    for message_id, copies in ids.items():
        assert copies - 1 <= ambiguous[message_id], "no copy without a row that says so"
        bodies = {each.content for each in taken if str(each.message["Message-ID"]) == message_id}
        assert len(bodies) == 1


def _start_and_kill(
    home: Path, port: int, after_s: float, at_work: Callable[[], bool] = lambda: True
) -> None:
    """Kill a sender `after_s` it is at work, or after ten seconds when it finds no work."""
    entry = json.dumps({**connection.settings_dict, "TIME_ZONE": None}, default=str)
    arguments = [sys.executable, "-c", SENDER, entry, str(home), str(port), STAMP.isoformat()]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, env=dict(os.environ, PYTHONPATH=_path()))
    assert process.stdout is not None and process.stdout.readline() == b"ready\n"
    end = time.monotonic() + 10
    while not at_work() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.005)
    time.sleep(after_s)
    process.kill()
    process.wait()
    process.stdout.close()


def _path() -> str:
    root = Path(__file__).resolve().parents[3]
    return f"{root / 'src'}{os.pathsep}{root}"


def _let_leases_lapse() -> None:
    """Leases run by the database's clock; here they have run out."""
    with outside_realms():
        Stream.objects.filter(leased_until__isnull=False).update(leased_until=STAMP - timedelta(days=1))
