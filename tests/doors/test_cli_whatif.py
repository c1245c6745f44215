"""`jet book whatif` as people type it: a dearer draft, one that drops a plan, and nothing kept."""

import json
from pathlib import Path

from jetbill.doors.cli.book import book
from jetbill.doors.cli.output import IN_PART
from jetbill.stages.billing.models import Document
from jetbill.stages.catalog.queries import listed
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import realm_scope
from tests.doors.test_moving_in import BOOK, home, move_in, pytestmark, run

__all__ = ["home", "pytestmark"]


def test_a_dearer_draft_is_compared_customer_by_customer(home: Path, north: Realm) -> None:
    move_in(home)
    draft = home / "draft.yaml"
    draft.write_text(BOOK.replace("30.00 monthly", "33.00 monthly"))
    asked = (str(draft), "--usage-of", "2026-11")
    done = run(book, home, "whatif", *asked, "-o", "json")
    (fiber,) = json.loads(done.stdout)
    assert (fiber["charge"], fiber["now"], fiber["draft"], fiber["difference"]) == (
        *("Fiber", "90.00", "99.00", "9.00"),
    )
    assert "In all 90.00 EUR now, 99.00 by the draft: 9.00 EUR." in done.stderr
    assert "2 of 2 customers would be charged otherwise." in done.stderr
    by = run(book, home, "whatif", *asked, "--by", "customer", "-o", "csv").stdout.splitlines()
    assert by[1:] == ["C-2,Bob,EUR,60.00,66.00,6.00", "C-1,Ann,EUR,30.00,33.00,3.00"]
    same = run(book, home, "whatif", "home", "--usage-of", "2026-11", "-o", "json")
    assert json.loads(same.stdout) == [] and "0 of 2 customers" in same.stderr
    with realm_scope(north):
        assert len(listed()) == 1 and not Document.objects.exists()


def test_a_draft_without_the_plan_tells_who_loses_it(home: Path, north: Realm) -> None:
    move_in(home)
    draft = home / "draft.yaml"
    draft.write_text(BOOK.replace("plans: {fiber: ", "plans: {radio: "))
    done = run(book, home, "whatif", str(draft), "--usage-of", "2026-11")
    assert done.return_value == IN_PART
    assert 'C-1 cannot be billed: price book "home" has no plan "fiber"' in done.stderr
