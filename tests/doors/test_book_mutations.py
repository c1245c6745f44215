"""However a book file is damaged, it is a book or one sentence; and a new charge model needs no line here."""

import random
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jetbill.doors.files.book import BookFile, read_book
from jetbill.doors.files.book_dump import dump_book
from jetbill.doors.files.book_schema import schema_text
from jetbill.kernel.book_check import check
from jetbill.kernel.charge_models import MODELS
from jetbill.kernel.charge_models.form import Measure, Part, Priced, entry, priced
from jetbill.kernel.trouble import BadInput

ROOT = Path(__file__).parents[2]
TEXTS = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "books").glob("*.yaml"))]
MANUAL = (ROOT / "docs/manual/price-book.md").read_text(encoding="utf-8")
SEEN = {word for text in [*TEXTS, MANUAL] for word in text.split()}
WORDS = [*sorted(SEEN), "", "[]", "{}", "-1", "none", "&a", "*a"]


def damaged(text: str, chance: random.Random) -> str:
    lines = text.splitlines()
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(lines))
        words = lines[at].split(" ")
        match chance.randrange(4):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, chance.choice(lines))
            case 2:
                words[chance.randrange(len(words))] = chance.choice(WORDS)
                lines[at] = " ".join(words)
            case 3:
                lines[at] = lines[at].replace("{", "[", 1).replace(": ", " ", 1)
        if not lines:
            break
    return "\n".join(lines)


def outcome(path: Path) -> BookFile | str:
    try:
        found = read_book(path)
        told = [str(found.trouble(finding)) for finding in check(found.book)]
    except BadInput as wrong:
        return str(wrong)
    assert all("\n" not in each for each in told)
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the decks of the examples, shortened."""
    made = tmp_path_factory.mktemp("books")
    for path in (ROOT / "books").glob("*.csv"):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)[:9]
        (made / path.name).write_text("".join(lines), encoding="utf-8")
    return made


@given(st.sampled_from(TEXTS), st.integers(0, 10**9))
@settings(max_examples=150, deadline=None)
def test_a_damaged_book_is_a_book_or_one_sentence(folder: Path, text: str, seed: int) -> None:
    path = folder / "b.yaml"
    path.write_text(damaged(text, random.Random(seed)), encoding="utf-8")
    found = outcome(path)
    if isinstance(found, str):
        assert "\n" not in found and found.startswith(str(folder))


@dataclass(frozen=True, slots=True)
class Ladder:
    """Params of a charge model that does not exist."""

    rungs: tuple[Decimal, ...] = field(metadata=entry("Rungs", Measure.ROWS))
    step: int = field(default=2, metadata=entry("Step", Measure.COUNT))

    def __post_init__(self) -> None:
        if self.step < 1:
            raise ValueError("a ladder has a step above 0")


def climb(quantity: Fraction, params: Ladder) -> Priced:
    return priced(Part(1, quantity, Fraction(params.step)))


def test_a_new_charge_model_costs_no_line_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(MODELS, "ladder", SimpleNamespace(KIND="ladder", Params=Ladder, price=climb))
    head = "code: t\nname: T\ncurrency: EUR\nplans:\n  p: {charges: {x: {meter: octets, price: "
    path = tmp_path / "t.yaml"
    path.write_text(head + "{model: ladder, rungs: [1, 2.50], step: 3}}}}\n", encoding="utf-8")
    book = read_book(path).book
    assert book.plans["p"].charges[0].params == Ladder((Decimal(1), Decimal("2.50")), 3)
    path.write_text(dump_book(book), encoding="utf-8")
    assert read_book(path).book == book
    assert '"const": "ladder"' in schema_text() and '"description": "Rungs."' in schema_text()
    path.write_text(head + "{model: ladder, rungs: [], step: 0}}}}\n", encoding="utf-8")
    assert "t.yaml:5: plans.p.charges.x.price: a ladder has a step above 0" in str(outcome(path))
