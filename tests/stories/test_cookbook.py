"""The price-book cookbook: every recipe ends as it says, and document and folder name the same recipes."""

import re
from pathlib import Path

import pytest

from jetbill.doors.cli.simulate import compared
from jetbill.doors.files.story import read_story
from jetbill.kernel.story import tell
from tests.checkout import ROOT

COOKBOOK = (ROOT / "docs" / "price-book-cookbook.md").read_text()
FOLDER = ROOT / "stories" / "cookbook"
RECIPES = sorted(FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_recipe(path: Path) -> None:
    file = read_story(path)
    assert file.expected, f"{path.name}: a recipe says which bills it expects"
    wrong = list(compared(file, tell(file.story)))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_a_recipe_does_its_sum_in_a_comment(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert lines[0].startswith("# "), f"{path.name}: begin with the price list and the sum"
    assert len(lines) <= 45, f"{path.name}: a recipe shows one thing"


def test_document_and_folder_name_the_same_recipes() -> None:
    named = re.findall(r"`stories/cookbook/(\w+\.yaml)`", COOKBOOK)
    assert len(named) == len(set(named)), "a recipe has one place in the cookbook"
    assert sorted(named) == [each.name for each in RECIPES]


def test_every_recipe_stands_in_the_contents_and_every_link_leads_somewhere() -> None:
    _, _, after = COOKBOOK.partition("\n## Contents\n")
    contents, _, _ = after.partition("\n## ")
    titles = re.findall(r"^### (.+)$", COOKBOOK, re.MULTILINE)
    assert re.findall(r"\[([^\]]+)\]\(#", contents) == titles
    assert len(titles) == len(RECIPES)
    anchors = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
    assert set(re.findall(r"\]\(#([^)]*)\)", COOKBOOK)) <= anchors


def test_what_the_document_shows_is_in_the_recipe() -> None:
    for shown, name in re.findall(
        r"```yaml\n(.*?)```\n\n`stories/cookbook/(\w+\.yaml)`", COOKBOOK, re.DOTALL
    ):
        recipe = {line.strip() for line in (FOLDER / name).read_text().splitlines()}
        for line in shown.splitlines():
            assert line.strip() in recipe, f"the cookbook shows {line.strip()!r}, which is not in {name}"


def test_every_usual_price_plan_has_a_recipe_or_what_is_missing() -> None:
    _, _, table = COOKBOOK.partition("| price plan | recipe |\n|---|---|\n")
    rows = [line for line in table.partition("\n\n")[0].splitlines() if line]
    assert len(rows) == 27
    for row in rows:
        assert "](#" in row or "**missing**: " in row, row
