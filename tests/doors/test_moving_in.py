"""`jet import` and `jet bill`: a provider moves in with four lists, and nobody is billed for the past."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from jetbill.doors.cli.bill import bill
from jetbill.doors.cli.moving_in import moving_in
from jetbill.doors.cli.plugs import Plugs
from jetbill.doors.files.book import read_inline_book
from jetbill.doors.files.marked_yaml import parse_yaml
from jetbill.kernel.book import Applies
from jetbill.kernel.trouble import BadInput, Refused
from jetbill.stages.billing.models import Document
from jetbill.stages.catalog.actions import Publication, import_draft, publish
from jetbill.stages.customers.models import Customer, ServiceIdentifier
from jetbill.stages.ledger.queries import balances
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import realm_scope

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 1, 8, tzinfo=UTC)
BOOK = """
code: home
name: Home
currency: EUR
taxes: {standard: {category: S, percent: 20}}
plans: {fiber: {name: Fiber, fee: 30.00 monthly}}
"""
CUSTOMERS = """number,name,email,city,country,bill_day,billed_through,parent
C-1,Ann,ann@x.example,Galway,IE,1,2026-10-15,
C-2,Bob,,Cork,IE,1,2026-10-15,C-1
"""
SERVICES = """customer,book,bundle,start,choices,service,service_class,identifiers
C-1,home,fiber,2025-01-01,fiber:fee,line,data,ann
C-2,home,fiber,2025-01-01,fiber:fee*2,line,data,bob
"""
BALANCES = "customer,on,amount\nC-1,2026-10-31,12.50\n"
NUMBERS = "customer,service,identifier,start\nC-2,line,ann,2026-11-01T00:00:00+00:00\n"


def run(group: Any, home: Path, *arguments: str) -> Result:
    plugs = Plugs(connect=lambda: None, home=lambda: home, now=lambda: NOW)
    return CliRunner().invoke(group, arguments, obj=plugs, standalone_mode=False)


@pytest.fixture
def home(transactional_db: None, north: Realm, tmp_path: Path) -> Path:
    with realm_scope(north):
        import_draft(read_inline_book(parse_yaml(BOOK, "book.yaml"), tmp_path), by="test", now=NOW)
        publish("home", Publication(date(2025, 1, 1), Applies.EVERYBODY), by="test", now=NOW)
    for name, text in (
        ("customers", CUSTOMERS),
        ("services", SERVICES),
        ("balances", BALANCES),
        ("numbers", NUMBERS),
    ):
        (tmp_path / f"{name}.csv").write_text(text)
    return tmp_path


def move_in(home: Path) -> None:
    for name in ("customers", "services", "balances", "numbers"):
        done = run(moving_in, home, name, str(home / f"{name}.csv"))
        assert done.exception is None, done.exception


def test_a_dry_run_checks_and_keeps_nothing(home: Path, north: Realm) -> None:
    done = run(moving_in, home, "customers", str(home / "customers.csv"), "--dry-run")
    assert done.output == "2 customers made, 0 were here already. Nothing was kept: dry run.\n"
    with realm_scope(north):
        assert not Customer.objects.exists()


def test_four_lists_move_a_provider_in(home: Path, north: Realm) -> None:
    move_in(home)
    with realm_scope(north):
        ann, bob = Customer.objects.order_by("number")
        assert bob.parent == ann and bob.share == ann.share
        assert balances([ann.pk], "EUR")[ann.pk] == 12.5
        spans = ServiceIdentifier.objects.filter(identifier__value="ann").order_by("start")
        assert [span.end is None for span in spans] == [False, True]


def test_nobody_is_billed_for_what_was_billed_before(home: Path, north: Realm) -> None:
    move_in(home)
    shown = run(bill, home, "preview", "C-1", "--date", "2026-11-01", "-o", "json")
    lines = json.loads(shown.stdout)
    # October is billed through the 14th: 17 of 31 days of 30.00, and November.
    assert [(line["from"], line["amount"]) for line in lines] == [
        ("2026-10-15", "16.45"),
        ("2026-11-01", "30.00"),
    ]
    trial = run(bill, home, "run", "--date", "2026-11-01", "--dry-run")
    assert "would be issued for 2 due customers" in trial.output, trial.exception
    done = run(bill, home, "run", "--date", "2026-11-01")
    assert "2 documents issued for 2 due customers, 167.22 in all, 0 parked." in done.output
    again = run(bill, home, "run", "--date", "2026-11-01")
    assert "Nobody is due" in again.output
    with realm_scope(north):
        assert Document.objects.count() == 2


def test_charges_and_discounts_come_in_once_and_stand_on_the_next_bill(home: Path, north: Realm) -> None:
    move_in(home)
    charges, discounts = home / "charges.csv", home / "discounts.csv"
    charges.write_text(
        "id,customer,on,text,amount,kind,subscription\n"
        "1,C-1,2026-11-01,Engineer,45.00,charge,\n2,C-1,2026-11-01,Sorry,5.00,goodwill,fiber\n"
    )
    discounts.write_text("id,customer,percent,text,from,until\n1,C-1,10,Autumn,2026-11-01,2026-11-30\n")
    for made in (2, 0):
        told = run(moving_in, home, "charges", str(charges)).output
        assert told.startswith(f"{made} charges added"), told
    assert run(moving_in, home, "discounts", str(discounts)).output.startswith("1 discounts given")
    shown = run(bill, home, "preview", "C-1", "--date", "2026-11-01", "-o", "json")
    assert [line["amount"] for line in json.loads(shown.stdout)] == [
        *("16.45", "30.00", "-3.00"),
        *("45.00", "-4.50", "-5.00"),  # what begins in November is discounted, goodwill is not
    ]


@pytest.mark.parametrize(
    "name, text, sentence",
    [
        (
            "customers",
            "number,name,email\nC-1,Ann,nowhere\n",
            ":2: email: 'nowhere' is not an e-mail address",
        ),
        ("customers", "number\nC-1\n", ":1: the column 'name' is missing; found number"),
        ("customers", "number,name,bill_day\nC-1,Ann,32\n", ":2: bill_day: '32' is not a whole number"),
        ("customers", "number,name\nC-1,Ann\nC-1,Bob\n", ": the customer number 'C-1' stands there twice"),
        ("services", "customer,book,bundle,start,choices\nC-1,home,fiber,2026-13-01,x\n", ":2: start: "),
        ("balances", "customer,on,amount\nC-9,2026-10-31,1.00\n", ": there is no customer C-9"),
        ("numbers", "customer,service,identifier,start\nC-1,line,ann,2026-11-01T00:00\n", ":2: start: "),
        (
            "discounts",
            "id,customer,percent,text,from\n1,C-1,120,Off,2026-11-01\n",
            ":2: percent: 120 is not above 0 and up to 100",
        ),
        ("charges", "id,customer,on,text,amount\n1,C-9,2026-11-01,x,5\n", ": there is no customer C-9"),
    ],
)
def test_a_wrong_list_is_refused_whole_in_one_sentence(
    home: Path, north: Realm, name: str, text: str, sentence: str
) -> None:
    path = home / "wrong.csv"
    path.write_text(text)
    done = run(moving_in, home, name, str(path))
    assert isinstance(done.exception, BadInput | Refused)
    assert f"{path}{sentence}" in str(done.exception)
    with realm_scope(north):
        assert not Customer.objects.exists()
