"""The command itself: help is quick and complete, trouble is one sentence with the right exit code."""

import subprocess
import sys
from pathlib import Path

import pytest

from jetbill.doors.cli import main as cli
from jetbill.kernel.trouble import BadInput, Refused


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    code = "from jetbill.doors.cli.main import main; main()"
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True)


def test_help_names_every_command_without_importing_any() -> None:
    done = run("--help")
    assert done.returncode == 0
    for name, entry in cli.COMMANDS.items():
        assert name in done.stdout and entry.purpose.split()[0] in done.stdout


def test_an_unknown_command_is_wrong_usage() -> None:
    done = run("fly")
    assert done.returncode == 2 and "No such command 'fly'" in done.stderr


@pytest.mark.parametrize(
    "trouble, sentence",
    [
        (BadInput("not a number", file="a.yaml", line=3, field="fee"), "jet: a.yaml:3: fee: not a number"),
        (Refused("customer.closed", customer="C-7"), "jet: customer.closed: customer C-7"),
    ],
)
def test_trouble_is_one_sentence(
    trouble: Exception, sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(**_: object) -> None:
        raise trouble

    monkeypatch.setattr(cli.jet, "main", refuse)
    with pytest.raises(SystemExit) as left:
        cli.main([])
    assert left.value.code == 1
    assert capsys.readouterr().err.strip() == sentence


def test_a_database_that_is_away_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JET_HOME", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", f"postgresql://vera@/jet?host={tmp_path}")
    away = f"nothing answers at {tmp_path}/jet"
    command = [sys.executable, "-m", "jetbill.wiring.main"]
    done = subprocess.run([*command, "realm", "list"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, f"jet: the database cannot be reached: {away}\n")
    done = subprocess.run([*command, "status", "-o", "json"], capture_output=True, text=True)
    assert done.returncode == 0 and '"away"' in done.stdout and "queue" not in done.stdout
