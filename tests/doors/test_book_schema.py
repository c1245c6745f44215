"""The JSON Schema is the one of today's reader, it takes every example, and the examples are sound."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings

from jetbill.doors.files.book import read_book
from jetbill.doors.files.book_dump import dump_book
from jetbill.doors.files.book_schema import schema_text
from jetbill.doors.files.marked_yaml import Node, parse_yaml, read_yaml
from jetbill.kernel.book import PriceBook
from jetbill.kernel.book_check import check
from tests.kernel.book_strategies import books

ROOT = Path(__file__).parents[2]
BOOKS = sorted((ROOT / "books").glob("*.yaml"))
SCHEMA = json.loads((ROOT / "docs/price-book.schema.json").read_text(encoding="utf-8"))
BROKEN = ROOT / "tests/doors/broken_books"


def plain(node: Node) -> Any:
    if node.is_mapping:
        return {key.text(): plain(value) for key, value in node.pairs()}
    return [plain(item) for item in node.items()] if node.is_list else node.text(is_empty_allowed=True)


def test_the_schema_is_up_to_date() -> None:
    assert (ROOT / "docs/price-book.schema.json").read_text(encoding="utf-8") == schema_text(), (
        "run: python -m jetbill.doors.files.book_schema > docs/price-book.schema.json"
    )


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_an_example_is_sound_and_fits_the_schema(path: Path) -> None:
    jsonschema.validate(plain(read_yaml(path)), SCHEMA)
    found = read_book(path)
    assert [str(found.trouble(finding)) for finding in check(found.book)] == []


@given(books())
@settings(max_examples=15, deadline=None)
def test_what_is_written_fits_the_schema(book: PriceBook) -> None:
    jsonschema.validate(plain(parse_yaml(dump_book(book))), SCHEMA)


@pytest.mark.parametrize("name", ["unknown_key", "unknown_meter", "unknown_currency", "plans_as_a_list"])
def test_the_schema_sees_what_an_editor_can_see(name: str) -> None:
    path = BROKEN / f"{name}.yaml"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(plain(read_yaml(path)), SCHEMA)
