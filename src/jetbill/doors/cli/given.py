"""What people write on a command line: days, amounts, customer numbers. Used inside a scope."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

import click

from jetbill.doors.cli.plugs import plugs
from jetbill.kernel.trouble import BadInput, Refused
from jetbill.kernel.zones import local_date, zone
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
