"""A story that expects something else is told so, one sentence for each difference."""

from dataclasses import replace
from decimal import Decimal

from jetbill.doors.files.story import read_story
from jetbill.kernel.story import tell
from jetbill.kernel.story.expected import Expected, ExpectedLine, differences
from tests.checkout import ROOT


def test_lines_and_totals_that_differ_are_named() -> None:
    file = read_story(ROOT / "stories" / "a_late_start.yaml")
    told = next(each for each, _ in file.expected if not each.word)
    chapter = next(
        each for each in tell(file.story).chapters if (each.on, each.person) == (told.on, told.person)
    )
    assert differences(told, chapter) == []
    more = ExpectedLine("Gift", Decimal("1.00"))
    assert differences(replace(told, lines=(*told.lines, more)), chapter) == [
        f'line {len(told.lines) + 1}: expected "Gift" 1.00, got none'
    ]
    (fewer,) = differences(replace(told, lines=told.lines[:-1]), chapter)
    assert fewer.startswith(f"line {len(told.lines)}: expected none, got")
    (wrong,) = differences(replace(told, totals={"total": Decimal("0.01")}), chapter)
    assert wrong.startswith("total: expected 0.01, got ")
    assert differences(Expected(told.on, told.person, word="nothing"), chapter) == [
        "expected nothing, got a bill"
    ]
