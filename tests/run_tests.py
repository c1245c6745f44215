"""`./run test [--all] [--install-packages] [arguments of pytest]`: the whole suite as CI runs it."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.package_install import install_missing  # noqa: E402


def main(arguments: list[str]) -> int:
    """Install packages if asked, then become pytest; the long tests only with --all."""
    everything = "--all" in arguments
    in_ci = os.environ.get("CI") == "true"
    given = [each for each in arguments if each not in ("--all", "--install-packages")]
    if in_ci or "--install-packages" in arguments:
        install_missing()
    chosen = [] if everything or _has(given, "-m") else ["-m", "not slow"]
    workers = [] if _has(given, "-n") else ["-n", "auto", "--dist", "loadgroup"]
    print(
        "Running "
        + ("all tests, the long ones too." if everything else "the tests; --all adds the long ones.")
    )
    sys.stdout.flush()
    os.chdir(ROOT)
    command = [sys.executable, "-m", "pytest", *chosen, *workers, *given]
    os.execv(command[0], command)


def _has(arguments: list[str], flag: str) -> bool:
    return any(each.startswith(flag) and not each.startswith("--") for each in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
