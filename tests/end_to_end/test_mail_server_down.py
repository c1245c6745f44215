"""A month is billed while the mail server is away for an hour: afterwards each mail has come exactly once."""

from datetime import timedelta
from pathlib import Path

import pytest

from jetbill.stages.delivery.models import Delivery, DeliveryLog
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import outside_realms, realm_scope
from tests.end_to_end import river
from tests.end_to_end.river import MONTH
from tests.end_to_end.test_whole_river import NORTH, SOUTH, found_provider
from tests.mail_server import MailServer, serving

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_server_away_for_an_hour_gets_each_mail_of_the_month_once(
    transactional_db: None, north: Realm, south: Realm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JET_HOME", str(tmp_path / "home"))
    found_provider(north, south, tmp_path)
    with serving() as gone:
        pass
    with outside_realms():
        Realm.objects.update(mail={"host": "127.0.0.1", "port": gone.port, "security": "none"})
    river.run_bills(MONTH.bill_day, MONTH.bill_at)
    river.work_off(["delivery.deliver"], lambda: MONTH.bill_at)
    for minutes in range(0, 60, 5):
        now = MONTH.bill_at + timedelta(minutes=minutes)
        river.work_off(["delivery.send"], lambda now=now: now)  # type: ignore[misc]
    with serving(MailServer(port=gone.port)) as again:
        for hours in range(1, 12):
            now = MONTH.bill_at + timedelta(hours=hours)
            river.work_off(["delivery.send"], lambda now=now: now)  # type: ignore[misc]
        assert len(again.ids()) == len(NORTH) + len(SOUTH)
        assert set(again.ids()) == river.message_ids() and len(set(again.ids())) == len(again.ids())
    assert river.told_copies() == {}
    for realm in (north, south):
        with realm_scope(realm):
            assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
            assert DeliveryLog.objects.filter(what="put off").exists()
