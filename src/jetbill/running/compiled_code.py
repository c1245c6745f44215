"""Where the machine code of the rating scan is kept, so that it is compiled once and never stale.

numba compares the date of one file only; the scan is made of several. So their digest names the folder.
"""

import os
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
