"""Lists for moving in: customers, services, balances, numbers, charges and discounts, one CSV file each.

`billed_through` is the first day that the former system has not billed: nothing before it is ever charged.
Choices are written `plan:fee*quantity`, several with blanks between: `fiber:monthly ipv4:monthly*2`.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jetbill.doors.files.lists import Row, read_list
from jetbill.kernel.book import ServiceClass
from jetbill.kernel.terms import OneOffKind, PlanChoice
from jetbill.stages.customers.values import (
    NewCustomer,
    NewDiscount,
    NewNumber,
    NewOneOff,
    NewService,
    NewSubscription,
    OpeningBalance,
    PostalAddress,
)

CUSTOMER_COLUMNS = {
    *("email", "contact", "phone", "street", "city", "postcode", "region", "country", "company", "language"),
    *("zone", "currency", "bill_day", "payment_days", "delivery", "tax_id", "tax_exempt", "parent"),
    "billed_through",
}
SERVICE_COLUMNS = {"label", "service", "service_class", "identifiers", "billed_through"}

CHARGE_COLUMNS = {"quantity", "kind", "product", "tax_class", "subscription"}
FILE = "file"
"""Where lines and discounts of a list come from: with their id they count once."""


def read_customers(path: Path, currency: str) -> Iterator[NewCustomer]:
    """Customers; those without a currency get the realm's `currency`."""
    for row in read_list(path, {"number", "name"}, CUSTOMER_COLUMNS):
        yield _customer(row, currency)


def read_services(path: Path) -> Iterator[NewSubscription]:
    """One subscription a row, with at most one service whose identifiers are separated by blanks."""
    for row in read_list(path, {"customer", "book", "bundle", "start", "choices"}, SERVICE_COLUMNS):
        yield _subscription(row)


def read_balances(path: Path) -> Iterator[OpeningBalance]:
    """Opening balances."""
    for row in read_list(path, {"customer", "on", "amount"}, {"text"}):
        text = row.text("text", "Balance brought forward")
        yield OpeningBalance(row.text("customer"), row.day("on"), row.decimal("amount"), text)


def read_numbers(path: Path) -> Iterator[NewNumber]:
    """Identifiers given to services from an instant on."""
    for row in read_list(path, {"customer", "service", "identifier", "start"}, {"end"}):
        start, end = _instant(row, "start"), row.instant_or_none("end")
        if end is not None and end <= start:
            raise row.trouble("end", "is not after the start")
        yield NewNumber(row.text("customer"), row.text("service"), row.text("identifier"), start, end)


def read_charges(path: Path) -> Iterator[NewOneOff]:
    """Single lines; of a discount or goodwill `amount` is what is given, with or without its minus."""
    kinds = tuple(OneOffKind)
    for row in read_list(path, {"id", "customer", "on", "text", "amount"}, CHARGE_COLUMNS):
        kind, amount = OneOffKind(row.choice("kind", kinds, "charge")), row.decimal("amount")
        yield NewOneOff(
            customer=row.text("customer"),
            on=row.day("on"),
            text=row.text("text"),
            amount=amount if kind is OneOffKind.CHARGE else -abs(amount),
            quantity=row.decimal("quantity", "1"),
            kind=kind,
            product=row.text("product", ""),
            tax_class=row.text("tax_class", "standard"),
            source=FILE,
            source_id=row.text("id"),
            subscription=row.text("subscription", ""),
        )


def read_discounts(path: Path) -> Iterator[NewDiscount]:
    """Discounts on what begins from day `from` on; `until` is the last such day, or it lasts `months`."""
    needed = {"id", "customer", "text", "from"}
    known = {"percent", "amount", "until", "months", "subscription", "plans", "product", "rank"}
    for row in read_list(path, needed, known):
        start, last = row.day("from"), row.day_or_none("until")
        if last is not None and last < start:
            raise row.trouble("until", "is before from")
        yield NewDiscount(
            customer=row.text("customer"),
            percent=_percent(row),
            amount=row.decimal("amount", "0"),
            text=row.text("text"),
            start=start,
            # people write "until the 31st" and mean all of it
            end=None if last is None else last + timedelta(days=1),
            subscription=row.text("subscription", ""),
            product=row.text("product", ""),
            plans=tuple(row.text("plans", "").split()),
            months=row.integer("months", 1, 1_200, 1) if row.text("months", "") else None,
            rank=row.integer("rank", -1_000, 1_000, 0),
            source=FILE,
            source_id=row.text("id"),
        )


def _percent(row: Row) -> Decimal:
    percent = row.decimal("percent", "0")
    if not 0 < percent <= 100 and row.text("percent", ""):
        raise row.trouble("percent", f"{percent} is not above 0 and up to 100")
    return percent


def _instant(row: Row, field: str) -> datetime:
    instant = row.instant_or_none(field)
    if instant is None:
        raise row.trouble(field, "is empty")
    return instant


def _customer(row: Row, currency: str) -> NewCustomer:
    zone = row.text("zone", "")
    if zone:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise row.trouble("zone", f"{zone!r} is no time zone such as Europe/Dublin") from None
    email = row.text("email", "")
    if email and email.count("@") != 1:
        raise row.trouble("email", f"{email!r} is not an e-mail address")
    street = row.text("street", "")
    return NewCustomer(
        number=row.text("number"),
        name=row.text("name"),
        currency=row.text("currency", currency),
        email=email,
        contact=row.text("contact", ""),
        phone=row.text("phone", ""),
        address=PostalAddress(
            lines=(street,) if street else (),
            city=row.text("city", ""),
            postcode=row.text("postcode", ""),
            region=row.text("region", ""),
            country=row.text("country", ""),
        ),
        is_company=row.flag("company"),
        language=row.text("language", "en"),
        zone=zone,
        bill_day=row.integer("bill_day", 0, 31, 1),
        payment_days=row.integer("payment_days", 0, 365, 14),
        delivery=row.choice("delivery", ("email", "post", "none"), "email" if email else "post"),
        tax_id=row.text("tax_id", ""),
        tax_exempt=_exempt(row),
        parent=row.text("parent", ""),
        billed_through=row.day_or_none("billed_through"),
    )


def _exempt(row: Row) -> tuple[tuple[str, str], ...]:
    """`standard=Export` exempts one tax class, `*=Diplomatic mission` all."""
    written = row.text("tax_exempt", "")
    if not written:
        return ()
    name, mark, reason = written.partition("=")
    if not mark or not reason.strip():
        raise row.trouble("tax_exempt", "is written class=reason, with * for every class")
    return ((name.strip(), reason.strip()),)


def _subscription(row: Row) -> NewSubscription:
    identifiers = tuple(row.text("identifiers", "").split())
    name = row.text("service", identifiers[0] if identifiers else "")
    services: tuple[NewService, ...] = ()
    if name:
        kinds = tuple(ServiceClass)
        services = (NewService(name, row.choice("service_class", kinds, "data"), identifiers),)
    return NewSubscription(
        customer=row.text("customer"),
        book=row.text("book"),
        bundle=row.text("bundle"),
        start=row.day("start"),
        choices=tuple(_choice(row, part) for part in row.text("choices").split()),
        services=services,
        label=row.text("label", ""),
        billed_through=row.day_or_none("billed_through"),
    )


def _choice(row: Row, part: str) -> PlanChoice:
    chosen, star, count = part.partition("*")
    plan, _, fee = chosen.partition(":")
    if not plan or (star and not (count.isdigit() and int(count) > 0)):
        raise row.trouble("choices", f"{part!r} is not written plan:fee or plan:fee*quantity")
    return PlanChoice(plan, fee, int(count) if star else 1)
