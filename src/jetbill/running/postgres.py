"""The embedded PostgreSQL: started by whoever needs it first, shared by all, stopped on request.

The server outlives its starter, so kill -9 of any of our processes leaves it up and the next one adopts
it. A file lock, which the kernel frees with its holder, lets one starter work while the others wait.
"""

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg

from jetbill.kernel.trouble import BadInput, Failure, OutsideFailure
from jetbill.running import binaries, roles
from jetbill.running.address import OWNER_LOGIN, ServerAddress, embedded_address, named_address
from jetbill.running.home import SystemUser, own, prepare_home, server_user

START_SECONDS = 120  # recovery after a crash may replay gigabytes
STOP_SECONDS = 60
_LONGEST_SOCKET_FOLDER = 85  # the kernel allows 107 bytes for the path with the socket's own name
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "on",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "work_mem": "64MB",
    "maintenance_work_mem": "256MB",
    "random_page_cost": "1.1",
    "jit": "off",  # compiling costs more than our short queries
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_locks_per_transaction": "256",  # a table has many months
    "log_line_prefix": "%m [%p] %d ",
}
_children: list[subprocess.Popen[bytes]] = []  # kept, so that a server that ends is reaped


@dataclass(frozen=True, slots=True)
class ServerState:
    """What `jet status` shows of the database: `state` is stopped, starting, ready, stopping or named."""

    state: str
    pid: int | None
    version: str
    place: str


def ensure_server(home: Path, extra: Mapping[str, str] | None = None) -> ServerAddress:
    """The server of `home`, started or adopted, with roles and database made; DATABASE_URL replaces it.

    `extra` overrides settings of a server that is started now. Raises BadInput when the home cannot be
    used, OutsideFailure with the end of the server's log when it does not come up.
    """
    if named := named_address():
        return named
    user = server_user()
    prepare_home(home, user)
    address = embedded_address(socket_folder(home))
    with _start_lock(home):
        if not _adopt(home):
            _start(home, user, dict(extra or {}))
            roles.make(address)
        elif not (home / "data" / "jet.ready").exists():  # its starter was killed before it had made roles
            roles.make(address)
        ready = home / "data" / "jet.ready"
        ready.touch()
        own(ready, user)
    return address


def stop_server(home: Path) -> bool:
    """Stop the server of `home` and wait until it is gone; False when none ran."""
    if not os.path.exists(home / "data"):
        return False
    with _start_lock(home):
        pid = _postmaster(home)
        if pid is None:
            return False
        for how, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
            _signal(pid, how)
            if _wait_until(lambda: _postmaster(home) is None, seconds):
                return True
    raise OutsideFailure("database.does_not_stop", kind=Failure.AMBIGUOUS, said=f"process {pid}")


def server_state(home: Path) -> ServerState:
    """Look, without starting anything."""
    if named := named_address():
        return ServerState("named", None, "", f"{named.app['host']}/{named.database}")
    pid = _postmaster(home)
    state = "stopped" if pid is None else _word(home) or "starting"
    return ServerState(state, pid, binaries.version(), str(home))


def _adopt(home: Path) -> bool:
    """Whether a living server of this home is ready; waits for one that starts, or ends."""
    data = home / "data"
    unnoted = [] if _postmaster(home) else _servers(data)  # about to write its pid file, or to end

    def is_settled() -> bool:
        return _answers(home) if _postmaster(home) else not any(_serves(each, data) for each in unnoted)

    _wait_until(is_settled, START_SECONDS)
    return _postmaster(home) is not None


def _answers(home: Path) -> bool:
    """Ask it: one that was killed this moment is still a process, and one in recovery still says ready."""
    if _word(home) != "ready":
        return False
    try:
        psycopg.connect(embedded_address(socket_folder(home)).owner.dsn("postgres")).close()
    except psycopg.OperationalError as refused:
        return "connection slots" in str(refused) or "too many" in str(refused)
    return True


def _start(home: Path, user: SystemUser | None, extra: dict[str, str]) -> None:
    programs = binaries.install(home, user)
    data = home / "data"
    if not data.exists():
        _make_data(home, programs, user)
    _check_version(data, programs)
    _end_leftovers(data)
    _forget_dead_server(home)
    log = _log(home, user)
    settings = {**_SETTINGS, "shared_buffers": _shared_buffers(), **extra}
    command = [str(programs / "postgres"), "-D", str(data), "-k", _make_socket_folder(home, user)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    with log.open("ab") as output:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **_as(user))
    _children.append(child)
    if not _wait_until(lambda: _word(home) == "ready" or child.poll() is not None, START_SECONDS):
        raise OutsideFailure("database.does_not_start", kind=Failure.TRANSIENT, said=_tail(log))
    if child.poll() is not None:
        raise OutsideFailure("database.does_not_start", kind=Failure.PERMANENT, said=_tail(log))


def _make_data(home: Path, programs: Path, user: SystemUser | None) -> None:
    # A new name each time: the initdb of a killed starter lives on and would write into ours.
    for leftover in home.glob("data.new.*"):
        _end_leftovers(leftover)
        shutil.rmtree(leftover, ignore_errors=True)
    fresh = home / f"data.new.{os.getpid()}"
    command = [str(programs / "initdb"), "-D", str(fresh), "-U", OWNER_LOGIN, "--encoding=UTF8"]
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]  # sorts alike for ever
    command += ["--auth-local=trust", "--auth-host=reject"]
    made = subprocess.run(command, capture_output=True, text=True, check=False, **_as(user))
    if made.returncode != 0:
        shutil.rmtree(fresh, ignore_errors=True)
        raise OutsideFailure("database.cannot_be_made", kind=Failure.PERMANENT, said=made.stderr[-2000:])
    fresh.rename(home / "data")


