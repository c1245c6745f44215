"""Tests that need a Debian package: skipped, counted and named where it is missing; failing where CI=true."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import package_install
from tests.checkout import ROOT

NEEDY = """
import pytest

@pytest.mark.needs_package("opensmtpd")
@pytest.mark.parametrize("number", [1, 2])
def test_sends(number): ...

def test_plain(): ...
"""


def run(folder: Path, **environment: str) -> str:
    (folder / "test_needy.py").write_text(NEEDY)
    dpkg = folder / "dpkg-query"
    dpkg.write_text("#!/bin/sh\necho not-installed\n")
    dpkg.chmod(0o755)
    arguments = [
        "-p",
        "tests.packages",
        "-p",
        "no:cacheprovider",
        "-c",
        os.devnull,
        "--confcutdir",
        str(folder),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments, "--rootdir", folder, folder / "test_needy.py"],
        cwd=ROOT,
        env=os.environ | {"PATH": str(folder), "CI": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"} | environment,
        capture_output=True,
        text=True,
    )
    return done.stdout


def test_a_test_without_its_package_is_skipped_and_named(tmp_path: Path) -> None:
    told = run(tmp_path)
    assert "1 passed, 2 skipped" in told
    assert "2 tests skipped for Debian packages that are missing: opensmtpd (2)." in told


def test_in_ci_nothing_is_left_out(tmp_path: Path) -> None:
    told = run(tmp_path, CI="true")
    assert "1 passed, 2 errors" in told and "Debian package missing: opensmtpd" in told


def test_daemons_stay_down_while_packages_are_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy, cluster = tmp_path / "policy-rc.d", tmp_path / "conf.d" / "cluster.conf"
    monkeypatch.setattr(package_install, "POLICY", policy)
    monkeypatch.setattr(package_install, "CLUSTER", cluster)
    with package_install.nothing_starts():
        assert subprocess.run([policy]).returncode == 101
        assert "create_main_cluster = false" in cluster.read_text()
    assert not policy.exists() and not cluster.exists()


def test_a_policy_of_somebody_else_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = tmp_path / "policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 0\n")
    monkeypatch.setattr(package_install, "POLICY", policy)
    monkeypatch.setattr(package_install, "CLUSTER", tmp_path / "cluster.conf")
    with package_install.nothing_starts():
        pass
    package_install.remove_left_over()
    assert policy.read_text() == "#!/bin/sh\nexit 0\n"


def test_what_a_killed_installation_left_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = tmp_path / "policy-rc.d"
    policy.write_text(f"#!/bin/sh\n{package_install.MARK}\nexit 101\n")
    monkeypatch.setattr(package_install, "POLICY", policy)
    monkeypatch.setattr(package_install, "CLUSTER", tmp_path / "cluster.conf")
    package_install.remove_left_over()
    assert not policy.exists()
