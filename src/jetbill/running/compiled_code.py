"""Where the machine code of the rating scan is kept, so that it is compiled once and is never stale.

numba compares the date of one file only; the scan is made of several. So their digest names the folder.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from jetbill.running.home import jet_home


def keep_compiled_code() -> None:
    """Set NUMBA_CACHE_DIR for this process and its children. To be called before numba is imported."""
    package = find_spec("jetbill.kernel")
    if package is None or not package.submodule_search_locations:
        return
    digest = sha256()
    for path in sorted(Path(package.submodule_search_locations[0], "rating").glob("*.py")):
        digest.update(path.read_bytes())
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    base = Path(chosen) if chosen else jet_home() / "numba"
    if base.name != digest.hexdigest()[:16]:
        os.environ["NUMBA_CACHE_DIR"] = str(base / digest.hexdigest()[:16])


def compile_once(tell: Callable[[str], None]) -> None:
    """Compile the scan in a process of its own unless that was done here before.

    For a supervisor whose children would each compile it for themselves; it keeps none of the memory.
    A failure is told and no reason to stop: then each compiles when it first rates.
    """
    if is_compiled():
        return
    tell("First start with this version: compiling what rates usage, which takes half a minute, once.")
    done = subprocess.run(
        [sys.executable, "-m", "jetbill.running.warm_up"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    last = done.stdout.strip().rpartition("\n")[2]
    tell("Compiled." if done.returncode == 0 else f"It could not be compiled ahead: {last}")


def is_compiled() -> bool:
    """Whether the scan of this version was compiled to its end."""
    return _mark().exists()


def note_compiled() -> None:
    """Remember that it was."""
    _mark().parent.mkdir(parents=True, exist_ok=True)
    _mark().touch()


def _mark() -> Path:
    return Path(os.environ["NUMBA_CACHE_DIR"]) / "compiled"
