"""The folder that holds the data of the server: whole, or not there.

It is made under another name and renamed. An upgrade leaves the new data as `data.upgraded`, sets the old
aside and renames once more; whoever finds the middle of that ends it.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from jetbill.kernel.trouble import BadInput, Failure, OutsideFailure
from jetbill.running import binaries
from jetbill.running.address import OWNER_LOGIN
from jetbill.running.home import SystemUser
from jetbill.running.processes import end_leftovers, run_as

UPGRADED = "data.upgraded"


def settle(home: Path) -> None:
    """End an exchange whose process died between its renames; begin one that was not sure yet anew."""
    upgraded = home / UPGRADED
    if upgraded.exists():
        if (home / "data").exists():  # the old data may have been used since
            shutil.rmtree(upgraded)
        else:
            upgraded.rename(home / "data")


def exchange(home: Path, fresh: Path) -> Path:
    """Put `fresh` in the place of the data; gives the folder in which the old data stays."""
    fresh.rename(home / UPGRADED)
    old = aside(home)
    (home / "data").rename(old)
    (home / UPGRADED).rename(home / "data")
    return old


def aside(home: Path) -> Path:
    """Where the data of this home stays once an upgrade has put newer data in its place."""
    return home / f"data.{written_by(home / 'data')}"


def new_data(home: Path, programs: Path, user: SystemUser | None, more: Sequence[str] = ()) -> Path:
    """An empty data folder with a name of its own, made by initdb with `more` options."""
    # A new name each time: the initdb of a killed starter lives on and would write into ours.
    for leftover in home.glob("data.new.*"):
        end_leftovers(leftover)
        shutil.rmtree(leftover, ignore_errors=True)
    fresh = home / f"data.new.{os.getpid()}"
    command = [str(programs / "initdb"), "-D", str(fresh), "-U", OWNER_LOGIN, "--encoding=UTF8"]
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]  # sorts alike for ever
    command += ["--auth-local=trust", "--auth-host=reject", *more]
    made = subprocess.run(command, capture_output=True, text=True, check=False, **run_as(user))
    if made.returncode != 0:
        shutil.rmtree(fresh, ignore_errors=True)
        raise OutsideFailure("database.cannot_be_made", kind=Failure.PERMANENT, said=made.stderr[-2000:])
    return fresh


def written_by(data: Path) -> int:
    """The major version of the PostgreSQL that wrote it."""
    return int((data / "PG_VERSION").read_text().strip())


def check_version(data: Path) -> None:
    """Raise BadInput when another PostgreSQL wrote it than the one that Jet carries."""
    found, ours = written_by(data), binaries.major()
    if found != ours:
        way = "run: jet upgrade" if found < ours else "go on with the Jet that wrote it"
        raise BadInput(
            f"PostgreSQL {found} wrote the data, this Jet carries {ours} and left it as it is; {way}.",
            file=str(data),
        )
