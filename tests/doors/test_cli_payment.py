"""`jet payment` and `jet statement`."""

from pathlib import Path

import pikepdf
import pytest
from click.testing import CliRunner, Result

from jetbill.doors.cli.payment import payment, statement
from jetbill.doors.cli.plugs import Plugs
from jetbill.kernel.trouble import BadInput, Refused
from jetbill.stages.billing.models import Document
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import realm_scope
from tests.issued import STAMP, customer, issue_invoices

pytestmark = pytest.mark.django_db


def run(command: object, *arguments: str) -> Result:
    plugs = Plugs(connect=lambda: None, now=lambda: STAMP)
    return CliRunner().invoke(command, arguments, obj=plugs)  # type: ignore[arg-type]


@pytest.fixture
def ann(north: Realm) -> None:
    with realm_scope(north):
        issue_invoices([customer()])


def test_money_comes_in_and_goes_back(ann: None) -> None:
    added = run(payment, "add", "C-1", "100", "--on", "2026-02-10", "--reference", "thanks")
    assert ": 100.00 EUR, receipt RCT-2026-000001; 0.00 left as credit." in added.output
    number = added.output.split()[1].rstrip(":")
    listed = run(payment, "list", "-o", "csv").output
    assert "C-1,2026-02-10,100.00,EUR,transfer,thanks,0.00,RCT-2026-000001,received" in listed
    still = run(payment, "open", "--customer", "C-1", "--on", "2026-02-20", "-o", "csv").output
    assert "INV-2026-000001,C-1,2026-02-01,2026-02-15,5,119.00,19.00,EUR" in still
    assert still == run(payment, "open", "--on", "2026-02-20", "-o", "csv").output
    assert "is taken back" in run(payment, "return", number, "--on", "2026-02-12").output
    assert "taken back on 2026-02-12" in run(payment, "list", "-o", "csv").output


def test_the_bank_s_id_makes_it_count_once(ann: None) -> None:
    for _ in range(2):
        run(payment, "add", "C-1", "10", "--id", "2026-02-10/17")
    assert len(run(payment, "list", "-o", "csv").output.splitlines()) == 2
    for _ in range(2):
        run(payment, "add", "C-1", "10")
    assert len(run(payment, "list", "-o", "csv").output.splitlines()) == 4


def test_wrong_wishes_are_refused_in_a_sentence(ann: None, south: Realm) -> None:
    assert isinstance(run(payment, "add", "C-1", "ten").exception, BadInput)
    assert isinstance(run(payment, "add", "C-9", "10").exception, Refused)
    assert isinstance(run(payment, "add", "C-1", "10", "--realm", "south").exception, Refused)
    assert isinstance(run(payment, "open", "--customer", "C-1", "--realm", "south").exception, Refused)


def test_a_statement_is_shown_drawn_and_sent(ann: None, north: Realm, tmp_path: Path) -> None:
    run(payment, "add", "C-1", "19", "--on", "2026-02-10")
    file = tmp_path / "statement.pdf"
    period = ("C-1", "--from", "2026-02-01", "--to", "2026-02-28")
    shown = run(statement, *period, "-o", "csv", "--pdf", str(file))
    assert "2026-02-10,payment,RCT-2026-000001,,19.00,100.00" in shown.output
    with pikepdf.open(file) as opened:
        assert len(opened.pages) == 1
    with realm_scope(north):
        assert not Document.objects.filter(kind="statement").exists()
    assert "ST-2026-000001 is on its way" in run(statement, *period, "--send").output
