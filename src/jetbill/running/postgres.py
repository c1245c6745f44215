"""The embedded PostgreSQL: started by whoever needs it first, shared by all, stopped on request.

The server outlives its starter, so kill -9 of any of our processes leaves it up and the next one adopts
it. A file lock, which the kernel frees with its holder, lets one starter work while the others wait.
"""

import fcntl
import hashlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from jetbill.kernel.trouble import BadInput, Failure, OutsideFailure
from jetbill.running import binaries, data_folder, roles
from jetbill.running.address import ServerAddress, embedded_address, named_address
from jetbill.running.home import SystemUser, own, prepare_home, server_user
from jetbill.running.processes import children, end_leftovers, is_leaving, reap, run_as, send, servers, serves

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


@dataclass(frozen=True, slots=True)
class ServerState:
    """What `jet status` shows: stopped, starting, ready or stopping; with DATABASE_URL, named or away."""

    state: str
    pid: int | None
    version: str
    place: str


def ensure_server(home: Path, extra: Mapping[str, str] | None = None) -> ServerAddress:
    """The server of `home`, started or adopted, with roles and database made; DATABASE_URL replaces it.

    `extra` overrides settings of a server that is started now. Raises BadInput when the home cannot be
    used, OutsideFailure with the end of the server's log when it does not come up, or the named one is away.
    """
    if named := named_address():
        if named.is_away():
            said = f"nothing answers at {_place(named)}"
            raise OutsideFailure("database.unreachable", kind=Failure.TRANSIENT, said=said)
        return named
    user = server_user()
    prepare_home(home, user)
    address = embedded_address(socket_folder(home))
    with start_lock(home):
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
    with start_lock(home):
        pid = postmaster(home)
        if pid is None:
            return False
        for how, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
            send(pid, how)
            if _wait_until(lambda: postmaster(home) is None, seconds):
                return True
    raise OutsideFailure("database.does_not_stop", kind=Failure.AMBIGUOUS, said=f"process {pid}")


def server_state(home: Path) -> ServerState:
    """Look, without starting anything."""
    if named := named_address():
        return ServerState("away" if named.is_away() else "named", None, "", _place(named))
    pid = postmaster(home)
    state = "stopped" if pid is None else _word(home) or "starting"
    return ServerState(state, pid, binaries.version(), str(home))


def _place(named: ServerAddress) -> str:
    return f"{named.app['host'] or 'localhost'}/{named.database}"


def _adopt(home: Path) -> bool:
    """Whether a living server of this home is ready; waits for one that starts, or ends."""
    data = home / "data"
    unnoted = [] if postmaster(home) else servers(data)  # about to write its pid file, or to end

    def is_settled() -> bool:
        return _answers(home) if postmaster(home) else not any(serves(each, data) for each in unnoted)

    _wait_until(is_settled, START_SECONDS)
    return postmaster(home) is not None


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
    data_folder.settle(home)
    if not data.exists():
        data_folder.new_data(home, programs, user).rename(data)
    data_folder.check_version(data)
    end_leftovers(data)
    _forget_dead_server(home)
    log = _log(home, user)
    settings = {**_SETTINGS, "shared_buffers": _shared_buffers(), **extra}
    command = [str(programs / "postgres"), "-D", str(data), "-k", make_socket_folder(home, user)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    with log.open("ab") as output:
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **run_as(user)
        )
    children.append(child)
    if not _wait_until(lambda: _word(home) == "ready" or child.poll() is not None, START_SECONDS):
        raise OutsideFailure("database.does_not_start", kind=Failure.TRANSIENT, said=_tail(log))
    if child.poll() is not None:
        raise OutsideFailure("database.does_not_start", kind=Failure.PERMANENT, said=_tail(log))


def _forget_dead_server(home: Path) -> None:
    """Delete the lock files of a dead server: whoever started it may leave it a zombie, which holds them."""
    pid = _noted_pid(home)
    _wait_until(lambda: pid is None or not is_leaving(pid), 5)
    (home / "data" / "postmaster.pid").unlink(missing_ok=True)
    Path(socket_folder(home), ".s.PGSQL.5432.lock").unlink(missing_ok=True)


def postmaster(home: Path) -> int | None:
    """The living server of this home. A stale pid file may name anybody's process: look what it is."""
    reap()
    pid = _noted_pid(home)
    try:
        return pid if pid and serves(psutil.Process(pid), home / "data") else None
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
def start_lock(home: Path) -> Iterator[None]:
    """Only one process at a time starts, stops or upgrades the server of a home."""
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


def make_socket_folder(home: Path, user: SystemUser | None) -> str:
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


def _wait_until(true: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.005)
    return False


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-1500:]
