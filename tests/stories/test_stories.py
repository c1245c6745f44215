"""Every story in `stories/` ends as it says. The sums were done by hand: mend the code, not the story."""

from pathlib import Path

import pytest

from jetbill.doors.cli.simulate import compared
from jetbill.doors.files.story import read_story
from jetbill.kernel.story import tell
from tests.checkout import ROOT

STORIES = sorted((ROOT / "stories").glob("*.yaml"))


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_story(path: Path) -> None:
    file = read_story(path)
    wrong = list(compared(file, tell(file.story)))
    assert not wrong, "\n".join(wrong)


def test_there_are_enough_stories() -> None:
    assert len(STORIES) >= 40


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_a_story_does_its_sums_in_comments(path: Path) -> None:
    assert path.read_text().startswith("# "), f"{path.name}: begin with what happens and the sum"
