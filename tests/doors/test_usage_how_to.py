"""The how-to on usage formats is followed word for word."""

import re
from datetime import UTC, datetime
from pathlib import Path

from jetbill.doors.files.usage_file import Place, batches, open_usage
from jetbill.doors.files.usage_format import FIELDS, read_format
from jetbill.kernel.decks import encode_number
from jetbill.kernel.zones import epoch_s
from jetbill.stages.usage.values import Records
from tests.checkout import ROOT

PAGE = (ROOT / "docs/how-to/describe-a-usage-format.md").read_text()


def block(kind: str) -> str:
    found = re.search(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1]


def test_the_format_of_the_page_reads_the_file_of_the_page(tmp_path: Path) -> None:
    (tmp_path / "small_switch.yaml").write_text(block("yaml"))
    (tmp_path / "calls.csv").write_text(block("csv"))
    form = read_format(tmp_path / "small_switch.yaml")
    place = Place("UTC", epoch_s(datetime(2026, 6, 1, tzinfo=UTC)))
    (batch,) = batches(open_usage(tmp_path / "calls.csv", form), place)
    good = batch.good
    assert isinstance(good, Records)
    assert good.line.tolist() == [1, 5] and good.key[0] == good.key[1], "row 5 is a duplicate"
    assert good.duration_s[0] == 62
    assert good.started[0] == epoch_s(datetime(2026, 3, 29, 0, 59, tzinfo=UTC))
    assert good.counterparty[0] == encode_number("49891234")
    assert good.identifier.texts[good.identifier.codes[0]] == "0660123"
    assert batch.passed_over == 1
    assert [row.line for row in batch.bad] == [2, 3]
    for row in batch.bad:
        assert f"`{row.reason}`" in PAGE


def test_the_page_names_every_field() -> None:
    for name in (*FIELDS, "ended"):
        assert f"`{name}`" in PAGE or f"`{name}" in PAGE
