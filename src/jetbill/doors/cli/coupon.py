"""`jet coupon`: which coupons the price books have and how often they were redeemed; redeem one."""

from collections import Counter
from datetime import datetime

import click

from jetbill.doors.cli.given import BY, DAY, day_or_today
from jetbill.doors.cli.output import not_kept, output_option, print_rows
from jetbill.doors.cli.plugs import plugs
from jetbill.doors.cli.scope import realm_option, working_in
from jetbill.kernel.promotions import Promotion
from jetbill.stages.catalog import queries as catalog
from jetbill.stages.customers import actions
from jetbill.stages.customers.models import Redemption
from jetbill.stages.customers.values import NewRedemption

COLUMNS = (
    *("book", "coupon", "text", "takes off", "plans", "product", "months"),
    *("since", "until", "limit", "per customer", "redeemed"),
)


@click.group()
def coupon() -> None:
    """Show the coupons of the price books, redeem one for a customer."""


@coupon.command("list")
@click.option("--on", "day", type=DAY, help="As the books hold on that day; else today.")
@realm_option
@output_option
def list_coupons(day: datetime | None, realm: str, output: str) -> None:
    """Show every coupon, what it takes off, and how often it was redeemed."""
    with working_in(realm):
        on = day_or_today(day)
        redeemed = Counter(Redemption.objects.values_list("book", "code"))
        books = [catalog.book_for(code, on) for code in sorted({each.code for each in catalog.listed()})]
        rows = [
            (book.code, each.code, *_told(each), redeemed[book.code, each.code])
            for book in books
            if book is not None
            for each in book.promotions.values()
            if each.coupon is not None
        ]
    print_rows(COLUMNS, rows, output)


@coupon.command()
@click.argument("customer")
@click.argument("code")
@click.option("--on", "day", type=DAY, help="On that day; else today.")
@click.option("--book", default="", help="Of this price book; else of one that the customer has.")
@click.option("--subscription", default="", help="For this one (its label or bundle); else for all.")
@click.option("--dry-run", is_flag=True, help="Check everything, change nothing.")
@realm_option
def redeem(customer: str, code: str, day: datetime | None, dry_run: bool, **told: str) -> None:
    """Redeem coupon CODE for CUSTOMER (a number): from then on it is taken off his bills."""
    with working_in(told["realm"], is_kept=not dry_run):
        wish = NewRedemption(customer, code, day_or_today(day), told["book"], told["subscription"])
        row = actions.redeem(wish, by=BY, now=plugs().now())
    click.echo(
        f"Coupon {code} of {row.book} is redeemed for {customer}, as number {row.number}.{not_kept(dry_run)}"
    )


def _told(of: Promotion) -> tuple[object, ...]:
    assert of.coupon is not None
    off = (
        f"{of.percent} %"
        if of.percent
        else f"{of.amount} per period"
        if of.amount
        else f"{of.bill_credit} once"
    )
    return (
        *(of.name, off, " ".join(of.plans) or "all", of.product or "all", of.months or ""),
        *(of.coupon.since or "", of.coupon.until or "", of.coupon.limit or "", of.coupon.per_customer),
    )
