"""Installs the Debian packages of tests/packages.py, so that nothing of them runs or stays switched on.

Only when asked (`./run test --install-packages`, or CI=true) and only as root. While apt works, a policy
keeps daemons from starting and PostgreSQL's package from making a cluster; both are taken away afterwards.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.packages import missing

POLICY = Path("/usr/sbin/policy-rc.d")
CLUSTER = Path("/etc/postgresql-common/createcluster.d/without-cluster.conf")
UNITS = Path("/etc/systemd/system")
MARK = "# written by the tests of jetbill while packages are installed; may be removed"
APT = ["apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=120", "--no-install-recommends"]


def install_missing() -> bool:
    """Install what is missing; True when nothing is missing any more. Says what it does."""
    remove_left_over()
    wanted = missing()
    if not wanted:
        return True
    command = " ".join(["apt-get install --no-install-recommends", *wanted])
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        print(f"Packages for some tests are missing; they will be skipped. As root: {command}", flush=True)
        return False
    print(f"Installing Debian packages for tests: {', '.join(wanted)}", flush=True)
    _apt("update")
    would_go = [
        line.split()[1] for line in _apt("install", "--simulate", *wanted) if line.startswith("Remv ")
    ]
    if would_go:
        print(f"Not installed: apt would remove {', '.join(would_go)}. By hand: {command}", flush=True)
        return False
    before = _switched_on()
    with nothing_starts():
        _apt("install", *wanted)
    _switch_off(_switched_on() - before)
    print(f"Installed. To take them away again: apt-get purge {' '.join(wanted)}", flush=True)
    return True


def _apt(verb: str, *arguments: str) -> list[str]:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [*APT, verb, *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        last = "\n".join(done.stdout.splitlines()[-15:])
        raise SystemExit(f"apt-get {verb} failed with {done.returncode}:\n{last}")
    return done.stdout.splitlines()


@contextmanager
def nothing_starts() -> Iterator[None]:
    """No daemon starts and no cluster is made in here; a signal takes the policy away as well."""
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, lambda number, _: exit(128 + number))
    made = [path for path in (POLICY, CLUSTER) if not path.exists()]
    try:
        if POLICY in made:
            POLICY.write_text(f"#!/bin/sh\n{MARK}\nexit 101\n")
            POLICY.chmod(0o755)
        if CLUSTER in made:
            CLUSTER.parent.mkdir(parents=True, exist_ok=True)
            CLUSTER.write_text(f"{MARK}\ncreate_main_cluster = false\n")
        yield
    finally:
        for path in made:
            path.unlink(missing_ok=True)


def remove_left_over() -> None:
    """What a kill -9 in the middle of an installation left behind; only what carries our mark."""
    for path in (POLICY, CLUSTER):
        if os.access(path, os.W_OK) and MARK in path.read_text(errors="replace"):
            path.unlink()


def _switched_on() -> set[Path]:
    """The units that systemd would start at the next boot."""
    return {path for path in UNITS.glob("*.wants/*") if path.is_symlink()}


def _switch_off(links: set[Path]) -> None:
    """Debian's packages switch their daemons on for the next boot, policy or not."""
    if not links:
        return
    names = sorted({path.name for path in links})
    if shutil.which("systemctl"):
        subprocess.run(["systemctl", "--quiet", "disable", *names], capture_output=True)
    for path in links:
        path.unlink(missing_ok=True)
    print(f"Switched off again, so that nothing starts at the next boot: {', '.join(names)}", flush=True)
