"""`jet book` from outside: files checked, drafts taken in, published, listed, written out and compared."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from jetbill.doors.cli.book import book
from jetbill.doors.cli.plugs import Plugs
from jetbill.kernel.trouble import BadInput, Refused
from jetbill.stages.realms.models import Realm

BOOKS = Path(__file__).parents[2] / "books"
BROKEN = Path(__file__).parent / "broken_books"
NORTH = BOOKS / "north.yaml"


def jet(*arguments: str | Path) -> Result:
    plugs = Plugs(set_up=lambda: None, connect=lambda: None)
    result = CliRunner().invoke(book, [str(each) for each in arguments], obj=plugs, standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return result


def dearer(folder: Path) -> Path:
    text = NORTH.read_text(encoding="utf-8").replace("fee: 5.90 monthly", "fee: 6.90 monthly")
    (folder / "north-world.csv").write_bytes((BOOKS / "north-world.csv").read_bytes())
    (folder / "north.yaml").write_text(text, encoding="utf-8")
    return folder / "north.yaml"


def test_a_sound_book() -> None:
    done = jet("check", NORTH)
    assert done.return_value == 0
    assert done.output.endswith("north.yaml: sound. 3 bundles, 7 plans, 10 fees, 9 charges, 285 rates.\n")


def test_a_broken_book_by_reading() -> None:
    with pytest.raises(BadInput, match="this is not YAML"):
        jet("check", BROKEN / "malformed_yaml.yaml")


def test_a_broken_book_by_checking() -> None:
    done = jet("check", BROKEN / "two_prices_for_a_prefix.yaml", "-o", "json")
    [finding] = json.loads(done.output)
    assert done.return_value == 1
    assert (finding["severity"], Path(finding["file"]).name, finding["line"]) == (
        "error",
        "two_prices.csv",
        5,
    )


def test_a_warning_is_shown_and_does_not_fail() -> None:
    done = jet("check", BROKEN / "no_product_code.yaml")
    assert done.return_value == 0 and "sound, with warnings" in done.output


def test_two_files_are_told_apart(tmp_path: Path) -> None:
    rows = json.loads(jet("diff", NORTH, dearer(tmp_path), "-o", "json").output)
    assert rows == [
        {"change": "up", "what": "plans.voice.fees.fee", "field": "price", "before": "5.90", "after": "6.90"}
    ]
    assert jet("diff", NORTH, NORTH).output == "No difference.\n"


@pytest.mark.django_db
def test_a_book_goes_in_and_comes_out(north: Realm, tmp_path: Path) -> None:
    assert "north: version 1 is a draft. 3 bundles" in jet("import", NORTH).output
    told = jet("publish", "north", "--effective", "2026-01-01", "--applies", "everybody").output
    assert told == "north: version 1 holds from 2026-01-01 for everybody.\n"
    jet("import", dearer(tmp_path))
    rows = json.loads(jet("list", "-o", "json").output)
    assert [(row["version"], row["state"]) for row in rows] == [(2, "draft"), (1, "published")]
    assert "plans.voice.fees.fee" in jet("diff", "north@1", "north", "-o", "csv").output
    jet("export", "north", "--version", "1", "--to", tmp_path / "out")
    assert jet("diff", "north@1", tmp_path / "out" / "north.yaml").output == "No difference.\n"
    assert "static_address" in jet("export", "north").output
    assert jet("deactivate", "north").output == "north: nothing new is sold by this book.\n"


@pytest.mark.django_db
def test_a_broken_book_changes_nothing(north: Realm) -> None:
    for path in sorted(BROKEN.glob("*.yaml"))[:8]:
        with pytest.raises(BadInput):
            jet("import", path)
    assert json.loads(jet("list", "-o", "json").output) == []


@pytest.mark.django_db
def test_what_is_refused(north: Realm) -> None:
    with pytest.raises(Refused, match=r"book\.no_draft: book north"):
        jet("publish", "north", "--effective", "2026-01-01")
    with pytest.raises(Refused, match=r"book\.unknown: book none"):
        jet("export", "none")
    with pytest.raises(BadInput, match="neither a file nor CODE@NUMBER"):
        jet("diff", "north@x", "north")
