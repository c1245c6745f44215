"""`jet bill lines`, `jet bill credit` and `jet discount` as people type them."""

import json
from pathlib import Path

from jetbill.doors.cli.bill import bill
from jetbill.doors.cli.book import book
from jetbill.doors.cli.coupon import coupon
from jetbill.doors.cli.discount import discount
from jetbill.doors.cli.moving_in import moving_in
from jetbill.doors.cli.unrated import unrated
from jetbill.kernel.trouble import BadInput, Refused
from jetbill.stages.customers.models import Customer
from jetbill.stages.ledger.queries import balances
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import realm_scope
from tests.doors.test_moving_in import home, move_in, pytestmark, run

__all__ = ["home", "pytestmark"]


def test_a_discount_is_given_shown_and_refused(home: Path, north: Realm) -> None:
    move_in(home)
    told = ("give", "C-1", "--amount", "5.00", "--text", "Sorry", "--from", "2026-11-01", "--months", "3")
    dry = run(discount, home, *told, "--dry-run")
    assert "Sorry) for C-1 from 2026-11-01 until 2027-01-31. Nothing was kept: dry run." in dry.output
    assert json.loads(run(discount, home, "list", "-o", "json").stdout) == []
    assert "5 off (Sorry)" in run(discount, home, *told, "--plan", "fiber", "--rank", "2").output
    (given,) = json.loads(run(discount, home, "list", "-o", "json").stdout)
    assert (given["amount"], given["percent"], given["plans"], given["rank"]) == ("5", "", "fiber", 2)
    shown = run(bill, home, "preview", "C-1", "--date", "2026-11-01", "-o", "json")
    assert [line["amount"] for line in json.loads(shown.stdout)] == ["16.45", "30.00", "-5.00"]
    for wrong, said in (
        (("--percent", "10"), "discount.either"),
        (("--plan", "fibre"), "discount.plan_unknown"),
        (("--until", "2026-12-31"), "discount.months"),
        (("--amount", "5.001"), "discount.amount"),
        (("--amount", "-5"), "-5 is not above 0"),
        (("--subscription", "tv"), "subscription.unknown"),
    ):
        assert said in str(run(discount, home, *told, *wrong).exception), wrong


def test_a_coupon_is_shown_and_redeemed_and_a_friend_is_brought(home: Path, north: Realm) -> None:
    move_in(home)
    (home / "book.yaml").write_text(
        "code: home\nname: Home\ncurrency: EUR\ntaxes: {standard: 20}\n"
        "plans: {fiber: {name: Fiber, fee: 30.00 monthly}}\n"
        "promotions: {ten: {percent: 10, coupon: {limit: 1}}}\n"
        "referral: {name: Friend, referrer: 20, referred: 5}\n"
    )
    run(book, home, "import", str(home / "book.yaml"))
    run(book, home, "publish", "home", "--effective", "2026-11-01")
    told = run(coupon, home, "redeem", "C-1", "ten", "--dry-run").output
    assert told == "Coupon ten of home is redeemed for C-1, as number 1. Nothing was kept: dry run.\n"
    assert run(coupon, home, "redeem", "C-1", "ten").output.endswith("as number 1.\n")
    assert "coupon.used_up" in str(run(coupon, home, "redeem", "C-2", "ten").exception)
    (shown,) = json.loads(run(coupon, home, "list", "-o", "json").stdout)
    assert (shown["coupon"], shown["takes off"], shown["redeemed"]) == ("ten", "10 %", 1)
    assert "C-2 was brought by C-1" in run(discount, home, "refer", "C-2", "--by", "C-1").output
    told = ("credit", "C-1", "--amount", "5", "--text", "Sorry", "--months", "2")
    assert "in each of 2 months. Nothing was kept" in run(discount, home, *told, "--dry-run").output
    assert "5 off (Sorry) for C-1 from 2026-11-01, in each of 2 months." in run(discount, home, *told).output
    lines = json.loads(run(bill, home, "preview", "C-1", "--date", "2026-11-01", "-o", "json").stdout)
    assert [line["amount"] for line in lines] == ["16.45", "30.00", "-3.00", "-20.00", "-5.00"]
    run(bill, home, "run", "--date", "2026-11-01")
    credits = json.loads(run(discount, home, "credits", "--customer", "C-1", "-o", "json").stdout)
    assert [(each["from"], each["given"], each["left"]) for each in credits] == [
        ("2026-12-01", "", "5"),
        ("2026-11-01", "5", ""),
        ("2026-11-01", "20", ""),
    ]


def test_an_invoice_is_looked_at_and_given_back(home: Path, north: Realm) -> None:
    move_in(home)
    discounts = home / "discounts.csv"
    discounts.write_text("id,customer,percent,text,from\n1,C-1,10,Autumn,2026-11-01\n")
    run(moving_in, home, "discounts", str(discounts))
    (given,) = json.loads(run(discount, home, "list", "-o", "json").stdout)
    assert (given["customer"], given["percent"], given["until"]) == ("C-1", "10", "")
    ended = run(discount, home, "end", str(given["discount"]), "--on", "2026-12-01")
    assert "ends before 2026-12-01" in ended.output, ended.exception
    run(bill, home, "run", "--date", "2026-11-01")
    shown = run(bill, home, "lines", "INV-2026-000001", "-o", "json")
    assert [line["left"] for line in json.loads(shown.stdout)] == ["16.45", "30.00", "-3.00"]
    done = run(bill, home, "credit", "INV-2026-000001", "--line", "1", "--line", "2=5", "--reason", "Sorry")
    assert "Credit note CN-2026-000001 over 25.74 EUR corrects INV-2026-000001." in done.output, (
        done.exception
    )
    both = run(bill, home, "credit", "INV-2026-000001", "--line", "1", "--amount", "2", "--reason", "x")
    assert isinstance(both.exception, BadInput)
    more = run(bill, home, "credit", "INV-2026-000001", "--amount", "22.01", "--reason", "x")
    assert isinstance(more.exception, Refused) and "over_credited" in str(more.exception)
    assert "rest" not in run(bill, home, "credit", "INV-2026-000001", "--reason", "x").output
    with realm_scope(north):
        ann = Customer.objects.get(number="C-1").pk
        assert balances([ann], "EUR")[ann] == 12.5  # what she moved in with
    assert json.loads(run(unrated, home, "-o", "json").stdout) == []
