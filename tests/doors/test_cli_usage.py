"""`jet usage`: what an operator types, what he sees, and with which code it ends."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from jetbill.doors.cli.plugs import Plugs
from jetbill.doors.cli.usage import usage
from jetbill.kernel.trouble import BadInput
from jetbill.stages.realms.models import Realm

pytestmark = pytest.mark.django_db(transaction=True)
HEADER = "id,identifier,started,duration,service_class\n"


def jet(home: Path, *arguments: str) -> Result:
    plugs = Plugs(connect=lambda: None, home=lambda: home, now=lambda: datetime(2026, 2, 1, tzinfo=UTC))
    return CliRunner().invoke(usage, arguments, obj=plugs, standalone_mode=False)


def rows(result: Result) -> list[dict[str, Any]]:
    assert result.exception is None, result.exception
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    path = tmp_path / "calls.csv"
    path.write_text(HEADER + "a,ann,2026-01-05 10:00:00,60,voice\nb,ann,2026-01-05 10:00:00,-1,voice\n")
    return path


def test_import_trial_quarantine_and_status(transactional_db: None, north: Realm, calls: Path) -> None:
    home = calls.parent
    (trial,) = rows(jet(home, "import", str(calls), "--dry-run", "-o", "json"))
    assert (trial["taken"], trial["quarantined"], trial["remark"]) == (1, 1, "dry run: nothing kept")
    done = jet(home, "import", str(calls), "-o", "json")
    assert done.return_value == 3 and rows(done)[0]["taken"] == 1
    again = jet(home, "import", str(calls), "-o", "json")
    assert rows(again)[0]["remark"] == "was here already: nothing done"
    (bad,) = rows(jet(home, "quarantine", "list", "-o", "json"))
    assert (bad["line"], bad["reason"]) == (3, 'duration: "-1" is negative')
    assert jet(home, "quarantine", "retry", "--all").return_value == 3
    mended = jet(home, "quarantine", "retry", str(bad["row"]), "--as", "b,ann,2026-01-05 10:00:00,1,voice")
    assert mended.stdout == "1 taken in, 0 still in quarantine.\n"
    (file,) = rows(jet(home, "files", "-o", "json"))
    assert (file["file"], file["rows"], file["taken"], file["remark"]) == ("calls.csv", 2, 2, "")
    status = jet(home, "status", "--deep", "-o", "json")
    assert status.return_value == 0
    counts = {row["what"]: (row["records"], row["seconds"]) for row in rows(status)}
    assert counts["read"] == counts["taken"] == (2, 61)
    assert counts["quarantined"] == counts["stored, not counted"] == (0, 0)


def test_a_refused_file_leaves_nothing_and_is_named(
    transactional_db: None, north: Realm, tmp_path: Path
) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("a,b\n1,2\n")
    refused = jet(tmp_path, "import", str(path))
    assert isinstance(refused.exception, BadInput) and str(refused.exception).startswith(
        f"{path}:1: the column"
    )
    unknown = jet(tmp_path, "import", str(path), "--format", "none")
    assert isinstance(unknown.exception, BadInput) and "no usage format 'none'" in str(unknown.exception)
    assert rows(jet(tmp_path, "status", "-o", "json"))[0]["records"] == 0


def test_formats_of_ones_own_come_first(transactional_db: None, north: Realm, tmp_path: Path) -> None:
    (tmp_path / "formats").mkdir()
    own = "format: own\nkind: csv\nusage: {identifier: who, started: when, service_class: {value: data}}\n"
    (tmp_path / "formats" / "own.yaml").write_text(own)
    assert rows(jet(tmp_path, "formats", "-o", "json"))[0]["format"] == "own"
    (tmp_path / "x.csv").write_text("who,when\nann,2026-01-05 10:00:00\n")
    assert (
        rows(jet(tmp_path, "import", str(tmp_path / "x.csv"), "--format", "own", "-o", "json"))[0]["taken"]
        == 1
    )
