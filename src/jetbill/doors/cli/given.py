"""What people write on a command line: days, amounts, customer numbers, price books."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

import click

from jetbill.doors.cli.plugs import plugs
from jetbill.doors.cli.scope import working_in
from jetbill.doors.files.book import read_checked_book
from jetbill.kernel.book import PriceBook
from jetbill.kernel.trouble import BadInput, Refused
from jetbill.kernel.zones import local_date, zone
from jetbill.stages.catalog import queries
from jetbill.stages.customers.queries import ids_by_number
from jetbill.stages.realms.queries import current_realm

BY = "command line"
"""Who did what is done by a command, in events."""
DAY = click.DateTime(["%Y-%m-%d"])


def day_or_today(told: datetime | None) -> date:
    """The day that was told, else today in the realm."""
    return told.date() if told else local_date(plugs().now(), zone(current_realm().time_zone))


def amount_of(told: str, field: str) -> Decimal:
    """An amount such as 12.50. Raises BadInput that names the argument or option `field`."""
    try:
        amount = Decimal(told)
    except InvalidOperation:
        amount = Decimal("nan")
    if not amount.is_finite():
        raise BadInput(f"{told!r} is no amount, such as 12.50", field=field)
    return amount


def customer_of(number: str) -> int:
    """The id of the customer called `number`. Raises Refused("customer.unknown")."""
    found = ids_by_number([number])
    if number not in found:
        raise Refused("customer.unknown", customer=number)
    return found[number]


def named_book(name: str, realm: str) -> PriceBook:
    """The book in the file `name`, else the stored one that it names."""
    if name.endswith((".yaml", ".yml")) or Path(name).is_file():
        return read_checked_book(Path(name)).book
    code, _, number = name.partition("@")
    if number and not number.isdigit():
        raise BadInput(f'"{name}" is neither a file nor CODE@NUMBER')
    with working_in(realm):
        return queries.load(queries.version_numbered(code, int(number) if number else None).pk)
