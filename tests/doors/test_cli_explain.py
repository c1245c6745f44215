"""`jet explain` as people type it: from a line to its price and its calls."""

import json
from pathlib import Path

from jetbill.doors.cli.bill import bill
from jetbill.doors.cli.explain import explain
from jetbill.kernel.trouble import Refused
from jetbill.stages.realms.models import Realm
from tests.doors.test_moving_in import home, move_in, pytestmark, run

__all__ = ["home", "pytestmark"]


def test_a_line_is_followed_to_its_price(home: Path, north: Realm) -> None:
    move_in(home)
    run(bill, home, "run", "--date", "2026-11-01")
    shown = run(explain, home, "INV-2026-000001", "1")
    assert shown.exit_code == 0, shown.exception
    assert "days = " in shown.output and "Tax: " in shown.output
    told = json.loads(run(explain, home, "INV-2026-000001", "2", "-o", "json").stdout)
    assert (told["amount"], told["holds"], told["records"]) == ("30.0000", True, [])
    for wrong, code in (("INV-9", "document.unknown"), ("INV-2026-000001", "document.line_unknown")):
        refused = run(explain, home, wrong, "99").exception
        assert isinstance(refused, Refused) and refused.code == code