def _check_version(data: Path, programs: Path) -> None:
    found, ours = (data / "PG_VERSION").read_text().strip(), binaries.major()
    if found != str(ours):
        raise BadInput(
            f"The data was written by PostgreSQL {found}, this Jet carries {ours} and left it as it is: "
            f"bring it over with {programs / 'pg_upgrade'}, whose -b is the programs of PostgreSQL {found} "
            f"below {programs.parents[3]}, or go on with the Jet that wrote it.",
            file=str(data),
        )


def _end_leftovers(data: Path) -> None:
    """End processes of a dead server: a busy one holds the shared memory and the start waits for it."""
    left = [process for process in psutil.process_iter() if _works_in(process, data)]
    for how, seconds in ((signal.SIGQUIT, 1), (signal.SIGKILL, 5)):
        for process in left:
            _signal(process.pid, how)
        _, left = psutil.wait_procs(left, timeout=seconds)
        if not left:
            return


def _forget_dead_server(home: Path) -> None:
    """Delete the lock files of a dead server: whoever started it may leave it a zombie, which holds them."""
    pid = _noted_pid(home)
    _wait_until(lambda: pid is None or not _is_leaving(pid), 5)
    (home / "data" / "postmaster.pid").unlink(missing_ok=True)
    Path(socket_folder(home), ".s.PGSQL.5432.lock").unlink(missing_ok=True)


def _is_leaving(pid: int) -> bool:
    """Killed but not gone: for a moment it still holds the shared memory."""
    for child in _children:
        child.poll()
    try:
        process = psutil.Process(pid)
        return not process.cmdline() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _servers(data: Path) -> list[psutil.Process]:
    """Living servers of `data`, noted in its pid file or not."""
    return [process for process in psutil.process_iter() if _serves(process, data)]


def _serves(process: psutil.Process, data: Path) -> bool:
    command = _command(process)
    is_server = bool(command) and Path(command[0]).name == "postgres" and str(data) in command
    return is_server and _is_same_there(process, data)


def _works_in(process: psutil.Process, data: Path) -> bool:
    """A server's children write their title over the command, but stand in the folder; initdb names it."""
    command = _command(process)
    try:
        is_near = ("-D" in command and str(data) in command) or process.cwd() == str(data)
    except psutil.Error:
        return False
    return is_near and _is_same_there(process, data)


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _is_same_there(process: psutil.Process, folder: Path) -> bool:
    """Whether the name means this folder to the process too: in a container or a chroot it is another one."""
    try:
        return os.path.samefile(f"/proc/{process.pid}/root{folder}", folder)
    except PermissionError:
        return os.geteuid() == 0  # root inside a container may not look, and sees only what runs inside
    except OSError:
        return False


def _postmaster(home: Path) -> int | None:
    """The living server of this home. A stale pid file may name anybody's process: look what it is."""
    for child in _children:
        child.poll()
    pid = _noted_pid(home)
    try:
        return pid if pid and _serves(psutil.Process(pid), home / "data") else None
    except psutil.Error:
        return None


def _noted_pid(home: Path) -> int | None:
    try:
        return int((home / "data" / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def _word(home: Path) -> str:
    """The server's own word for its state, from line 8 of its pid file: starting, ready, stopping."""
    try:
        lines = (home / "data" / "postmaster.pid").read_text().split("\n")
    except OSError:
        return ""
    return lines[7].strip() if len(lines) > 7 else ""


@contextmanager
def _start_lock(home: Path) -> Iterator[None]:
    handle = os.open(home / "start.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if os.geteuid() == 0:
            owner = home.stat()
            os.fchown(handle, owner.st_uid, owner.st_gid)
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def socket_folder(home: Path) -> str:
    """The folder of the socket: `home`/run, or a short one where that name is too long for a socket."""
    folder = home / "run"
    if len(os.fsencode(folder)) <= _LONGEST_SOCKET_FOLDER:
        return str(folder)
    short = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    return str(Path(tempfile.gettempdir()) / f"jet-{short}")


def _make_socket_folder(home: Path, user: SystemUser | None) -> str:
    """The folder is the door: nobody else may enter, and nobody else may have made it."""
    folder = Path(socket_folder(home))
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid not in (os.geteuid(), user.uid if user else os.geteuid()):
        raise BadInput("Somebody else made the folder for the database's socket.", file=str(folder))
    own(folder, user)
    folder.chmod(0o700)
    return str(folder)


def _log(home: Path, user: SystemUser | None) -> Path:
    folder = home / "log"
    folder.mkdir(mode=0o700, exist_ok=True)
    own(folder, user)
    log = folder / "postgres.log"
    if log.exists() and log.stat().st_size > 10_000_000:
        log.replace(log.with_suffix(".old.log"))
    log.touch(mode=0o600)
    own(log, user)
    return log


def _shared_buffers() -> str:
    eighth = psutil.virtual_memory().total // 8 // 2**20
    return f"{max(128, min(1024, eighth))}MB"


def _as(user: SystemUser | None) -> dict[str, Any]:
    how: dict[str, Any] = {"cwd": "/", "umask": 0o077, "start_new_session": True}
    if user is not None:
        how |= {"user": user.uid, "group": user.gid, "extra_groups": []}
    return how


def _signal(pid: int, how: signal.Signals) -> None:
    try:
        os.kill(pid, how)
    except ProcessLookupError:
        return


def _wait_until(true: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.005)
    return False


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-1500:]
