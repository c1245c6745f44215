"""The happenings of a story file: `{on: 2026-01-11, Ann takes: fiber}` becomes what the kernel is told.

A happening has a day (`on`), one key that names a person and what he does, and words that belong to it.
`known` is the day on which the provider learns of it; without it that is the day itself.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal

from jetbill.doors.files.marked_yaml import Fields, Node
from jetbill.kernel.book import Offer, PriceBook, ServiceClass
from jetbill.kernel.discounts import end_after
from jetbill.kernel.finding import unknown
from jetbill.kernel.story import Happens, Pays, Person, Provider, Told, Uses
from jetbill.kernel.terms import (
    BillDayChange,
    CustomerTerms,
    Discount,
    Happening,
    HappeningKind,
    OneOff,
    OneOffKind,
    PlanChoice,
)
from jetbill.kernel.units import Dimension, unit
from jetbill.kernel.zones import claimed_instant, epoch_s, local_date, zone

MANY = 10_000
_AMOUNT = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,9})?) ?([A-Za-z]+)")
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?) ?%")
_PER_PERIOD = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?) per period")
_PLURALS = {"messages": "message", "calls": "call", "records": "record"}


@dataclass(frozen=True, slots=True)
class Tale:
    """One happening while it is read: its fields, the node of the person's key, the person, and the day."""

    fields: Fields
    node: Node
    person: Person
    on: date


@dataclass(frozen=True, slots=True)
class _Taken:
    """A subscription that was taken: number, label, plans by slot."""

    number: int
    book: str
    bundle: str
    label: str
    began: date


@dataclass(slots=True)
class Teller:
    """Collects what a story tells; people whom it mentions first here are customers with bill day 1."""

    books: Sequence[PriceBook]
    provider: Provider
    people: dict[str, Person]
    currency: str
    told: list[Told] = field(default_factory=list)
    taken: dict[str, list[_Taken]] = field(default_factory=dict)
    count: int = 0

    def take(self, node: Node) -> None:
        """One more happening. Raises BadInput."""
        fields = node.mapping()
        verb, name, value = _sentence(node)
        known = ("on", "known", *VERBS[verb].words)
        for key, _ in node.pairs():
            if key.text() not in known and key.text() != f"{name} {verb}":
                raise key.trouble(unknown("key", key.text(), known))
        tale = Tale(fields, value, self._person(name), fields["on"].date())
        day = fields["known"].date() if "known" in fields else tale.on
        if day < tale.on and verb in ("uses", "calls", "sends"):
            raise fields["known"].trouble("use is not known before it happens")
        self.told += [Told(day, name, what) for what in VERBS[verb].read(self, tale)]

    def _person(self, name: str) -> Person:
        if name not in self.people:
            number = len(self.people) + 1
            terms = CustomerTerms(number, str(number), self.provider.zone, self.currency, 1)
            self.people[name] = Person(name, terms)
        return self.people[name]

    def number(self) -> int:
        """The next number: later tellings of a day hold over earlier ones."""
        self.count += 1
        return self.count

    def subscription(self, tale: Tale, named: Node | None) -> _Taken:
        """The subscription that is meant: by its label or plan, or the only one."""
        own = self.taken.get(tale.person.name, [])
        if named is not None:
            name = named.text()
            fitting = [each for each in own if name in (each.label, each.bundle)]
            if not fitting:
                raise named.trouble(f"{tale.person.name} has not taken {name}")
            if len(fitting) > 1:
                raise named.trouble(f"{tale.person.name} took {name} more than once: name each with `as`")
            return fitting[0]
        if len(own) != 1:
            said = "has taken nothing" if not own else "took several things: say which with `of`"
            raise tale.node.trouble(f"{tale.person.name} {said}")
        return own[0]

    def happening(self, tale: Tale, which: _Taken, kind: HappeningKind, choice: PlanChoice | None) -> Happens:
        """A dated change of a subscription."""
        slot = tale.fields["slot"].integer(minimum=0, maximum=99) if "slot" in tale.fields else 0
        choices = () if choice is None else (choice,)
        happening = Happening(tale.on, kind, choices, slot, self.number())
        return Happens(which.number, which.book, which.bundle, which.label, happening)


Read = Callable[[Teller, Tale], Sequence[Happens | Uses | Pays | OneOff | Discount | BillDayChange]]


@dataclass(frozen=True, slots=True)
class Verb:
    """How a sentence is read, and which further words it may have."""

    read: Read
    words: tuple[str, ...] = ()


