"""Story files are read whole or refused with one sentence and its place; the manual's examples run."""

import json
import re
from pathlib import Path

import pytest

from jetbill.doors.cli.main import main
from jetbill.doors.cli.simulate import compared
from jetbill.doors.files.marked_yaml import parse_yaml
from jetbill.doors.files.story import story_of
from jetbill.doors.files.story_happenings import VERBS
from jetbill.kernel.story import tell
from jetbill.kernel.trouble import BadInput
from tests.checkout import ROOT

MANUAL = (ROOT / "docs" / "manual" / "stories.md").read_text()
EXAMPLES = re.findall(r"```yaml\n(.*?)```", MANUAL, re.DOTALL)
GOOD = """\
book: {fiber: {fee: 31.00 monthly, data: 0.10 per GB}}
happenings:
  - {on: 2026-01-01, Ann takes: fiber}
  - HAPPENING
bills:
  2026-01-01: {Ann: [[Fiber, 31.00]]}
"""


@pytest.mark.parametrize("text", EXAMPLES, ids=range(len(EXAMPLES)))
def test_the_examples_of_the_manual_run(text: str) -> None:
    file = story_of(parse_yaml(text, "manual"), ROOT)
    assert list(compared(file, tell(file.story))) == []


def test_the_manual_knows_every_sentence() -> None:
    for verb, said in VERBS.items():
        assert f"Ann {verb}" in MANUAL, f"docs/manual/stories.md does not tell of {verb!r}"
        for word in said.words:
            assert f"`{word}" in MANUAL, f"docs/manual/stories.md does not tell of the word {word!r}"


@pytest.mark.parametrize(
    "happening, field, sentence",
    [
        ("{on: 2026-01-32, Ann pays: 1}", "happenings[2].on", "2026-01-32 is not a day of the calendar"),
        ("{on: 2026-01-02, Ann eats: 1}", "happenings[2]", "a happening says once who does what: Ann takes"),
        ("{on: 2026-01-02, Ann takes: fibre}", "happenings[2].Ann takes", 'did you mean "fiber"?'),
        ("{on: 2026-01-02, Ann pays: 1, fo: x}", "happenings[2].fo", 'unknown key "fo"'),
        ("{on: 2026-01-02, Ann uses: 5 GBs}", "happenings[2].Ann uses", "unknown unit 'GBs'"),
        ("{on: 2026-01-02, Ann sends: 5 messages, to: mum}", "happenings[2].to", '"mum" is not a number'),
        ("{on: 2026-01-02, Ann uses: 5 GB, direction: up}", "direction", 'unknown direction "up"'),
        ("{on: 2026-01-02, Ann uses: much}", "happenings[2].Ann uses", "is not a quantity with its unit"),
        ("{on: 2026-01-02, Bob cancels: fiber}", "happenings[2].Bob cancels", "Bob has not taken fiber"),
        ("{on: 2026-01-02, Ann changes quantity to: -1}", "", "-1 is too small"),
        ("{on: 2026-01-02, Ann is charged: 5}", "happenings[2]", '"for" is missing'),
        ("{on: 2026-03-29, at: 02:30, Ann uses: 5 GB}", "", "the clocks of Europe/Vienna never show 02:30"),
        ("{on: 2026-01-02, at: 25:00, Ann uses: 5 GB}", "", '"25:00" is not a time such as 12:30'),
        ("{on: 2026-01-02, known: 2026-01-01, Ann uses: 5 GB}", "", "use is not known before it happens"),
        ("{on: 2026-01-02, Ann calls: mum, lasting: 5 s}", "", '"mum" is not a number'),
        ("{on: 2026-01-02, Ann calls: 00431, lasting: 5 GB}", "", "a call lasts seconds, minutes or hours"),
        ("{on: 2026-01-02, Ann sends: 5 GB}", "", "write how many, such as 12 messages"),
        ("{on: 2026-01-02, Ann takes: fiber, fee: yearly}", "", 'no plan taken here has a fee "yearly"'),
    ],
)
def test_a_wrong_happening_is_one_sentence(happening: str, field: str, sentence: str) -> None:
    with pytest.raises(BadInput) as caught:
        story_of(parse_yaml(GOOD.replace("HAPPENING", happening), "a.yaml"), ROOT)
    assert (caught.value.file, caught.value.line) == ("a.yaml", 4)
    assert field in caught.value.field
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    "before, after, sentence",
    [
        ("book:", "boks:", 'unknown key "boks"'),
        ("bills:", "billz:", 'unknown key "billz"'),
        ("[[Fiber, 31.00]]", "[[Fiber]]", "write [text, amount]"),
        ("[[Fiber, 31.00]]", "noting", 'unknown outcome "noting"; did you mean "nothing"?'),
        ("{Ann: [[Fiber, 31.00]]}", "{Mallory: nothing}", "nothing is told of Mallory"),
        ("31.00 monthly", "31.00 mothly", '"mothly" is not a period'),
    ],
)
def test_a_wrong_story_is_one_sentence(before: str, after: str, sentence: str) -> None:
    text = GOOD.replace("HAPPENING", "{on: 2026-01-02, Ann pays: 1}")
    with pytest.raises(BadInput) as caught:
        story_of(parse_yaml(text.replace(before, after, 1), "a.yaml"), ROOT)
    assert caught.value.line is not None
    assert sentence in str(caught.value)


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(["simulate", *arguments])
    return int(left.value.code or 0)


def test_simulate_shows_bills(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(ROOT / "stories" / "a_late_start.yaml")) == 0
    shown = capsys.readouterr()
    assert "Fiber, 21 of 31 days" in shown.out
    assert "In the end Ann owes 24.00." in shown.out
    assert shown.err == ""


def test_simulate_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(ROOT / "stories" / "an_exempt_customer.yaml"), "-o", "json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["differences"] == []
    ann, bob = told["bills"]
    assert (ann["taxes"][0]["reason"], bob["total"]) == ("Diplomatic mission", "37.20")
    assert bob["lines"][0]["start"] == "2026-01-01"


def test_simulate_says_what_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    story = tmp_path / "wrong.yaml"
    story.write_text(EXAMPLES[0].replace("21.00]", "22.00]"))
    assert run(str(story)) == 1
    assert (
        f'{story}:9: 2026-02-01 Ann: line 1: expected "Fiber, 21 of 31 days" 22.00' in capsys.readouterr().err
    )


def test_simulate_shows_use_that_has_no_price(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(ROOT / "stories" / "an_unknown_destination_is_not_billed.yaml")) == 0
    assert "No price: Ann on 2026-01-05, voice 88123" in capsys.readouterr().out


def test_a_bill_that_cannot_be_is_shown_as_parked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    story = tmp_path / "parked.yaml"
    story.write_text(
        "book: {currency: USD, fiber: {fee: 31.00 monthly}}\n"
        "happenings: [{on: 2026-01-01, Ann takes: fiber}]\n"
        "runs: [2025-12-01]\n"
        "bills: {2026-01-01: {Ann: parked}}\n"
    )
    assert run(str(story)) == 0
    assert "parked: the customer pays in EUR" in capsys.readouterr().out
    assert run(str(story), "-o", "json") == 0
    assert '"problem": "currency"' in capsys.readouterr().out
