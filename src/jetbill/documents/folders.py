"""A folder of its own for each drawing process, which goes when the process ends.

A folder is locked by whoever started the process, and the lock ends with him, even by kill -9: what nobody
holds any more is swept by the next who begins to draw.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_PREFIX = "jet-worker-"


@dataclass(frozen=True, slots=True)
class Held:
    """A folder that is ours; `handle` holds its lock."""

    path: Path
    handle: int

    def give_back(self) -> None:
        """Remove it with all it holds."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self.handle)


def take(base: Path) -> Held:
    """A fresh private folder in `base`."""
    with _nobody_sweeping(base):
        path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=base))
        handle = os.open(path, os.O_RDONLY)
        fcntl.flock(handle, fcntl.LOCK_EX)
    return Held(path, handle)


def sweep(base: Path) -> int:
    """Remove the folders in `base` whose holders are dead; gives how many."""
    count = 0
    with _nobody_sweeping(base):
        for path in sorted(base.glob(f"{_PREFIX}*")):
            handle = os.open(path, os.O_RDONLY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path, ignore_errors=True)
                count += 1
            except BlockingIOError:
                continue
            finally:
                os.close(handle)
    return count


@contextmanager
def _nobody_sweeping(base: Path) -> Iterator[None]:
    """Between making a folder and locking it a sweep would take it for a leftover."""
    base.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(base, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
