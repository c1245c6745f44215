"""`./run check [--without-tests]`: format, lint, types, rooms and kernel tests, in under a minute."""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTEST = ("pytest", "-q", "--no-header", "-m", "not slow")
STEPS: dict[str, tuple[str, ...]] = {
    "format": ("ruff", "format", "--check", "--quiet", "."),
    "lint": ("ruff", "check", "--quiet", "."),
    "types of the kernel": ("mypy", "--strict", "--cache-dir=.mypy_cache/strict", "-p", "jetbill.kernel"),
    "types": ("mypy", "src/jetbill"),
    "rooms": (*PYTEST, "-n0", "tests/test_tidy.py", "tests/test_rooms.py"),
    "kernel tests": (*PYTEST, "-n2", "tests/kernel"),
}
ADVICE = {"format": ["mend it with: .venv/bin/ruff format ."]}
LINES = 60  # of a step that fails


def main(arguments: list[str]) -> int:
    """Run every step, show the output of those that fail, and answer 1 if any did."""
    failed = []
    for name, command in STEPS.items():
        if "--without-tests" in arguments and command[0] == "pytest":
            continue
        started = time.monotonic()
        print(f"{name:<20} ", end="", flush=True)
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        print(f"{'ok' if done.returncode == 0 else 'FAILED'}  {time.monotonic() - started:.1f} s", flush=True)
        if done.returncode:
            failed.append(name)
            print("\n".join([*done.stdout.splitlines()[-LINES:], *ADVICE.get(name, ())]), flush=True)
    print(f"Not yet: {', '.join(failed)}" if failed else "All is well.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
