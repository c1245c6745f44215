"""Where Jet keeps its files on this machine, and which system user its database server runs as.

`$JET_HOME` wins. Else root uses /var/lib/jet, a plain user ${XDG_DATA_HOME:-~/.local/share}/jet.
PostgreSQL refuses to run as root: then it runs as the system user `jet`, which is made when missing.
"""

import fcntl
import grp
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from jetbill.kernel.trouble import BadInput

SYSTEM_USER = "jet"
SYSTEM_HOME = Path("/var/lib/jet")


@dataclass(frozen=True, slots=True)
class SystemUser:
    """A user of the operating system that a process can become."""

    name: str
    uid: int
    gid: int


def jet_home() -> Path:
    """The folder that holds everything Jet keeps outside the database; absolute, perhaps not made yet."""
    if chosen := os.environ.get("JET_HOME"):
        return Path(chosen).expanduser().absolute()
    if os.geteuid() == 0:
        return SYSTEM_HOME
    base = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(base).expanduser().absolute() / "jet"


def server_user() -> SystemUser | None:
    """Whom the server runs as when we are root: `jet`, made when missing, else `postgres`. None otherwise."""
    if os.geteuid() != 0:
        return None
    found = _user(SYSTEM_USER)
    if found is None:
        _make_system_user()
        found = _user(SYSTEM_USER) or _user("postgres")
    if found is None:
        raise BadInput("PostgreSQL does not run as root, and the system user jet could not be made.")
    return found


def prepare_home(home: Path, user: SystemUser | None) -> None:
    """Make `home`, private to the user of the server. Never touches a folder above it."""
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as refused:
        sentence = f"This folder cannot be made ({refused.strerror}); set JET_HOME to one of yours."
        raise BadInput(sentence, file=str(home)) from refused
    if user is None:
        if home.stat().st_uid == os.geteuid():
            home.chmod(0o700)
        if not os.access(home, os.R_OK | os.W_OK | os.X_OK):
            raise BadInput(
                "This folder belongs to another user; set JET_HOME to one of yours.", file=str(home)
            )
        return
    own(home, user)
    home.chmod(0o700)
    closed = next((folder for folder in home.parents if not _may_enter(folder, user)), None)
    if closed is not None:
        raise BadInput(
            f"The system user {user.name} cannot enter {closed}; set JET_HOME to a folder outside it.",
            file=str(home),
        )


def make_folder(home: Path, name: str) -> Path:
    """A private folder of this name in `home`, belonging to whoever owns `home`."""
    folder = home / name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    give(home, folder)
    return folder


def brand_folder(home: Path, realm: int) -> Path:
    """Where the pictures of a realm (its id) are kept."""
    return home / "brand" / str(realm)


def give(home: Path, path: Path) -> None:
    """Let `path` belong to whoever owns `home`, so that what root made is his to use."""
    if os.geteuid() == 0:
        owner = home.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


def own(path: Path, user: SystemUser | None) -> None:
    """Hand `path` to `user`; nothing to do for a plain user."""
    if user is not None:
        os.chown(path, user.uid, user.gid)


def _user(name: str) -> SystemUser | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return SystemUser(name, entry.pw_uid, entry.pw_gid)


def _make_system_user() -> None:
    tool = shutil.which("useradd") or shutil.which("useradd", path="/usr/sbin:/sbin")
    if tool is None:
        return
    command = [tool, "--system", "--user-group", "--no-create-home", "--home-dir", str(SYSTEM_HOME)]
    place = os.open("/etc", os.O_RDONLY)
    try:
        # One at a time: of two starters the later useradd would give the same user another number.
        fcntl.flock(place, fcntl.LOCK_EX)
        if _user(SYSTEM_USER) is None:
            command += ["--shell", "/usr/sbin/nologin", SYSTEM_USER]
            subprocess.run(command, capture_output=True, check=False)
    finally:
        os.close(place)


def _may_enter(folder: Path, user: SystemUser) -> bool:
    about = folder.stat()
    if about.st_uid == user.uid:
        return bool(about.st_mode & 0o100)
    if about.st_gid == user.gid or user.name in _members(about.st_gid):
        return bool(about.st_mode & 0o010)
    return bool(about.st_mode & 0o001)


def _members(gid: int) -> list[str]:
    try:
        return grp.getgrgid(gid).gr_mem
    except KeyError:
        return []
