"""`./run check [--without-tests]`: format, lint, types, rooms and kernel tests, in under a minute.

What looks at the types runs beside what runs the tests, so that two cores are enough.
"""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

ROOT = Path(__file__).resolve().parent.parent
PYTEST = ("pytest", "-q", "--no-header", "-n0", "-m", "not slow")
Steps = dict[str, tuple[str, ...]]
LANES: tuple[Steps, ...] = (
    {
        "format": ("ruff", "format", "--check", "--quiet", "."),
        "lint": ("ruff", "check", "--quiet", "."),
        "types of the kernel": ("mypy", "--strict", "--cache-dir=.mypy_cache/strict", "-p", "jetbill.kernel"),
        "types": ("mypy", "src/jetbill"),
    },
    {
        "rooms": (*PYTEST, "tests/test_tidy.py", "tests/test_rooms.py"),
        "kernel tests": (*PYTEST, "tests/kernel"),
    },
)
ADVICE = {"format": ["mend it with: .venv/bin/ruff format ."]}
LINES = 60  # of a step that fails
# Every law, with fewer examples: the suite tries them all. NumPy needs no threads of its own here.
ENVIRONMENT = {"JET_LAWS": "few", "OPENBLAS_NUM_THREADS": "1"}
_printing = Lock()


def main(arguments: list[str]) -> int:
    """Run every step, show the output of those that fail, and answer 1 if any did."""
    started = time.monotonic()
    lanes = LANES[:1] if "--without-tests" in arguments else LANES
    with ThreadPoolExecutor(len(lanes)) as hands:
        failed = [name for names in hands.map(_walk, lanes) for name in names]
    seconds = time.monotonic() - started
    print(f"Not yet: {', '.join(failed)}" if failed else f"All is well, after {seconds:.0f} s.")
    return 1 if failed else 0


def _walk(steps: Steps) -> Sequence[str]:
    """The steps of a lane, one after the other; the names of those that failed."""
    return [name for name, command in steps.items() if not _passes(name, command)]


def _passes(name: str, command: tuple[str, ...]) -> bool:
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env={**os.environ, **ENVIRONMENT},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    is_well = done.returncode == 0
    with _printing:
        print(f"{name:<20} {'ok' if is_well else 'FAILED'}  {time.monotonic() - started:.1f} s", flush=True)
        if not is_well:
            print("\n".join([*done.stdout.splitlines()[-LINES:], *ADVICE.get(name, ())]), flush=True)
    return is_well


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
