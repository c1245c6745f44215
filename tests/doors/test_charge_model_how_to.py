"""The how-to on charge models is followed word for word: its module prices what its book says."""

import re
import sys
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import jsonschema
import pytest

from jetbill.doors.files.book import read_book
from jetbill.doors.files.book_schema import book_schema
from jetbill.doors.files.marked_yaml import parse_yaml
from jetbill.kernel.book_check import check
from jetbill.kernel.charge_models import MODELS
from jetbill.kernel.trouble import BadInput
from tests.checkout import ROOT
from tests.doors.test_book_schema import plain

PAGE = (ROOT / "docs/how-to/add-a-charge-model.md").read_text("utf-8")


def block(kind: str) -> str:
    found = re.search(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1]


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    made = ModuleType("floor_of_the_page")
    monkeypatch.setitem(sys.modules, made.__name__, made)  # a dataclass looks its module up
    exec(compile(block("python"), "floor.py", "exec"), made.__dict__)
    monkeypatch.setitem(MODELS, made.KIND, made)
    return made


def test_the_model_of_the_page_prices_the_book_of_the_page(module: ModuleType, tmp_path: Path) -> None:
    book = tmp_path / "book.yaml"
    book.write_text(block("yaml"))
    found = read_book(book)
    assert [str(found.trouble(finding)) for finding in check(found.book)] == []
    jsonschema.validate(plain(parse_yaml(block("yaml"))), book_schema())
    (charge,) = found.book.plans["meter"].charges
    assert charge.model == module.KIND
    assert [module.price(Fraction(used), charge.params).amount for used in (0, 10, 30)] == [5, 5, 6]


def test_its_refusal_reaches_the_author(module: ModuleType, tmp_path: Path) -> None:
    book = tmp_path / "book.yaml"
    book.write_text(block("yaml").replace("floor: 5.00", "floor: -1"))
    with pytest.raises(BadInput, match=r"book.yaml:\d+: .*a floor is not negative: -1"):
        read_book(book)
