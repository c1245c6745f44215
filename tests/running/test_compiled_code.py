"""The first start of a version compiles once, says so, and the next one finds it done."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jetbill.running import compiled_code
from jetbill.running.compiled_code import compile_once, is_compiled

SOURCE = str(Path(compiled_code.__file__).parents[2])


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTHONPATH", SOURCE)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "numba"))
    compiled_code.keep_compiled_code()
    return Path(os.environ["NUMBA_CACHE_DIR"])


@pytest.mark.timeout(600)
def test_what_was_compiled_once_is_found_by_the_next_process(fresh: Path) -> None:
    told: list[str] = []
    compile_once(told.append)
    assert told[0].startswith("First start with this version: compiling") and told[1:] == ["Compiled."]
    machine_code = {path: path.stat().st_mtime_ns for path in fresh.rglob("*.nb*")}
    assert is_compiled() and machine_code
    subprocess.run([sys.executable, "-c", "import jetbill.kernel.rating.rates"], check=True)
    assert {path: path.stat().st_mtime_ns for path in fresh.rglob("*.nb*")} == machine_code
    compile_once(told.append)
    assert len(told) == 2


def test_a_failure_is_told_and_no_reason_to_stop(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    monkeypatch.setattr(sys, "executable", "/bin/false")
    told: list[str] = []
    compile_once(told.append)
    assert told[1].startswith("It could not be compiled ahead") and not is_compiled()
