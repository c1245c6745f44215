"""A whole month of two realms, once: every row is accounted for, every due customer gets his invoice."""

from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from jetbill.stages.billing.models import Document
from jetbill.stages.events.queue import claim_due
from jetbill.stages.rating import queries as rating
from jetbill.stages.rating.models import RatedUnit
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import outside_realms, realm_scope
from jetbill.stages.usage import queries as usage
from tests.end_to_end import river
from tests.end_to_end.river import MONTH

pytestmark = pytest.mark.django_db(transaction=True)
NORTH = [f"C-{number}" for number in range(1, 19)]
SOUTH = [f"C-{number}" for number in range(101, 113)]


def found_provider(north: Realm, south: Realm, folder: Path) -> dict[str, Path]:
    """Customers in both realms and a file of usage for each; the paths by slug."""
    files = {}
    for realm, numbers in ((north, NORTH), (south, SOUTH)):
        river.sell(realm, numbers, MONTH.first)
        files[realm.slug] = folder / f"{realm.slug}.csv"
        files[realm.slug].write_text(river.usage_rows(numbers, MONTH.first, 300 + len(numbers)))
    return files


def check_all_is_rated(*realms: Realm) -> None:
    """Every stored record of each realm was looked at, however many jobs it took; most have a price."""
    for realm in realms:
        with realm_scope(realm):
            stored, done = usage.stored(), rating.rated()
            assert (done.records, done.octets, done.seconds) == (
                stored.records,
                stored.octets,
                stored.seconds,
            )
            assert done.rated_records > stored.records // 2
            assert RatedUnit.objects.filter(records__gt=0).count() > 2
    with outside_realms():
        assert not claim_due(MONTH.bill_at, 1, timedelta(seconds=1), ["rating.rate"])


def test_a_month_of_two_realms_conserves_everything(
    transactional_db: None, north: Realm, south: Realm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JET_HOME", str(tmp_path / "home"))
    files = found_provider(north, south, tmp_path)
    river.take_in(files, MONTH.bill_at)
    river.work_off(["rating.rate"], lambda: MONTH.bill_at)
    check_all_is_rated(north, south)
    river.run_bills(MONTH.bill_day, MONTH.bill_at)
    river.work_off(["delivery.deliver"], lambda: MONTH.bill_at)
    river.work_off(["delivery.send"], lambda: MONTH.bill_at)
    river.check_sums(tmp_path / "home")
    for realm, numbers in ((north, NORTH), (south, SOUTH)):
        with realm_scope(realm):
            billed = Document.objects.order_by("number").values_list("customer__number", flat=True)
            assert list(billed) == numbers
        letters = sorted((tmp_path / "home" / "mailbox" / realm.slug).glob("*.eml"))
        found = [message_from_bytes(each.read_bytes(), policy=policy.default) for each in letters]
        assert sorted(each["To"] for each in found) == sorted(
            f"{number.lower()}@{realm.slug}.example" for number in numbers
        )
        for letter in found:
            (pdf,) = letter.iter_attachments()  # type: ignore[attr-defined]
            assert pdf.get_content().startswith(b"%PDF-")
    before = river.picture()
    river.take_in(files, MONTH.bill_at)
    river.work_off(["rating.rate", "delivery.deliver", "delivery.send"], lambda: MONTH.bill_at)
    river.run_bills(MONTH.bill_day, MONTH.bill_at)
    assert river.picture() == before, "the same month once more is the same month"
