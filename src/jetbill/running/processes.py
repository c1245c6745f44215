"""Which processes work in a data folder of PostgreSQL, and how they are ended."""

import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import psutil

from jetbill.running.home import SystemUser

children: list[subprocess.Popen[bytes]] = []  # kept, so that a server that ends is reaped


def reap() -> None:
    """Take note of servers of ours that have ended."""
    for child in children:
        child.poll()


def servers(data: Path) -> list[psutil.Process]:
    """Living servers of `data`, noted in its pid file or not."""
    return [process for process in psutil.process_iter() if serves(process, data)]


def serves(process: psutil.Process, data: Path) -> bool:
    """Whether this process is a server of `data`, of whatever version."""
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


def is_leaving(pid: int) -> bool:
    """Killed but not gone: for a moment it still holds the shared memory."""
    reap()
    try:
        process = psutil.Process(pid)
        return not process.cmdline() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def end_leftovers(data: Path) -> None:
    """End processes of a dead server: a busy one holds the shared memory and the start waits for it."""
    left = [process for process in psutil.process_iter() if _works_in(process, data)]
    for how, seconds in ((signal.SIGQUIT, 1), (signal.SIGKILL, 5)):
        for process in left:
            send(process.pid, how)
        _, left = psutil.wait_procs(left, timeout=seconds)
        if not left:
            return


def run_as(user: SystemUser | None) -> dict[str, Any]:
    """How the server's programs are started: as its user, in no folder of ours, apart from our terminal."""
    how: dict[str, Any] = {"cwd": "/", "umask": 0o077, "start_new_session": True}
    if user is not None:
        how |= {"user": user.uid, "group": user.gid, "extra_groups": []}
    return how


def send(pid: int, how: signal.Signals) -> None:
    """Signal a process that may be gone already."""
    try:
        os.kill(pid, how)
    except ProcessLookupError:
        return
