"""A server of the bench's own, below Jet's home: empty at first, gone with all files afterwards."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from jetbill.doors.cli.plugs import plugs
from jetbill.running.home import jet_home
from jetbill.running.postgres import stop_server


@contextmanager
def own_server(bench: str) -> Iterator[Path]:
    """Connected to it; gives its home, in which files may be left."""
    home, before = jet_home() / "bench" / bench, os.environ.get("JET_HOME")
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    os.environ["JET_HOME"] = str(home)
    try:
        plugs().connect()
        yield home
    finally:
        connection.close()
        stop_server(home)
        shutil.rmtree(home, ignore_errors=True)
        os.environ.pop("JET_HOME")
        if before is not None:
            os.environ["JET_HOME"] = before
