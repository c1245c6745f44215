"""Further `jet` processes that help with one command, such as drafting the chunks of a bill run."""

import subprocess
import sys
from collections.abc import Callable


def spawn(arguments: list[str], count: int) -> list[Callable[[], None]]:
    """Start `count` times `jet` with `arguments`; each answer waits until its process has ended.

    A helper that fails only helps less: what it had in hand is done by those who are left.
    """
    command = [sys.executable, "-m", "jetbill.wiring.main", *arguments]
    return [_waiter(subprocess.Popen(command, stdin=subprocess.DEVNULL)) for _ in range(count)]


def _waiter(process: "subprocess.Popen[bytes]") -> Callable[[], None]:
    return lambda: (process.wait(), None)[1]
