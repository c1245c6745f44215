"""DATABASE_URL replaces the embedded server: the wall, events and queue on PostgreSQL as Debian runs it."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from jetbill.running.home import own, server_user

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.needs_package("postgresql")


@pytest.fixture
def folder() -> Iterator[Path]:
    """Debian's server, newest version installed, with a login that is no superuser; gives its folder."""
    place = Path(tempfile.mkdtemp(prefix="jet-debian-"))
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    user = server_user()
    own(place, user)
    become = {"user": user.uid, "group": user.gid, "extra_groups": [], "cwd": "/"} if user else {}

    def run(program: str, *arguments: str) -> None:
        command = [str(programs / program), "-D", str(place / "data"), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **become)

    run("initdb", "-U", "postgres", "-A", "trust", "--encoding=UTF8", "--locale=C", "--no-sync")
    settings = f"-k {place} -c listen_addresses= -c fsync=off"
    run("pg_ctl", "-w", "-l", str(place / "log"), "-o", settings, "start")
    with psycopg.connect(host=str(place), user="postgres", dbname="postgres", autocommit=True) as session:
        session.execute("CREATE ROLE vera LOGIN CREATEROLE CREATEDB")
    yield place
    run("pg_ctl", "-m", "immediate", "stop")
    shutil.rmtree(place)


def _environment(folder: Path, user: str, database: str) -> dict[str, str]:
    url = f"postgresql://{user}@/{database}?host={folder}"
    return {**os.environ, "PYTHONPATH": str(ROOT / "src"), "DATABASE_URL": url}


def _python(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("logins", ["one that is superuser", "two, none of them superuser"])
def test_the_wall_holds_there_too(folder: Path, logins: str) -> None:
    environment = _environment(folder, "postgres", "postgres")
    if logins.startswith("two"):
        owner = _environment(folder, "vera", "postgres")["DATABASE_URL"]
        environment = {**_environment(folder, "jet_app", "postgres"), "DATABASE_OWNER_URL": owner}
    tests = ("tests/stages/realms", "tests/stages/events")
    done = _python(environment, "pytest", "-q", "-n0", *tests)
    assert done.returncode == 0, done.stdout[-3000:]


def test_jet_migrates_there_and_runs_without_the_owner(folder: Path, tmp_path: Path) -> None:
    owner = {**_environment(folder, "vera", "jet"), "JET_HOME": str(tmp_path)}
    app = {**_environment(folder, "jet_app", "jet"), "JET_HOME": str(tmp_path)}
    jet = "jetbill.wiring.main"
    assert "no hole" in _python(owner, jet, "migrate").stdout
    assert _python(app, jet, "status").returncode == 0
    refused = _python(app, jet, "migrate")
    assert refused.returncode == 1 and "DATABASE_OWNER_URL" in refused.stderr
    both = {**app, "DATABASE_OWNER_URL": owner["DATABASE_URL"]}
    assert "no hole" in _python(both, jet, "migrate").stdout
    assert not any(tmp_path.iterdir())
