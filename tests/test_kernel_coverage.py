"""The kernel is tried by its own tests, the stories and the broken books: nineteen of twenty branches.

With numba off, so that the scan is measured as the Python it is. Some minutes, so only by --all.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.checkout import ROOT

TESTS = ("tests/kernel", "tests/stories", "tests/doors/test_broken_books.py")
LEAST = 95.0
LEAST_OF_A_FILE = 90.0
"""Small files hold a line that only another machine takes, and chance leaves a law a branch short."""


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_kernel_is_covered_to_95_per_cent(tmp_path: Path) -> None:
    environment = os.environ | {
        "NUMBA_DISABLE_JIT": "1",
        "JET_LAWS": "few",
        "COVERAGE_FILE": str(tmp_path / "coverage"),
        "PYTHONPATH": str(ROOT / "src"),
    }
    base = [sys.executable, "-m", "coverage"]
    run = [*base, "run", "--branch", "--source=src/jetbill/kernel", "-m", "pytest", "-q", "-n0"]
    for command in (
        [*run, "-m", "not slow", "-p", "no:cacheprovider", *TESTS],
        [*base, "json", "-q", "-o", str(tmp_path / "told.json")],
    ):
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    told = json.loads((tmp_path / "told.json").read_text())
    shares = {name: each["summary"]["percent_covered"] for name, each in told["files"].items()}
    low = {name: f"{share:.0f} %" for name, share in shares.items() if share < LEAST_OF_A_FILE}
    total = told["totals"]["percent_covered"]
    print(f"kernel: {total:.1f} % of lines and branches in {len(shares)} files")
    assert total >= LEAST and not low, f"{total:.1f} % in all; too low: {low}"
