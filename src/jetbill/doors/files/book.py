"""A price book file: YAML with rate decks as CSV beside it, read into `kernel.book.PriceBook`.

A book is taken whole or refused with one sentence that names file, line and field. Findings about a readable
book (`kernel.book_check`) are led back to their lines by `BookFile.place`. A story may hold its book inline,
with plans at the top: `{fiber: {fee: 31.00 monthly, data: {included: 100 GB, then: 0.10 per GB}}}`.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from jetbill.doors.files import phrases
from jetbill.doors.files.book_plans import TAX_CLASS, read_plan
from jetbill.doors.files.deck_csv import DeckFile, read_deck
from jetbill.doors.files.marked_yaml import Node, read_yaml
from jetbill.doors.files.shapes import Spot, record
from jetbill.kernel.book import (
    Applies,
    Bundle,
    Calendar,
    DeckRate,
    Plan,
    PlanOffer,
    PriceBook,
    RateDeck,
    TaxRate,
    TimeClass,
)
from jetbill.kernel.book_check import check
from jetbill.kernel.currencies import EXPONENTS
from jetbill.kernel.finding import Finding, Severity
from jetbill.kernel.promotions import Promotion, Referral
from jetbill.kernel.trouble import BadInput

TOP_KEYS = (
    "code",
    "name",
    "currency",
    "prices_include_tax",
    "effective",
    "applies",
    "taxes",
    "calendars",
    "decks",
    "plans",
    "bundles",
    "promotions",
    "referral",
)
UNTAXED = (TaxRate(TAX_CLASS, "O", Decimal(0), name=""),)
"""The taxes of a book that writes none: outside the scope of tax."""

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value of the book stands: file, line and the field as written."""

    file: str
    line: int
    field: str


@dataclass(frozen=True, slots=True)
class BookFile:
    """A book and the places of its values."""

    book: PriceBook
    marks: Mapping[str, Node]
    decks: Mapping[str, tuple[str, DeckFile]] = field(default_factory=dict)

    def place(self, path: str) -> Place:
        """Where the value at `path`, such as `plans.fiber.fees.monthly.price`, stands in the files."""
        parts = path.split(".")
        if parts[0] == "decks" and parts[1] in self.decks and parts[2:3] == ["rates"] and len(parts) > 3:
            name, deck = self.decks[parts[1]]
            return Place(name, deck.lines[int(parts[3]) - 1], ".".join(parts[4:]))
        known = path
        while known and known not in self.marks:
            known = known.rpartition(".")[0]
        node = self.marks[known]
        return Place(node.file, node.line, node.field)

    def trouble(self, finding: Finding) -> BadInput:
        """A finding as an error with its place."""
        place = self.place(finding.path)
        return BadInput(finding.told(), file=place.file, line=place.line, field=place.field)


def read_book(path: Path) -> BookFile:
    """The book in the file at `path`, decks included; not yet checked. Raises BadInput."""
    return _book(read_yaml(path), path.parent, TOP_KEYS)


def read_checked_book(path: Path) -> BookFile:
    """The book in the file at `path`; the first error that a check finds is raised as BadInput."""
    return _checked(read_book(path))


def read_inline_book(node: Node, folder: Path) -> PriceBook:
    """The checked book of a story: keys that a book file does not know are plans. Decks are in `folder`."""
    known = [key.text() for key, _ in node.pairs()]
    return _checked(_book(node, folder, [*TOP_KEYS, *known])).book


def _checked(found: BookFile) -> BookFile:
    for finding in check(found.book):
        if finding.severity is Severity.ERROR:
            raise found.trouble(finding)
    return found


def _book(top: Node, folder: Path, known: list[str] | tuple[str, ...]) -> BookFile:
    fields = top.mapping(known)
    is_inline = known is not TOP_KEYS
    marks: dict[str, Node] = {}
    spot = Spot(top, "", marks)
    files: dict[str, tuple[str, DeckFile]] = {}

    def deck(code: str, at: Spot) -> RateDeck:
        return _deck(code, at, folder, files)

    plans = _keyed(spot, "plans", read_plan)
    for name in fields:
        if name not in TOP_KEYS:
            plans[name] = read_plan(name, Spot(fields[name], f"plans.{name}", marks))
    if not plans:
        raise top.trouble('"plans" is missing' if "plans" not in fields else "the book has no plans")
    defaults = {
        "name": fields["name"].text() if "name" in fields else "Price book",
        "code": "book",
        "currency": "EUR",
    }
    forced: dict[str, object] = {
        "plans": plans,
        "bundles": _bundles(spot, plans),
        "calendars": _keyed(spot, "calendars", _calendar),
        "decks": _keyed(spot, "decks", deck),
        "promotions": _keyed(spot, "promotions", _promotion),
        "referral": record(Referral, spot.at(fields["referral"], "referral"))
        if "referral" in fields
        else None,
        "taxes": tuple(rate for rates in _keyed(spot, "taxes", _taxes).values() for rate in rates) or UNTAXED,
    }
    book: PriceBook = PriceBook(**forced, **_head(spot, defaults if is_inline else {}))  # type: ignore[arg-type]
    return BookFile(book, marks, files)


