"""`jet rerate` as people type it: a price corrected after it was billed, shown, issued once, never twice."""

import json
from datetime import date
from pathlib import Path

from jetbill.doors.cli.bill import bill
from jetbill.doors.cli.rerate import rerate
from jetbill.doors.files.book import read_inline_book
from jetbill.doors.files.marked_yaml import parse_yaml
from jetbill.kernel.book import Applies
from jetbill.kernel.trouble import BadInput, Refused
from jetbill.stages.billing import actions
from jetbill.stages.billing.models import BillRun, Document
from jetbill.stages.catalog.actions import Publication, import_draft, publish
from jetbill.stages.events.models import Event
from jetbill.stages.ledger.queries import trial_balance
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import realm_scope
from tests.doors.test_moving_in import BOOK, NOW, home, move_in, pytestmark, run

__all__ = ["home", "pytestmark"]


def correct_price(home: Path, realm: Realm, price: str) -> None:
    with realm_scope(realm):
        mended = BOOK.replace("30.00 monthly", f"{price} monthly")
        import_draft(read_inline_book(parse_yaml(mended, "book.yaml"), home), by="test", now=NOW)
        publish("home", Publication(date(2026, 11, 1), Applies.EVERYBODY), by="test", now=NOW)


def told(home: Path, *more: str) -> list[tuple[str, str, str]]:
    done = run(rerate, home, "--since", "2026-11-01", *more, "-o", "json")
    assert done.exception is None, done.exception
    return [(each["customer"], each["net"], each["total"]) for each in json.loads(done.stdout)]


def test_a_corrected_price_is_shown_then_billed_once(home: Path, north: Realm) -> None:
    move_in(home)
    run(bill, home, "run", "--date", "2026-11-01")
    assert told(home) == []
    correct_price(home, north, "27.00")
    again = run(bill, home, "run", "--date", "2026-11-01")
    assert "Nobody is due" in again.output  # an ordinary run leaves alone what was issued
    differences = [("C-1", "3.00", "3.60"), ("C-2", "6.00", "7.20")]
    assert told(home) == differences
    with realm_scope(north):
        before = {each.pk: bytes(each.view) for each in Document.objects.all()}
        assert len(before) == 2 and not BillRun.objects.filter(rerate_since__isnull=False).exists()
    assert told(home, "--customer", "C-2") == differences[1:]
    assert told(home, "--issue") == differences
    assert told(home, "--issue") == told(home) == []
    with realm_scope(north):
        new = Document.objects.exclude(pk__in=before)
        assert {each.kind for each in new} == {"credit_note"} and new.count() == 2
        assert all(each.corrects_id in before for each in new)
        assert {each.pk: bytes(each.view) for each in Document.objects.filter(pk__in=before)} == before
        assert sum(trial_balance().values()) == 0
        assert Event.objects.filter(kind="credit_note.issued").count() == 2


def test_what_is_priced_anew_bills_nothing_new(home: Path, north: Realm) -> None:
    move_in(home)
    run(bill, home, "run", "--date", "2026-11-01")
    correct_price(home, north, "33.00")
    assert told(home, "--issue") == [("C-1", "3.00", "3.60"), ("C-2", "6.00", "7.20")]
    done = run(bill, home, "run", "--date", "2026-12-01")
    assert "2 documents issued for 2 due customers, 118.80 in all" in done.output  # 99.00 and a fifth


def test_another_run_comes_first_and_the_future_waits(home: Path, north: Realm) -> None:
    move_in(home)
    assert run(rerate, home, "--since", "2026-11-01").return_value == 0  # nobody was billed yet
    run(bill, home, "run", "--date", "2026-11-01")
    assert isinstance(run(rerate, home, "--since", "2026-12-01").exception, BadInput)
    with realm_scope(north):
        assert actions.open_rerate(date(2026, 11, 1), date(2026, 11, 1), now=NOW) is not None
    other = run(rerate, home, "--since", "2026-10-01").exception
    assert isinstance(other, Refused) and other.code == "bill_run.unfinished"
    ordinary = run(bill, home, "run", "--date", "2026-11-01").exception
    assert isinstance(ordinary, Refused) and ordinary.code == "bill_run.unfinished"
