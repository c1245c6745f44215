"""Debian packages that tests need, with their reasons, and the mark `needs_package` that skips without them.

A pytest plugin. A test that lacks a package is skipped, counted and named; where CI=true it fails.
"""

import os
import subprocess
from collections import Counter
from functools import cache

import pytest

PACKAGES = {
    "opensmtpd": "a mail server that is not ours receives what delivery sends",
    "poppler-utils": "another reader opens our PDFs: text, pages, pictures",
    "postgresql": "the database as Debian runs it, instead of the embedded one",
}
SKIPPED_FOR = "Debian package missing: "


@cache
def is_installed(package: str) -> bool:
    """Asks dpkg; False as well on a system that is not Debian."""
    command = ["dpkg-query", "--show", "--showformat=${db:Status-Status}", package]
    try:
        return subprocess.run(command, capture_output=True, text=True).stdout.strip() == "installed"
    except FileNotFoundError:
        return False


def missing() -> list[str]:
    """The packages of the list that this system lacks."""
    return [name for name in sorted(PACKAGES) if not is_installed(name)]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs_package(*names): Debian packages of tests/packages.py it uses")


def pytest_runtest_setup(item: pytest.Item) -> None:
    wanted = [name for mark in item.iter_markers("needs_package") for name in mark.args]
    for name in wanted:
        assert name in PACKAGES, f"{name} is not in tests/packages.py: add it with the reason"
        if not is_installed(name):
            if os.environ.get("CI") == "true":
                pytest.fail(f"{SKIPPED_FOR}{name}; where CI=true nothing is left out", pytrace=False)
            pytest.skip(f"{SKIPPED_FOR}{name}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = [str(report.longrepr[2]) for report in skipped if isinstance(report.longrepr, tuple)]
    told = Counter(each.partition(SKIPPED_FOR)[2] for each in reasons if SKIPPED_FOR in each)
    if told:
        listed = ", ".join(f"{name} ({count})" for name, count in sorted(told.items()))
        terminalreporter.write_line(
            f"{told.total()} tests skipped for Debian packages that are missing: {listed}. "
            "As root, ./run test --install-packages installs them."
        )
