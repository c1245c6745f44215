"""Every refusal has a sentence, and the sentence names only what the refusal tells."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import jetbill
from jetbill.doors.sentences import FOLDER, sentence, sentences
from jetbill.kernel.trouble import Refused


def refusals() -> Iterator[tuple[str, set[str]]]:
    """Each `Refused(code, …)` with the names of its values, and each failure that only an operator mends."""
    for file in sorted(Path(jetbill.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refused":
                assert isinstance(node.args[0], ast.Constant), f"{file}:{node.lineno}: no plain code"
                yield str(node.args[0].value), {str(each.arg) for each in node.keywords}
            code = re.match(r"OutsideFailure\(\s*'((database|supervisor)\.\w+)'", ast.unparse(node))
            if isinstance(node, ast.Call) and code:
                yield code[1], {"said"}


@pytest.mark.parametrize("language", [file.stem for file in sorted(FOLDER.glob("*.json"))])
def test_every_refusal_has_its_sentence_and_no_sentence_is_idle(language: str) -> None:
    known, raised = sentences(language), dict(refusals())
    assert len(raised) > 50 and set(known) == set(raised)
    for code, values in refusals():
        named = {name for _, name, _, _ in Formatter().parse(known[code]) if name}
        assert named <= values, f"{code} does not tell {named - values}"


def test_a_refusal_is_told_in_words() -> None:
    assert sentence(Refused("customer.unknown", customer="C-9")) == "there is no customer C-9"


def test_a_code_without_words_is_still_told() -> None:
    assert sentence(Refused("moon.full", on=3)) == "moon.full: on 3"