def _head(spot: Spot, defaults: Mapping[str, str]) -> dict[str, object]:
    """The fields of the book itself."""
    fields = spot.node.mapping()
    head: dict[str, object] = {}
    for name in ("code", "name", "currency"):
        node = fields[name] if name not in defaults else fields.get(name)
        if node is not None:
            spot.at(node, name)
        head[name] = defaults[name] if node is None else node.code() if name == "code" else node.text()
    if head["currency"] not in EXPONENTS:
        node = fields["currency"]
        raise node.trouble(f'"{node.text()}" is not a currency of ISO 4217 such as EUR')
    if "prices_include_tax" in fields:
        head["prices_include_tax"] = fields["prices_include_tax"].boolean()
    if "effective" in fields:
        head["effective"] = fields["effective"].date()
    if "applies" in fields:
        head["applies"] = fields["applies"].choice(Applies)
    return head


def _keyed(spot: Spot, name: str, read_one: Callable[[str, Spot], Value]) -> dict[str, Value]:
    """The values under the key `name`, by their codes."""
    node = spot.node.mapping().get(name)
    if node is None:
        return {}
    at = spot.at(node, name)
    return {key.code(): read_one(key.code(), at.at(value, key.code())) for key, value in node.pairs()}


def _bundles(spot: Spot, plans: Mapping[str, Plan]) -> dict[str, Bundle]:
    """The bundles; where none are written, each plan is sold alone under its own code."""
    if "bundles" in spot.node.mapping():
        return _keyed(spot, "bundles", _bundle)
    return {code: Bundle(code, plan.name, (PlanOffer(code),)) for code, plan in plans.items()}


def _bundle(code: str, spot: Spot) -> Bundle:
    if not spot.node.is_mapping:
        return Bundle(code, code.replace("_", " ").capitalize(), _offers(spot.at(spot.node, "offers")))
    fields = spot.node.mapping()
    offers = _offers(spot.at(fields["offers"], "offers"))
    name = code.replace("_", " ").capitalize()
    bundle: Bundle = record(
        Bundle, spot, forced={"code": code, "offers": offers}, defaults={"name": name}, extra=("offers",)
    )
    return bundle


def _offers(spot: Spot) -> tuple[PlanOffer, ...]:
    offers = []
    for number, node in enumerate(spot.node.items(), 1):
        at = spot.at(node, str(number))
        offers.append(PlanOffer(node.code()) if node.is_text else record(PlanOffer, at))
    return tuple(offers)


def _promotion(code: str, spot: Spot) -> Promotion:
    name = code.replace("_", " ").capitalize()
    found: Promotion = record(Promotion, spot, forced={"code": code}, defaults={"name": name})
    return found


def _calendar(code: str, spot: Spot) -> Calendar:
    classes = _keyed(spot, "classes", _time_class)
    calendar: Calendar = record(
        Calendar, spot, forced={"code": code, "classes": tuple(classes.values())}, extra=("classes",)
    )
    return calendar


def _time_class(code: str, spot: Spot) -> TimeClass:
    name = code.replace("_", " ").capitalize()
    if spot.node.is_mapping:
        found: TimeClass = record(TimeClass, spot, forced={"code": code}, defaults={"name": name})
        return found
    nodes = [spot.node] if spot.node.is_text else spot.node.items()
    for number, node in enumerate(nodes, 1):
        spot.at(node, f"windows.{number}")
    return TimeClass(code, name, tuple(node.read(phrases.window) for node in nodes))


def _taxes(code: str, spot: Spot) -> list[TaxRate]:
    if spot.node.is_text:
        percent = spot.node.decimal(minimum=0)
        return [TaxRate(code, _category(percent), percent)]
    nodes = spot.node.items() if spot.node.is_list else [spot.node]
    return [_tax(code, spot.at(node, str(number))) for number, node in enumerate(nodes, 1)]


def _tax(code: str, spot: Spot) -> TaxRate:
    rate: TaxRate = record(TaxRate, spot, forced={"tax_class": code}, defaults={"category": ""})
    return dataclasses.replace(rate, category=rate.category or _category(rate.percent))


def _category(percent: Decimal) -> str:
    return "S" if percent else "Z"


def _deck(code: str, spot: Spot, folder: Path, files: dict[str, tuple[str, DeckFile]]) -> RateDeck:
    name = code.replace("_", " ").capitalize()
    fields = None if spot.node.is_text else spot.node.mapping(("name", "file", "rates"))
    if fields is not None and "rates" in fields:
        at = spot.at(fields["rates"], "rates")
        rates = tuple(_rate(at.at(node, str(n))) for n, node in enumerate(at.node.items(), 1))
        return RateDeck(code, fields["name"].text() if "name" in fields else name, rates)
    node = spot.node if fields is None else fields["file"]
    path = Path(node.text())
    if path.is_absolute() or ".." in path.parts:
        raise node.trouble("a rate deck lies beside the book or below it: write its file name only")
    if not (folder / path).is_file():
        raise node.trouble(f'there is no file "{path}" beside the book')
    found = read_deck(folder / path)
    files[code] = (str(folder / path), found)
    return RateDeck(code, fields["name"].text() if fields and "name" in fields else name, found.rates)


def _rate(spot: Spot) -> DeckRate:
    rate: DeckRate = record(DeckRate, spot)
    if not rate.prefix.isdigit() or len(rate.prefix) > 15:
        raise spot.node.trouble(f'"{rate.prefix}" is not a prefix of digits such as 43 or 4366')
    return rate
