"""`jet retry`: parked jobs become due again, all of them or those of a kind."""

from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from jetbill.doors.cli.plugs import Plugs
from jetbill.doors.cli.retry import retry
from jetbill.stages.events.queries import parked_jobs
from jetbill.stages.events.queue import NewJob, claim_due, enqueue, park
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import outside_realms, realm_scope

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 2, 1, tzinfo=UTC)


def test_what_is_parked_is_due_again(north: Realm, south: Realm) -> None:
    for realm, kind in ((north, "delivery.send"), (south, "rating.rate"), (south, "delivery.send")):
        with realm_scope(realm):
            enqueue(NewJob(realm.pk, f"{kind}:1", kind, 1, NOW))
    with outside_realms():
        for claim in claim_due(NOW, 9, timedelta(minutes=1), ["delivery.send", "rating.rate"]):
            assert park(claim, "smtp.settings")
    plugs = Plugs(connect=lambda: None, now=lambda: NOW)
    assert "1 job is due again." in CliRunner().invoke(retry, ["rating.rate"], obj=plugs).output
    with outside_realms():
        assert [(job.kind, job.realm_id) for job in parked_jobs()] == [
            ("delivery.send", north.pk),
            ("delivery.send", south.pk),
        ]
    assert "2 jobs are due again." in CliRunner().invoke(retry, [], obj=plugs).output
    with outside_realms():
        assert parked_jobs() == []
        assert len(claim_due(NOW, 9, timedelta(minutes=1), ["delivery.send", "rating.rate"])) == 3
