"""`./run` from outside: what it says when it cannot install, and that it installs once, also when many ask.

Most tests replace Python by a shell script that makes an empty environment, so that nothing is fetched.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.checkout import ROOT

STUB = """#!/bin/sh
case "$*" in
  *"-m venv "*)
    for folder; do :; done
    echo made >>"$MADE"
    mkdir -p "$folder/bin"; : >"$folder/pyvenv.cfg"; cp "$0" "$folder/bin/python"
    printf '#!/bin/sh\\necho "jet: $*"\\n' >"$folder/bin/jet"; chmod +x "$folder/bin/jet"
    ln -sf /bin/true "$folder/bin/uv"
    until [ -e "${HELD_UNTIL:-/}" ]; do sleep 0.05; done
    sleep "${SLOW:-0}" ;;
  *"-m pip"* | *"-m jetbill"*) ;;
  *ensurepip*) exit "${WITHOUT_VENV:-0}" ;;
  *disk_usage*) echo "${FREE:-9000}" ;;
  *version_info*) echo "${VERSION:-3.11}" ;;
  *) exec REAL "$@" ;;
esac
"""


class Checkout:
    """A copy of what `./run` needs, in a folder whose name is not easy."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "Jet für Vera"
        self.root.mkdir(parents=True)
        for name in ("run", "installer.lock", "requirements.lock", "pyproject.toml"):
            shutil.copy2(ROOT / name, self.root / name)
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.made = folder / "made"
        self.environment = {
            "PATH": f"{self.bin}:/usr/bin:/bin",
            "HOME": str(folder),
            "MADE": str(self.made),
            "PIP_CONFIG_FILE": os.devnull,
        }

    def stub(self) -> "Checkout":
        python = self.bin / "python3"
        python.write_text(STUB.replace("REAL", sys.executable))
        python.chmod(0o755)
        return self

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [self.root / "run", *arguments],
            env=self.environment | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=_heed_interrupts,
        )

    def run(self, *arguments: str, **environment: str) -> tuple[int, str, str]:
        process = self.start(*arguments, **environment)
        out, err = process.communicate(timeout=100)
        return process.returncode, out, err

    def times_made(self) -> int:
        return len(self.made.read_text().splitlines()) if self.made.exists() else 0


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_installs_once_and_then_only_runs(checkout: Checkout) -> None:
    checkout.stub()
    code, out, err = checkout.run("price", "a book", "--explain")
    assert (code, out) == (0, "jet: price a book --explain\n") and "Installing Jet into" in err
    assert checkout.run("jet", "--version") == (0, "jet: --version\n", "")
    assert checkout.times_made() == 1


@pytest.mark.parametrize("changed", ["requirements.lock", "installer.lock", "pyproject.toml"])
def test_what_it_was_made_from_changed_so_it_is_made_again(checkout: Checkout, changed: str) -> None:
    checkout.stub().run("install")
    with (checkout.root / changed).open("a") as file:
        file.write("\n# changed\n")
    assert checkout.run("install")[0] == 0 and checkout.times_made() == 2


def test_a_moved_checkout_is_installed_again(checkout: Checkout) -> None:
    checkout.stub().run("install")
    checkout.root = checkout.root.rename(checkout.root.parent / "elsewhere")
    assert checkout.run("install")[0] == 0 and checkout.times_made() == 2


def test_finds_itself_through_links(checkout: Checkout) -> None:
    (checkout.bin / "near").symlink_to("../Jet für Vera/run")
    far = checkout.bin / "far"
    far.symlink_to(checkout.bin / "near")
    told = subprocess.run([far, "help"], env=checkout.environment, capture_output=True, text=True)
    assert told.returncode == 0 and f"{checkout.root}/.venv" in told.stderr


def test_four_at_once_install_once(checkout: Checkout) -> None:
    checkout.stub()
    all_told = checkout.bin / "all told"
    started = [checkout.start("jet", str(number), HELD_UNTIL=str(all_told)) for number in range(4)]
    told = [process.stderr.readline() for process in started if process.stderr]
    assert sum("waiting for it" in line for line in told) == 3
    all_told.touch()
    said = [process.communicate(timeout=60)[0] for process in started]
    assert said == [f"jet: {number}\n" for number in range(4)] and checkout.times_made() == 1


