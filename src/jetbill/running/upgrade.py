"""The data of an older PostgreSQL brought over to the one that Jet carries, by its own `pg_upgrade`.

The data is copied, so that the old stays as it was until the new is whole, and beside it afterwards.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jetbill.kernel.trouble import BadInput, Failure, OutsideFailure
from jetbill.running import binaries, data_folder
from jetbill.running.address import OWNER_LOGIN
from jetbill.running.home import SystemUser, own, server_user
from jetbill.running.postgres import make_socket_folder, postmaster, start_lock
from jetbill.running.processes import end_leftovers, run_as


@dataclass(frozen=True, slots=True)
class _Old:
    """Data of an older server, the programs that wrote it, who runs them, a folder for their socket."""

    home: Path
    programs: Path
    user: SystemUser | None
    socket: str

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def scratch(self) -> Path:
        return self.home / "upgrade"

    def run(self, program: Path, *arguments: object) -> str:
        """What the program says. Raises OutsideFailure with the end of it when it fails."""
        how = {**run_as(self.user), "cwd": self.scratch, "env": {**os.environ, "LC_ALL": "C"}}
        command = [str(program), *map(str, arguments)]
        told = self.scratch / f"{program.name}.log"  # no pipe: a server that it starts would hold it open
        with told.open("wb") as output:
            done = subprocess.run(command, stdout=output, stderr=output, check=False, **how)
        said = told.read_text(errors="replace")
        if done.returncode != 0:
            raise OutsideFailure(
                "database.does_not_upgrade", kind=Failure.PERMANENT, said=f"{program.name}: {said[-1500:]}"
            )
        return said


def upgrade(home: Path, programs: Path | None, tell: Callable[[str], None]) -> Path | None:
    """Bring the data of `home` over; gives the folder in which the old data stays, None if nothing is to do.

    `programs` are those of the PostgreSQL that wrote it, else what an older Jet left in this home. Raises
    BadInput when they are missing or the database is in use, OutsideFailure with what went wrong.
    """
    data = home / "data"
    if not data.exists() and not (home / data_folder.UPGRADED).exists():
        return None
    with start_lock(home):
        data_folder.settle(home)
        written = data_folder.written_by(data)
        if written == binaries.major():
            return None
        if written > binaries.major():
            data_folder.check_version(data)
        if postmaster(home) is not None:
            raise BadInput("The database is up: stop it first, with the Jet that started it.", file=str(data))
        if data_folder.aside(home).exists():
            raise BadInput(
                "An earlier upgrade left it: move it elsewhere.", file=str(data_folder.aside(home))
            )
        user = server_user()
        old = _Old(home, _programs(home, programs, written), user, make_socket_folder(home, user))
        return _carried_over(old, tell)


def _carried_over(old: _Old, tell: Callable[[str], None]) -> Path:
    ours = binaries.install(old.home, old.user)
    old.scratch.mkdir(mode=0o700, exist_ok=True)
    own(old.scratch, old.user)
    end_leftovers(old.data)
    tell("Looking at the old data.")
    checksums = _end_in_order(old)
    fresh = data_folder.new_data(old.home, ours, old.user, [checksums])
    tell("Copying it over.")
    old.run(
        ours / "pg_upgrade",
        *("-b", old.programs, "-B", ours, "-d", old.data, "-D", fresh, "-U", OWNER_LOGIN),
        *("--socketdir", old.socket, "-j", os.cpu_count() or 1),
    )
    shutil.rmtree(old.scratch)
    return data_folder.exchange(old.home, fresh)


def _end_in_order(old: _Old) -> str:
    """A server that was killed recovers with its own programs; gives initdb's word for checksums."""
    facts = _facts(old)
    if facts["Database cluster state"] != "shut down":
        options = f"-k {old.socket} -c listen_addresses="
        program = old.programs / "pg_ctl"
        old.run(program, "-D", old.data, "-w", "-l", old.scratch / "server.log", "-o", options, "start")
        old.run(program, "-D", old.data, "-w", "-m", "fast", "stop")
    return "--data-checksums" if facts["Data page checksum version"] != "0" else "--no-data-checksums"


def _facts(old: _Old) -> dict[str, str]:
    told = old.run(old.programs / "pg_controldata", "-D", old.data)
    pairs = (line.partition(":") for line in told.splitlines())
    return {name: value.strip() for name, _, value in pairs}


def _programs(home: Path, named: Path | None, written: int) -> Path:
    """The programs that were named, else those that an older Jet copied into its home."""
    among = [named / "pg_controldata"] if named else home.glob(f"pg/{written}.*/**/bin/pg_controldata")
    found = sorted(each for each in among if each.exists())
    if not found:
        raise BadInput(
            f"The programs of PostgreSQL {written}, which wrote the data, are not here: name their folder"
            f" with --programs, such as /usr/lib/postgresql/{written}/bin.",
            file=str(named or home / "pg"),
        )
    return found[-1].parent
