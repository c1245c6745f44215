"""How a child process learns that it must end: a signal, or the end of its supervisor.

The supervisor holds the other end of the child's standard input; when it dies, even by kill -9, the child
reads the end of file.
"""

import os
import signal
import sys
import threading


class Lifeline:
    """Set once the process should finish what it is doing and end."""

    def __init__(self) -> None:
        self._ended = threading.Event()

    def watch(self, *, supervisor: bool) -> None:
        """Listen for SIGTERM and SIGINT and, below a supervisor, for its end. Main thread only."""
        for which in (signal.SIGTERM, signal.SIGINT):
            signal.signal(which, lambda *_: self._ended.set())
        if supervisor:
            threading.Thread(target=self._wait_for_supervisor, daemon=True, name="lifeline").start()

    def end(self) -> None:
        """End from within."""
        self._ended.set()

    @property
    def has_ended(self) -> bool:
        return self._ended.is_set()

    def sleep(self, seconds: float) -> None:
        """Wait, but no longer than until the end."""
        self._ended.wait(seconds)

    def _wait_for_supervisor(self) -> None:
        while os.read(sys.stdin.fileno(), 1024):
            pass
        self._ended.set()
