"""A story file: a provider's months in YAML, read into `kernel.story.Story` with the bills it expects.

`{on: 2026-01-11, Ann takes: fiber}`, `{on: 2026-01-20, Ann uses: 130 GB}`; docs/manual/stories.md tells all.
A mistake is one sentence with file, line and field.
"""

import dataclasses
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from jetbill.doors.files.book import read_checked_book, read_inline_book
from jetbill.doors.files.marked_yaml import Fields, Node, read_yaml
from jetbill.doors.files.story_happenings import VERBS
from jetbill.doors.files.story_teller import Teller
from jetbill.kernel.book import PriceBook
from jetbill.kernel.currencies import EXPONENTS
from jetbill.kernel.money import Rounding
from jetbill.kernel.proposal import Negative, Policy
from jetbill.kernel.story import Person, Provider, Story
from jetbill.kernel.story.expected import TOTALS, Expected, ExpectedLine
from jetbill.kernel.terms import CustomerTerms
from jetbill.kernel.zones import zone

TOP_KEYS = ("realm", "book", "books", "customers", "happenings", "runs", "bills")
REALM_KEYS = (
    "name",
    "currency",
    "zone",
    "look_back",
    "grace",
    "minimum",
    "negative",
    "tax_by_line",
    "rounding_step",
)
CUSTOMER_KEYS = ("bill_day", "zone", "currency", "country", "exempt", "billed_through")
WORDS = ("nothing", "carried", "parked")


@dataclass(frozen=True, slots=True)
class StoryFile:
    """A story, and the bills that it expects, each with its place."""

    story: Story
    expected: tuple[tuple[Expected, Node], ...]


def read_story(path: Path) -> StoryFile:
    """The story in the file at `path`; price books in files lie beside it. Raises BadInput."""
    return story_of(read_yaml(path), path.parent)


def story_of(top: Node, folder: Path) -> StoryFile:
    """The story of a YAML document."""
    fields = top.mapping(TOP_KEYS)
    provider, currency = _provider(fields.get("realm"))
    books, published = _books(fields, folder, currency)
    customers = _customers(fields.get("customers"), provider, currency)
    teller = Teller(VERBS, books, provider, customers, currency)
    for node in fields["happenings"].items():
        teller.take(node)
    expected = _bills(fields.get("bills"))
    runs = {each.on for each, _ in expected}
    if "runs" in fields:
        runs |= {node.date() for node in fields["runs"].items()}
    if not runs:
        raise top.trouble('a story needs "bills" or "runs": the days on which bills are made')
    for each, node in expected:
        if each.person not in teller.people:
            raise node.trouble(f"nothing is told of {each.person}")
    people = tuple(teller.people.values())
    told = tuple(teller.told)
    return StoryFile(Story(provider, books, people, told, tuple(sorted(runs)), published), tuple(expected))


def _provider(node: Node | None) -> tuple[Provider, str]:
    if node is None:
        return Provider(), "EUR"
    fields = node.mapping(REALM_KEYS)
    plain = Provider()
    name, where, money = fields.get("name"), fields.get("zone"), fields.get("currency")
    provider = Provider(
        name.text() if name else plain.name,
        _zone(where) if where else plain.zone,
        _policy(fields),
    )
    return provider, money.one_of(EXPONENTS, "currency") if money else "EUR"


def _policy(fields: Fields) -> Policy:
    given: dict[str, object] = {}
    for key in ("look_back", "grace"):
        if node := fields.get(key):
            given[key] = node.integer(minimum=0, maximum=120)
    if node := fields.get("minimum"):
        given["minimum"] = node.decimal(minimum=0)
    if node := fields.get("negative"):
        given["negative"] = Negative(node.text().replace(" ", "_")) if _is_negative(node) else None
    if node := fields.get("tax_by_line"):
        given["tax_by_line"] = node.boolean()
    if node := fields.get("rounding_step"):
        given["rounding"] = Rounding(step=node.integer(minimum=1, maximum=1000))
    return Policy(**given)  # type: ignore[arg-type]


def _is_negative(node: Node) -> bool:
    node.one_of([each.value.replace("_", " ") for each in Negative], "place for a credit")
    return True


def _zone(node: Node) -> str:
    return node.read(zone).key


def _books(fields: Fields, folder: Path, currency: str) -> tuple[tuple[PriceBook, ...], tuple[date, ...]]:
    if ("book" in fields) == ("books" in fields):
        raise fields.node.trouble('a story has either "book" or "books"')
    nodes = [fields["book"]] if "book" in fields else fields["books"].items()
    books, published = [], []
    for number, node in enumerate(nodes, 1):
        day = date.min
        if "books" in fields and "book" in node.mapping():
            wrapper = node.mapping(("book", "published"))
            day = wrapper["published"].date() if "published" in wrapper else day
            node = wrapper["book"]
        books.append(dataclasses.replace(_book(node, folder, currency), version=number))
        published.append(day)
    return tuple(books), tuple(published)


def _book(node: Node, folder: Path, currency: str) -> PriceBook:
    if node.is_text:
        path = folder / node.text()
        if not path.is_file():
            raise node.trouble(f'there is no price book "{node.text()}" beside the story')
        return read_checked_book(path).book
    book = read_inline_book(node, folder)
    return book if "currency" in node.mapping() else dataclasses.replace(book, currency=currency)


def _customers(node: Node | None, provider: Provider, currency: str) -> dict[str, Person]:
    found: dict[str, Person] = {}
    for key, value in [] if node is None else node.pairs():
        name = key.text()
        fields = value.mapping(CUSTOMER_KEYS)
        terms = CustomerTerms(
            id=len(found) + 1,
            number=str(len(found) + 1),
            zone=_zone(fields["zone"]) if "zone" in fields else provider.zone,
            currency=fields["currency"].one_of(EXPONENTS, "currency") if "currency" in fields else currency,
            bill_day=_bill_day(fields.get("bill_day")),
            country=fields["country"].text() if "country" in fields else "",
            tax_exempt=_exempt(fields.get("exempt")),
            billed_through=fields["billed_through"].date() if "billed_through" in fields else None,
        )
        found[name] = Person(name, terms)
    return found


def _bill_day(node: Node | None) -> int:
    if node is None:
        return 1
    return 0 if node.text() == "anniversary" else node.integer(minimum=1, maximum=31)


def _exempt(node: Node | None) -> tuple[tuple[str, str], ...]:
    if node is None:
        return ()
    if node.is_text:
        return (("*", node.text()),)
    return tuple((key.text(), value.text()) for key, value in node.pairs())


def _bills(node: Node | None) -> list[tuple[Expected, Node]]:
    found = []
    for day, people in [] if node is None else node.pairs():
        for person, bill in people.pairs():
            found.append((_expected(day.date(), person.text(), bill), bill))
    return found


def _expected(on: date, person: str, node: Node) -> Expected:
    if node.is_text:
        return Expected(on, person, word=node.one_of(WORDS, "outcome"))
    lines: list[ExpectedLine] = []
    totals: dict[str, Decimal] = {}
    for entry in node.items():
        parts = entry.items()
        if len(parts) not in (2, 4):
            raise entry.trouble("write [text, amount], or [text, amount, first day, day after the last]")
        name = parts[0].text()
        if name in TOTALS or name.startswith("tax "):
            totals[name.removesuffix("%").strip()] = parts[1].decimal()
            continue
        days = (parts[2].date(), parts[3].date()) if len(parts) == 4 else None
        lines.append(ExpectedLine(name, parts[1].decimal(), days))
    return Expected(on, person, tuple(lines), totals)