@pytest.mark.parametrize("sent, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_stopped_midway_the_next_run_starts_afresh(checkout: Checkout, sent: int, code: int) -> None:
    process = checkout.stub().start("install", SLOW="30")
    until = time.monotonic() + 30
    while checkout.times_made() == 0 and time.monotonic() < until:
        time.sleep(0.01)
    os.killpg(process.pid, sent)
    _, err = process.communicate(timeout=90)  # a shell looks at its traps when its child, SLOW, has ended
    assert process.returncode == code
    assert ("starts afresh" in err) == (code > 0) and "Traceback" not in err
    assert checkout.run("jet")[:2] == (0, "jet: \n") and checkout.times_made() == 2


@pytest.mark.parametrize(
    "environment, code, sentence",
    [
        ({"VERSION": "3.9"}, 69, "needs Python 3.11 to 3.14, found only 3.9"),
        ({"WITHOUT_VENV": "1"}, 69, "apt-get install python3-venv"),
        ({"FREE": "5"}, 74, "needs 2000 MB free"),
        ({"JET_VENV": "/proc/jet/environment"}, 73, "may not write to /proc/jet"),
    ],
)
def test_what_is_missing_is_one_sentence(
    checkout: Checkout, environment: dict[str, str], code: int, sentence: str
) -> None:
    # A PATH with this Python alone: others of the machine must not be found.
    tools = "sh dirname readlink date id cat cmp mkdir ls rm tail cut grep sed head mv cp chmod ln sleep"
    for name in tools.split():
        (checkout.bin / name).symlink_to(str(shutil.which(name)))
    found = checkout.stub().run("install", PATH=str(checkout.bin), **environment)
    assert found[0] == code and sentence in found[2] and found[2].count("\n") == 1
    assert checkout.times_made() == 0 and not (checkout.root / ".venv").exists()


def test_without_any_python(checkout: Checkout) -> None:
    for name in ("sh", "dirname", "readlink", "date", "id"):
        (checkout.bin / name).symlink_to(str(shutil.which(name)))
    code, _, err = checkout.run("demo", PATH=str(checkout.bin))
    assert code == 69 and "found none. On Debian: apt-get install python3 python3-venv" in err


def test_a_folder_with_other_things_in_it_is_left_alone(checkout: Checkout, tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter").write_text("all of it")
    code, _, err = checkout.stub().run("install", JET_VENV=str(tmp_path / "thesis"))
    assert code == 73 and "holds other files" in err
    assert (tmp_path / "thesis" / "chapter").read_text() == "all of it"


@pytest.mark.skipif(
    os.geteuid() == 0, reason="root may write everywhere; tests/bare_debian.sh tries as a user"
)
def test_a_checkout_one_may_not_write_to(checkout: Checkout, tmp_path: Path) -> None:
    checkout.stub().root.chmod(0o555)
    code, _, err = checkout.run("install")
    assert code == 73 and "JET_VENV=/some/folder" in err
    assert checkout.run("jet", JET_VENV=str(tmp_path / "environment"))[:2] == (0, "jet: \n")


def test_without_a_network(checkout: Checkout) -> None:
    nobody = "http://127.0.0.1:9/simple"
    (checkout.bin / "python3").symlink_to(sys.executable)
    code, _, err = checkout.run("install", PIP_INDEX_URL=nobody)
    assert code == 75 and "could not be fetched" in err and "https_proxy" in err
    assert "Traceback" not in err and not (checkout.root / ".venv" / ".installed").exists()


def test_a_package_with_another_hash_is_refused(checkout: Checkout, tmp_path: Path) -> None:
    lock = (ROOT / "installer.lock").read_text()
    version = lock.partition("uv==")[2].split()[0]
    (tmp_path / f"uv-{version}-py3-none-any.whl").write_bytes(b"not what was locked")
    (checkout.bin / "python3").symlink_to(sys.executable)
    code, _, err = checkout.run("install", PIP_NO_INDEX="1", PIP_FIND_LINKS=str(tmp_path))
    assert code == 75 and "wrong hash" in err
    assert not (checkout.root / ".venv" / ".installed").exists()


def _heed_interrupts() -> None:
    """A shell's background job ignores SIGINT, and so would all that it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
