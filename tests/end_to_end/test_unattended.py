"""`jet up`, forty days and nobody there: usage is taken in, everybody due is billed and mailed on his day.

Real processes over an embedded database of their own; only the clock is moved, by a file. In the middle Jet
is down for a week, while bill days pass and usage waits in the folder.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from jetbill.kernel.zones import local_date, zone
from jetbill.running import postgres, supervisor
from jetbill.stages.billing.due import due_customers
from jetbill.stages.billing.models import Document, Line, ParkedAccount
from jetbill.stages.billing.queries import unfinished_run
from jetbill.stages.customers.models import Customer
from jetbill.stages.delivery.models import Delivery
from jetbill.stages.events.queries import parked_jobs, queue_counts
from jetbill.stages.rating.queries import rated
from jetbill.stages.realms.actions import RealmPlan, create_realm
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import outside_realms, realm_scope
from jetbill.wiring.databases import use
from jetbill.wiring.start import connect
from tests.end_to_end import river

SOURCE = str(Path(postgres.__file__).parents[2])
NUMBERS = {"north": [f"C-{number}" for number in range(1, 9)], "south": ["C-101", "C-102", "C-103", "C-104"]}
AGO = timedelta(days=10)
"""How long before today everybody began."""


@dataclass(slots=True)
class Provider:
    """A home with Jet in it; `days` is how far its clock was moved."""

    home: Path
    days: int = 0
    up: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """`jet up`."""
        command = [sys.executable, "-m", "jetbill.wiring.main", "up", "--workers", "2"]
        with (self.home / "up.log").open("ab") as log:
            self.up = subprocess.Popen(command, stdout=log, stderr=log)

    def stop(self) -> None:
        """`jet stop`, the database too."""
        connection.close()
        supervisor.stop(self.home)
        postgres.stop_server(self.home)
        if self.up is not None:
            self.up.wait(60)

    def move_to(self, days: int) -> None:
        """From now on it is so many days later."""
        self.days = days
        clock = self.home / "clock"
        clock.with_suffix(".new").write_text(f"+{days}d\n")
        clock.with_suffix(".new").replace(clock)

    def now(self) -> datetime:
        """The instant, by Jet's clock."""
        return datetime.now(UTC) + timedelta(days=self.days)

    def drop(self, name: str, first: date, days: int) -> None:
        """Put a file of usage from so many days into the folder of each realm, some time ago."""
        for slug, numbers in NUMBERS.items():
            path = self.home / "inbox" / slug / "plain" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            text = river.usage_rows(numbers, first, 150, days)
            path.write_text(text.replace(",u", f",{name}"))
            os.utime(path, (time.time() - 120,) * 2)

    def rest(self) -> None:
        """Wait until nothing is left to do; no command is typed."""
        end = time.monotonic() + 150
        while time.monotonic() < end:
            time.sleep(0.5)
            if not any((self.home / "inbox").glob("*/plain/*.csv")) and _is_idle(self.now()):
                return
        pytest.fail((self.home / "up.log").read_text()[-6000:])


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch, django_db_blocker: Any) -> Iterator[Provider]:
    home = Path(tempfile.mkdtemp(prefix="jet-alone-"))
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("JET_HOME", str(home))
    monkeypatch.setenv("JET_CLOCK", str(home / "clock"))
    monkeypatch.setenv("PYTHONPATH", SOURCE)
    kept = Path(tempfile.gettempdir()) / f"jet-tests-{os.geteuid()}" / "numba"
    monkeypatch.setenv("NUMBA_CACHE_DIR", os.environ.get("NUMBA_CACHE_DIR", str(kept)))
    # As the last step of an installation does; else each process compiles the rating scan for itself.
    subprocess.run([sys.executable, "-m", "jetbill.running.warm_up"], check=True, timeout=300)
    made = Provider(home)
    made.move_to(0)
    before = dict(connection.settings_dict)
    with django_db_blocker.unblock():
        try:
            connect()
            yield made
        finally:
            made.stop()
            use(before)
    shutil.rmtree(home)


@pytest.mark.timeout(600)
def test_everybody_is_billed_and_mailed_with_no_command_typed(provider: Provider) -> None:
    since = (provider.now() - AGO).date()
    _found(since)
    provider.drop("a.csv", since - timedelta(days=17), 27)
    provider.start()
    provider.rest()
    for days in (3, 11):
        provider.move_to(days)
        provider.rest()
    provider.stop()
    provider.drop("b.csv", since + AGO + timedelta(days=13), 4)
    provider.move_to(18)
    provider.start()
    provider.rest()
    provider.move_to(40)
    provider.rest()
    for realm in river.realms():
        with realm_scope(realm):
            _check(provider.home, realm, since, local_date(provider.now(), zone(realm.time_zone)))
    assert "Traceback" not in (provider.home / "up.log").read_text()


def _found(since: date) -> None:
    with outside_realms():
        create_realm(RealmPlan("South", time_zone="Asia/Tokyo", currency="JPY", country="JP"))
    # One while Jet is down, some before and after it, the day that each began on, and the last of the month.
    days = [(since + AGO + timedelta(days=number)).day for number in (16, 3, 25)] + [0, 31]
    for realm in river.realms():
        river.sell(realm, NUMBERS[realm.slug], since, days)


def _is_idle(now: datetime) -> bool:
    with outside_realms():
        if any(count.due for count in queue_counts(now)):
            return False
    for realm in river.realms():
        with realm_scope(realm):
            if unfinished_run() is not None or due_customers(local_date(now, zone(realm.time_zone))):
                return False
    return True


def _check(home: Path, realm: Realm, since: date, today: date) -> None:
    """Everybody has his documents and mails, and all usage stands on the first document that it could."""
    assert not ParkedAccount.objects.exists() and parked_jobs() == []
    documents = list(Document.objects.select_related("customer"))
    assert {each.customer.number for each in documents} == set(NUMBERS[realm.slug])
    assert Customer.objects.count() == len(NUMBERS[realm.slug])
    mails = Delivery.objects.filter(state="sent")
    assert mails.count() == Delivery.objects.count() == len(documents)
    assert len(list((home / "mailbox" / realm.slug).glob("*.eml"))) == len(documents)
    assert all(since <= each.on <= today for each in documents)
    lines = list(Line.objects.filter(records__gt=0))
    issued_on = {each.pk: each.on for each in documents}
    for line in lines:
        days = [each.on for each in documents if each.customer_id == line.customer_id]
        assert issued_on[line.document_id] == min(day for day in days if day >= line.period_end)
    found = rated()
    assert 0 < found.rated_records < found.records
    calls = [line.records for line in lines if line.component == "0:calls"]
    assert 0 < sum(calls) <= found.rated_records