def _sentence(node: Node) -> tuple[str, str, Node]:
    """The verb, the person and the value of the one key that says who does what."""
    found = []
    for key, value in node.pairs():
        text = key.text()
        verb = next((each for each in VERBS if text.endswith(f" {each}")), None)
        if verb is not None:
            found.append((verb, text.removesuffix(f" {verb}"), value))
    if len(found) != 1:
        known = ", ".join(f"Ann {verb}" for verb in VERBS)
        raise node.trouble(f"a happening says once who does what: {known}")
    return found[0]


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
    taken = _Taken(number, book.code, code, label, tale.on)
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


def _one_off(teller: Teller, tale: Tale, kind: OneOffKind, amount: Decimal) -> OneOff:
    fields = tale.fields
    which = teller.subscription(tale, fields["of"]) if "of" in fields else None
    return OneOff(
        teller.number(),
        tale.person.terms.id,
        tale.on,
        fields["for"].text(),
        amount,
        fields["quantity"].decimal() if "quantity" in fields else Decimal(1),
        kind,
        fields["product"].text() if "product" in fields else "",
        fields["tax"].text() if "tax" in fields else "standard",
        which.number if which else None,
    )


def _is_charged(teller: Teller, tale: Tale) -> list[OneOff]:
    return [_one_off(teller, tale, OneOffKind.CHARGE, tale.node.decimal())]


def _is_given(teller: Teller, tale: Tale) -> list[OneOff]:
    return [_one_off(teller, tale, OneOffKind.GOODWILL, -tale.node.decimal(minimum=0))]


def _has_off(teller: Teller, tale: Tale) -> list[OneOff | Discount]:
    text = tale.node.text()
    percent, amount = _PERCENT.fullmatch(text), _PER_PERIOD.fullmatch(text)
    if percent is None and amount is None:
        return [_one_off(teller, tale, OneOffKind.DISCOUNT, -tale.node.decimal(minimum=0))]
    fields = tale.fields
    which = teller.subscription(tale, fields["of"]) if "of" in fields else None
    return [
        Discount(
            teller.number(),
            tale.person.terms.id,
            tale.on,
            _end_of(teller, tale, which),
            Decimal(percent[1]) if percent else Decimal(0),
            fields["for"].text(),
            which.number if which else None,
            fields["product"].text() if "product" in fields else "",
            Decimal(amount[1]) if amount else Decimal(0),
            tuple(fields["plans"].texts()) if "plans" in fields else (),
            fields["rank"].integer(minimum=-1000, maximum=1000) if "rank" in fields else 0,
        )
    ]


def _end_of(teller: Teller, tale: Tale, which: _Taken | None) -> date | None:
    """The first day without: `until`, or after so many `months`."""
    fields = tale.fields
    if "months" not in fields:
        return fields["until"].date() if "until" in fields else None
    began = (
        which.began
        if which
        else min([each.began for each in teller.taken.get(tale.person.name, [])], default=tale.on)
    )
    start = max(tale.on, began) if which else tale.on
    changes = [each.what for each in teller.told if each.person == tale.person.name]
    days = [each for each in changes if isinstance(each, BillDayChange) and each.on <= start]
    day = max(days, key=lambda each: each.on).bill_day if days else tale.person.terms.bill_day
    return end_after(fields["months"].integer(minimum=1, maximum=1_200), start, day or began.day)


def _pays(teller: Teller, tale: Tale) -> list[Pays]:
    return [Pays(tale.on, tale.node.decimal())]


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
    called = tale.node.text().lstrip("+").removeprefix("00")
    if not called.isdigit():
        raise tale.node.trouble(f'"{tale.node.text()}" is not a number such as 0043123456')
    node = tale.fields["lasting"]
    number, name = _quantity(node)
    counted = node.read(lambda _: unit(name))
    if counted.dimension is not Dimension.SECONDS:
        raise node.trouble("a call lasts seconds, minutes or hours, such as 300 s")
    values = {"duration_s": int(number * counted.size), "called": called}
    return [_use(teller, tale, {"service_class": ServiceClass.VOICE, **values})]


def _sends(teller: Teller, tale: Tale) -> list[Uses]:
    number, name = _quantity(tale.node)
    if _PLURALS.get(name, name) != "message" or number != int(number) or number > MANY:
        raise tale.node.trouble(f"write how many, such as 12 messages (at most {MANY})")
    return [_use(teller, tale, {"service_class": ServiceClass.MESSAGE})] * int(number)


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


_LINE = ("for", "quantity", "tax", "product", "of")
_USE = ("at", "of", "service", "carrying")
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
    "calls": Verb(_calls, ("lasting", *_USE)),
    "sends": Verb(_sends, _USE),
    "is charged": Verb(_is_charged, _LINE),
    "is given": Verb(_is_given, _LINE),
    "has off": Verb(_has_off, ("until", "months", "plans", "rank", *_LINE)),
    "pays": Verb(_pays),
}
