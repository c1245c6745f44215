"""Every example of the manual is a sound book, or the part of one that it shows."""

import re
from pathlib import Path

import jsonschema
import pytest

from jetbill.doors.files.book import read_book
from jetbill.doors.files.marked_yaml import parse_yaml
from jetbill.kernel.book_check import check
from tests.doors.test_book_schema import SCHEMA, plain

MANUAL = Path(__file__).parents[2] / "docs/manual/price-book.md"
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", MANUAL.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
HEAD = "code: north\nname: North\ncurrency: EUR\n"


@pytest.mark.parametrize("text", EXAMPLES, ids=range(1, len(EXAMPLES) + 1))
def test_an_example_of_the_manual_is_sound(text: str, tmp_path: Path) -> None:
    whole = text if text.startswith("code:") else HEAD + text
    path = tmp_path / "north.yaml"
    path.write_text(whole, encoding="utf-8")
    found = read_book(path)
    assert [str(found.trouble(finding)) for finding in check(found.book)] == []
    jsonschema.validate(plain(parse_yaml(whole)), SCHEMA)


def test_the_manual_names_every_model() -> None:
    from jetbill.kernel.charge_models import MODELS

    text = MANUAL.read_text(encoding="utf-8")
    assert [kind for kind in MODELS if f"`{kind}`" not in text] == []
