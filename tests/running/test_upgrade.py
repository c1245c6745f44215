"""Data that an older PostgreSQL wrote, after a kill too, is brought over whole; the old stays beside it."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from jetbill.doors.cli.plugs import Plugs
from jetbill.doors.cli.upgrade import upgrade as command
from jetbill.kernel.trouble import BadInput, OutsideFailure
from jetbill.running import binaries, data_folder, postgres
from jetbill.running.home import own, prepare_home, server_user
from jetbill.running.processes import run_as
from jetbill.running.upgrade import upgrade


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    folder = Path(tempfile.mkdtemp(prefix="jet-home-"))
    prepare_home(folder, server_user())
    yield folder
    postgres.stop_server(folder)
    shutil.rmtree(folder)


@pytest.fixture
def programs() -> Path:
    """Those of Debian's PostgreSQL, which is older than ours."""
    return max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))


def _write(home: Path, programs: Path) -> None:
    """Data of the older server with a thousand payments, which was killed in the end."""
    user, data = server_user(), home / "data"
    how = {"check": True, "stdout": subprocess.DEVNULL, **run_as(user)}
    made = ["-U", "jet_owner", "-A", "trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
    subprocess.run([programs / "initdb", "-D", data, *made], **how)
    (home / "run").mkdir()
    own(home / "run", user)
    settings = f"-k {home / 'run'} -c listen_addresses="
    subprocess.run([programs / "pg_ctl", "-D", data, "-w", "-o", settings, "-l", "/dev/null", "start"], **how)
    with psycopg.connect(host=str(home / "run"), user="jet_owner", dbname="postgres") as session:
        session.execute(
            "CREATE TABLE payment AS SELECT g AS id, g * 1.25 AS amount FROM generate_series(1, 1000) g"
        )
    subprocess.run([programs / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop"], **how)


def _sum(home: Path) -> object:
    address = postgres.ensure_server(home, {"shared_buffers": "32MB"})
    with psycopg.connect(address.owner.dsn("postgres")) as session:
        row = session.execute(
            "SELECT count(*), sum(amount)::text, current_setting('server_version_num') FROM payment"
        )
        count, amount, version = row.fetchone() or ()
    return count, amount, int(version) // 10_000


def _broken(programs: Path, home: Path) -> Path:
    """The older programs, but for the server itself."""
    place = home / "broken"
    place.mkdir(mode=0o755)
    for program in programs.iterdir():
        (place / program.name).symlink_to("/bin/false" if program.name == "postgres" else program)
    return place


@pytest.mark.needs_package("postgresql")
def test_all_of_it_comes_over_even_after_a_kill_and_a_failure(home: Path, programs: Path) -> None:
    _write(home, programs)
    with pytest.raises(BadInput, match="run: jet upgrade"):
        postgres.ensure_server(home)
    for named in (None, Path("/bin")):
        with pytest.raises(BadInput, match="name their folder with --programs"):
            upgrade(home, named, lambda _: None)
    with pytest.raises(OutsideFailure, match="pg_upgrade"):
        upgrade(home, _broken(programs, home), lambda _: None)
    done = CliRunner().invoke(command, ["--programs", str(programs)], obj=Plugs(home=lambda: home))
    old = home / f"data.{programs.parent.name}"
    assert done.exit_code == 0 and str(old) in done.stdout, done.output
    assert data_folder.written_by(old) == int(programs.parent.name)
    assert _sum(home) == (1000, "625625.00", binaries.major())
    assert not list(home.glob("data.new.*")) and not (home / "upgrade").exists()
    again = CliRunner().invoke(command, [], obj=Plugs(home=lambda: home))
    assert again.exit_code == 0 and "Nothing to do" in again.stdout


@pytest.mark.parametrize("killed_before", [1, 2, 3])
def test_an_exchange_cut_short_leaves_one_whole_folder(
    tmp_path: Path, killed_before: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, version in (("data", 15), ("fresh", 18)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "PG_VERSION").write_text(f"{version}\n")
    rename, calls = Path.rename, iter(range(1, 4))

    def dying(self: Path, target: Path) -> Path:
        if next(calls) == killed_before:
            raise KeyboardInterrupt
        return rename(self, target)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(Path, "rename", dying)
        data_folder.exchange(tmp_path, tmp_path / "fresh")
    data_folder.settle(tmp_path)
    assert data_folder.written_by(tmp_path / "data") == (18 if killed_before == 3 else 15)
    assert not (tmp_path / data_folder.UPGRADED).exists()
