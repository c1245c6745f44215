"""`jet discount`: give customers discounts, show them, end one. `jet import` gives many at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import click

from jetbill.doors.cli.given import BY, DAY, amount_of, customer_of, day_or_today
from jetbill.doors.cli.output import not_kept, output_option, print_rows
from jetbill.doors.cli.plugs import plugs
from jetbill.doors.cli.scope import realm_option, working_in
from jetbill.kernel.trouble import BadInput
from jetbill.stages.billing import queries
from jetbill.stages.customers import actions
from jetbill.stages.customers.models import Discount
from jetbill.stages.customers.values import NewBillCredit, NewDiscount

COLUMNS = (
    *("discount", "customer", "percent", "amount", "text", "from", "until"),
    *("subscription", "plans", "product", "rank"),
)
ONE_DAY = timedelta(days=1)


@click.group()
def discount() -> None:
    """Give customers discounts, show which they have, end one."""


@discount.command()
@click.argument("customer")
@click.option("--percent", default="", help="Off every line it is on, such as 10.")
@click.option("--amount", default="", help="Off every recurring fee it is on, for a whole period of it.")
@click.option("--text", required=True, help="What stands on the invoice.")
@click.option("--from", "day", type=DAY, help="The first day a period may begin; else today.")
@click.option("--until", type=DAY, help="The last such day.")
@click.option(
    "--months", type=int, help="So many months from bill day to bill day, from the first period on."
)
@click.option("--subscription", default="", help="Its label or bundle; else all.")
@click.option("--plan", "plans", multiple=True, help="Only on this plan; may be said again.")
@click.option("--product", default="", help="Only on this product code.")
@click.option("--rank", default=0, show_default=True, help="Of several the lower is taken off first.")
@click.option("--dry-run", is_flag=True, help="Check everything, change nothing.")
@realm_option
def give(
    customer: str, day: datetime | None, until: datetime | None, plans: Sequence[str], **told: str | int
) -> None:
    """Give CUSTOMER (a number) a discount: a percentage or an amount, for some months, days or for ever."""
    is_dry, months, rank = bool(told["dry_run"]), told["months"], told["rank"]
    with working_in(str(told["realm"]), is_kept=not is_dry):
        wish = NewDiscount(
            customer=customer,
            percent=_number(told, "percent"),
            amount=_number(told, "amount"),
            text=str(told["text"]),
            start=day_or_today(day),
            end=until.date() + ONE_DAY if until else None,
            months=None if months is None else int(months),
            subscription=str(told["subscription"]),
            plans=tuple(plans),
            product=str(told["product"]),
            rank=int(rank),
        )
        (given,) = actions.give_discounts([wish], by=BY, now=plugs().now())
    click.echo(f"{_sentence(given, customer)}{not_kept(is_dry)}")


@discount.command()
@click.argument("customer")
@click.option("--amount", required=True, help="Off the next bills, until it is used up.")
@click.option("--text", required=True, help="What stands on the invoice.")
@click.option("--from", "day", type=DAY, help="Off bills of that day and later; else of today.")
@click.option("--months", type=int, default=1, show_default=True, help="As often, from bill day to bill day.")
@click.option("--dry-run", is_flag=True, help="Check everything, change nothing.")
@realm_option
def credit(customer: str, day: datetime | None, months: int, dry_run: bool, **told: str) -> None:
    """Give CUSTOMER (a number) a bill credit: an amount off whole bills."""
    with working_in(told["realm"], is_kept=not dry_run):
        amount = amount_of(told["amount"], "--amount")
        wish = NewBillCredit(customer, amount, told["text"], day_or_today(day), months)
        made = actions.give_bill_credit(wish, by=BY, now=plugs().now())
    times = "once" if made == 1 else f"in each of {made} months"
    click.echo(
        f"{told['amount']} off ({told['text']}) for {customer} from {wish.on}, {times}.{not_kept(dry_run)}"
    )


@discount.command("credits")
@click.option("--customer", default="", metavar="NUMBER", help="Only this customer's.")
@realm_option
@output_option
def list_credits(customer: str, realm: str, output: str) -> None:
    """Show bill credits, the newest first, and what is left of each."""
    with working_in(realm):
        rows = [
            (
                each.customer,
                each.text,
                each.on,
                *map(_plain, (each.amount, each.given, each.amount - each.given)),
            )
            for each in queries.bill_credits(customer_of(customer) if customer else None)
        ]
    print_rows(("customer", "text", "from", "amount", "given", "left"), rows, output)


@discount.command("list")
@click.option("--customer", default="", metavar="NUMBER", help="Only this customer's.")
@realm_option
@output_option
def list_discounts(customer: str, realm: str, output: str) -> None:
    """Show discounts, the newest first; until is the last day on which a period may begin."""
    with working_in(realm):
        rows = Discount.objects.select_related("customer", "subscription").order_by("-id")
        if customer:
            rows = rows.filter(customer=customer_of(customer))
        told = [
            (
                each.pk,
                each.customer.number,
                _plain(each.percent),
                _plain(each.amount),
                each.text,
                each.start,
                each.end - ONE_DAY if each.end else "",
                (each.subscription.label or each.subscription.bundle) if each.subscription else "all",
                " ".join(each.plans) or "all",
                each.product or "all",
                each.rank,
            )
            for each in rows
        ]
    print_rows(COLUMNS, told, output)


@discount.command()
@click.argument("number", type=int)
@click.option("--on", "day", type=DAY, required=True, help="The first day without.")
@realm_option
def end(number: int, day: datetime, realm: str) -> None:
    """End discount NUMBER: what begins on that day or later has it no more."""
    with working_in(realm):
        ended = actions.end_discount(number, day.date(), by=BY, now=plugs().now())
    click.echo(f"Discount {ended.pk} ({ended.text}) ends before {ended.end}.")


@discount.command()
@click.argument("new")
@click.option(
    "--by", "referrer", required=True, metavar="NUMBER", help="The customer who brought the new one."
)
@click.option("--on", "day", type=DAY, help="From bills of that day on; else today.")
@click.option("--dry-run", is_flag=True, help="Check everything, change nothing.")
@realm_option
def refer(new: str, referrer: str, day: datetime | None, dry_run: bool, realm: str) -> None:
    """Customer NEW was brought by another one: both have off what the price book says, once."""
    with working_in(realm, is_kept=not dry_run):
        row = actions.refer(new, referrer, day_or_today(day), by=BY, now=plugs().now())
    click.echo(f"Customer {new} was brought by {referrer}; it counts from {row.on} on.{not_kept(dry_run)}")


def _number(told: dict[str, str | int], name: str) -> Decimal:
    written = str(told[name])
    number = amount_of(written, f"--{name}") if written else Decimal(0)
    if number < 0 or (written and not number):
        raise BadInput(f"{written} is not above 0", field=f"--{name}")
    return number


def _sentence(given: Discount, customer: str) -> str:
    what = f"{_plain(given.percent)} %" if given.percent else _plain(given.amount)
    until = f"until {given.end - ONE_DAY}" if given.end else "for ever"
    return f"Discount {given.pk}: {what} off ({given.text}) for {customer} from {given.start} {until}."


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}" if number else ""
