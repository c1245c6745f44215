"""Every broken book is told in exactly one sentence with file, line and field: the one in its first line."""

from pathlib import Path

import pytest

from jetbill.doors.files.book import read_book
from jetbill.kernel.book_check import check
from jetbill.kernel.trouble import BadInput

FOLDER = Path(__file__).parent / "broken_books"
BOOKS = sorted(FOLDER.glob("*.yaml"))


def troubles(path: Path) -> list[str]:
    try:
        found = read_book(path)
    except BadInput as wrong:
        return [str(wrong)]
    return [str(found.trouble(finding)) for finding in check(found.book)]


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_a_broken_book_is_one_sentence(path: Path) -> None:
    expected = path.read_text(encoding="utf-8").split("\n", 1)[0].removeprefix("# ")
    assert [told.removeprefix(f"{FOLDER}/") for told in troubles(path)] == [expected]
    assert ("\n" not in expected and ".yaml:" in expected) or ".csv:" in expected


def test_there_are_at_least_fifty() -> None:
    assert len(BOOKS) >= 50
