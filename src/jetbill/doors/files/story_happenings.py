"""The happenings of a story file: `{on: 2026-01-11, Ann takes: fiber}` becomes what the kernel is told.

A happening has a day (`on`), one key that names a person and what he does, and words that belong to it.
`known` is the day on which the provider learns of it; without it that is the day itself.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from jetbill.doors.files.marked_yaml import Fields, Node
from jetbill.doors.files.story_money import MONEY
from jetbill.doors.files.story_teller import Read, Taken, Tale, Teller, Verb
from jetbill.kernel.book import Offer, PriceBook, ServiceClass
from jetbill.kernel.finding import unknown
from jetbill.kernel.story import Happens, Uses
from jetbill.kernel.tariff_check import DIRECTIONS
from jetbill.kernel.terms import BillDayChange, Happening, HappeningKind, PlanChoice
from jetbill.kernel.units import Dimension, unit
from jetbill.kernel.zones import claimed_instant, epoch_s, local_date, zone

MANY = 10_000
_AMOUNT = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,9})?) ?([A-Za-z]+)")
_PLURALS = {"messages": "message", "calls": "call", "records": "record"}


def _takes(teller: Teller, tale: Tale) -> list[Happens]:
    nodes = [tale.node] if tale.node.is_text else tale.node.items()
    code = nodes[0].text()
    book = next((each for each in teller.books if code in each.bundles or code in each.plans), None)
    if book is None:
        plans = [plan for each in teller.books for plan in each.plans]
        raise nodes[0].trouble(unknown("plan", code, plans))
    choices = _choices(book, nodes, tale.fields)
    label = tale.fields["as"].text() if "as" in tale.fields else ""
    own = teller.taken.setdefault(tale.person.name, [])
    number = tale.person.terms.id * 100 + len(own)
    taken = Taken(number, book.code, code, label, tale.on, {each.plan for each in choices})
    own.append(taken)
    happening = Happening(tale.on, HappeningKind.START, choices, 0, teller.number())
    return [Happens(number, book.code, code, label, happening)]


def _choices(book: PriceBook, nodes: Sequence[Node], fields: Fields) -> tuple[PlanChoice, ...]:
    plans: list[str] = []
    for node in nodes:
        code = node.text()
        if code in book.bundles:
            offers = book.bundles[code].offers
            plans += [each.plan for each in offers if each.offer is Offer.LOCKED or each.is_selected]
        elif code in book.plans:
            plans.append(code)
        else:
            raise node.trouble(unknown("plan", code, book.plans))
    quantity = fields["quantity"].integer(minimum=1) if "quantity" in fields else 1
    fee = fields["fee"].text() if "fee" in fields else ""
    if fee and not any(fee == each.code for plan in plans for each in book.plans[plan].fees):
        raise fields["fee"].trouble(f'no plan taken here has a fee "{fee}"')
    return tuple(PlanChoice(plan, _fee_of(book, plan, fee), quantity) for plan in plans)


def _fee_of(book: PriceBook, plan: str, fee: str) -> str:
    return fee if any(each.code == fee for each in book.plans[plan].fees) else ""


def _changes_plan(teller: Teller, tale: Tale) -> list[Happens]:
    which = teller.subscription(tale, tale.fields.get("of"))
    plan = tale.node.text()
    book = next(each for each in reversed(teller.books) if each.code == which.book)
    if plan not in book.plans:
        raise tale.node.trouble(unknown("plan", plan, book.plans))
    which.plans.add(plan)
    quantity = tale.fields["quantity"].integer(minimum=0) if "quantity" in tale.fields else 1
    fee = tale.fields["fee"].text() if "fee" in tale.fields else ""
    return [teller.happening(tale, which, HappeningKind.PLAN, PlanChoice(plan, fee, quantity))]


def _changes_fee(teller: Teller, tale: Tale) -> list[Happens]:
    which = teller.subscription(tale, tale.fields.get("of"))
    return [teller.happening(tale, which, HappeningKind.FEE, PlanChoice("", tale.node.text()))]


def _changes_quantity(teller: Teller, tale: Tale) -> list[Happens]:
    which = teller.subscription(tale, tale.fields.get("of"))
    choice = PlanChoice("", "", tale.node.integer(minimum=0, maximum=10**6))
    return [teller.happening(tale, which, HappeningKind.QUANTITY, choice)]


def _changes_bill_day(teller: Teller, tale: Tale) -> list[BillDayChange]:
    return [BillDayChange(tale.on, tale.node.integer(minimum=1, maximum=31))]


def _plainly(kind: HappeningKind) -> Read:
    def read(teller: Teller, tale: Tale) -> list[Happens]:
        return [teller.happening(tale, teller.subscription(tale, tale.node), kind, None)]

    return read


def _uses(teller: Teller, tale: Tale) -> list[Uses]:
    number, name = _quantity(tale.node)
    counted = tale.node.read(lambda _: unit(name))
    base = int(number * counted.size)
    if counted.dimension is Dimension.OCTETS:
        return [_use(teller, tale, {"service_class": ServiceClass.DATA, "octets": base})]
    if counted.dimension is Dimension.SECONDS:
        return [_use(teller, tale, {"service_class": ServiceClass.DATA, "duration_s": base})]
    return [_use(teller, tale, {"service_class": ServiceClass.OTHER, "quantity": base})]


def _calls(teller: Teller, tale: Tale) -> list[Uses]:
    called = _number(tale.node)
    node = tale.fields["lasting"]
    number, name = _quantity(node)
    counted = node.read(lambda _: unit(name))
    if counted.dimension is not Dimension.SECONDS:
        raise node.trouble("a call lasts seconds, minutes or hours, such as 300 s")
    calling = _number(tale.fields["from"]) if "from" in tale.fields else ""
    values = {"duration_s": int(number * counted.size), "called": called, "calling": calling}
    return [_use(teller, tale, {"service_class": ServiceClass.VOICE, **values})]


def _number(node: Node) -> str:
    digits = node.text().lstrip("+").removeprefix("00")
    if not digits.isdigit():
        raise node.trouble(f'"{node.text()}" is not a number such as 0043123456')
    return digits


def _sends(teller: Teller, tale: Tale) -> list[Uses]:
    number, name = _quantity(tale.node)
    if _PLURALS.get(name, name) != "message" or number != int(number) or number > MANY:
        raise tale.node.trouble(f"write how many, such as 12 messages (at most {MANY})")
    called = _number(tale.fields["to"]) if "to" in tale.fields else ""
    return [_use(teller, tale, {"service_class": ServiceClass.MESSAGE, "called": called})] * int(number)


def _use(teller: Teller, tale: Tale, measured: Mapping[str, object]) -> Uses:
    if "carrying" in tale.fields:
        node = tale.fields["carrying"]
        carried = node.decimal(minimum=0) * unit("money").size
        if carried % 1 or "quantity" in measured:
            raise node.trouble("a record carries one amount, of at most 6 decimals")
        measured = {**measured, "quantity": int(carried)}
    on, start_s = _start(tale)
    which = teller.subscription(tale, tale.fields["of"]).number if "of" in tale.fields else None
    service = tale.fields["service"].integer(minimum=0) if "service" in tale.fields else 0
    if "direction" in tale.fields:
        measured = {**measured, "direction": tale.fields["direction"].one_of(DIRECTIONS, "direction")}
    return Uses(on, start_s, subscription=which, service=service, **measured)  # type: ignore[arg-type]


def _start(tale: Tale) -> tuple[date, int]:
    """Local day and instant: `at: 12:30` on the customer's clock, `at: 12:30Z` UTC; without it noon."""
    node, at = tale.fields.get("at"), zone(tale.person.terms.zone)
    text = "12:00" if node is None else node.text()
    found = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?(Z?)", text)
    if found is None:
        assert node is not None
        raise node.trouble(f'"{text}" is not a time such as 12:30, or 12:30Z for UTC')
    clock = datetime(
        tale.on.year, tale.on.month, tale.on.day, int(found[1]), int(found[2]), int(found[3] or 0)
    )
    if found[4]:
        instant = clock.replace(tzinfo=UTC)
        return local_date(instant, at), epoch_s(instant)
    claimed = claimed_instant(clock, at)
    if claimed is None:
        raise (node or tale.node).trouble(
            f"the clocks of {tale.person.terms.zone} never show {text} on {tale.on}"
        )
    return tale.on, epoch_s(claimed)


def _quantity(node: Node) -> tuple[Decimal, str]:
    found = _AMOUNT.fullmatch(node.text())
    if found is None:
        raise node.trouble(f'"{node.text()}" is not a quantity with its unit, such as 130 GB or 300 s')
    return Decimal(found[1]), _PLURALS.get(found[2], found[2])


_USE = ("at", "of", "service", "carrying", "direction")
VERBS: Mapping[str, Verb] = {
    "takes": Verb(_takes, ("fee", "quantity", "as")),
    "changes plan to": Verb(_changes_plan, ("of", "slot", "fee", "quantity")),
    "changes fee to": Verb(_changes_fee, ("of", "slot")),
    "changes quantity to": Verb(_changes_quantity, ("of", "slot")),
    "changes bill day to": Verb(_changes_bill_day),
    "pauses": Verb(_plainly(HappeningKind.PAUSE)),
    "resumes": Verb(_plainly(HappeningKind.RESUME)),
    "cancels": Verb(_plainly(HappeningKind.END)),
    "uses": Verb(_uses, _USE),
    "calls": Verb(_calls, ("lasting", "from", *_USE)),
    "sends": Verb(_sends, ("to", *_USE)),
    **MONEY,
}
