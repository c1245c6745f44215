"""Who takes down what a story tells, sentence by sentence; what the sentences mean is said by their verbs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from jetbill.doors.files.marked_yaml import Fields, Node
from jetbill.kernel.book import PriceBook
from jetbill.kernel.finding import unknown
from jetbill.kernel.story import Happens, Pays, Person, Provider, Told, Uses
from jetbill.kernel.terms import (
    BillDayChange,
    CustomerTerms,
    Discount,
    Happening,
    HappeningKind,
    OneOff,
    PlanChoice,
)


@dataclass(frozen=True, slots=True)
class Tale:
    """One happening while it is read: its fields, the node of the person's key, the person, the day, and the
    day on which the provider learns of it."""

    fields: Fields
    node: Node
    person: Person
    on: date
    known: date


@dataclass(frozen=True, slots=True)
class Taken:
    """A subscription that was taken, since when, and the plans that it ever had."""

    number: int
    book: str
    bundle: str
    label: str
    began: date
    plans: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Teller:
    """Collects what a story tells; people whom it mentions first here are customers with bill day 1.

    `redeemed` are the coupons of the story so far, by book and code, with the number of who did; `brought` is
    who was by somebody else.
    """

    verbs: "Mapping[str, Verb]"
    books: Sequence[PriceBook]
    provider: Provider
    people: dict[str, Person]
    currency: str
    told: list[Told] = field(default_factory=list)
    taken: dict[str, list[Taken]] = field(default_factory=dict)
    redeemed: list[tuple[str, str, int]] = field(default_factory=list)
    brought: set[str] = field(default_factory=set)
    count: int = 0

    def take(self, node: Node) -> None:
        """One more happening. Raises BadInput."""
        fields = node.mapping()
        verb, name, value = _sentence(node, self.verbs)
        known = ("on", "known", *self.verbs[verb].words)
        for key, _ in node.pairs():
            if key.text() not in known and key.text() != f"{name} {verb}":
                raise key.trouble(unknown("key", key.text(), known))
        day = fields["known" if "known" in fields else "on"].date()
        tale = Tale(fields, value, self.person(name), fields["on"].date(), day)
        if day < tale.on and verb in ("uses", "calls", "sends"):
            raise fields["known"].trouble("use is not known before it happens")
        self.told += [Told(day, name, what) for what in self.verbs[verb].read(self, tale)]

    def person(self, name: str) -> Person:
        """Who is called so."""
        if name not in self.people:
            number = len(self.people) + 1
            terms = CustomerTerms(number, str(number), self.provider.zone, self.currency, 1)
            self.people[name] = Person(name, terms)
        return self.people[name]

    def number(self) -> int:
        """The next number: later tellings of a day hold over earlier ones."""
        self.count += 1
        return self.count

    def subscription(self, tale: Tale, named: Node | None) -> Taken:
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

    def happening(self, tale: Tale, which: Taken, kind: HappeningKind, choice: PlanChoice | None) -> Happens:
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


def _sentence(node: Node, verbs: Mapping[str, Verb]) -> tuple[str, str, Node]:
    """The verb, the person and the value of the one key that says who does what."""
    found = []
    for key, value in node.pairs():
        text = key.text()
        verb = next((each for each in verbs if text.endswith(f" {each}")), None)
        if verb is not None:
            found.append((verb, text.removesuffix(f" {verb}"), value))
    if len(found) != 1:
        known = ", ".join(f"Ann {verb}" for verb in verbs)
        raise node.trouble(f"a happening says once who does what: {known}")
    return found[0]
