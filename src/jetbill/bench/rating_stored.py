"""The second half of `jet bench rating`: stored usage is read, rated and stored, two processes, fsync on.

Half calls, half data records of one month over 3,200 logins in 64 shares, under the realm wall. Everybody
calls eight numbers. The server is one of the bench's own, below Jet's home, and is deleted afterwards.
"""

import os
import shutil
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from multiprocessing import get_context
from typing import Any

from django.db import connection

from jetbill.bench import rating_worlds as worlds
from jetbill.bench.measure import Case, Target, case
from jetbill.doors.cli.plugs import plugs
from jetbill.kernel.book import Applies
from jetbill.kernel.terms import PlanChoice
from jetbill.running.home import jet_home
from jetbill.running.postgres import stop_server
from jetbill.stages.catalog.actions import Publication, import_draft, publish
from jetbill.stages.customers import actions as customers
from jetbill.stages.customers.models import SHARES, Identifier
from jetbill.stages.customers.values import NewCustomer, NewService, NewSubscription
from jetbill.stages.rating.actions import rate_units
from jetbill.stages.rating.queries import rated
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.queries import default_realm
from jetbill.stages.realms.scope import outside_realms, realm_scope

STORED = Target(1e6, "1000000/s, two processes")
LOGINS = 3_200
PROCESSES = 2
MONTH = date(2026, 3, 1)
NOW = datetime(2026, 4, 1, 3, tzinfo=UTC)
_CHUNK = 500_000
_FILL = """
INSERT INTO usage_record (realm_id, started, key, identifier_id, file_id, line, service_class, direction,
                          duration_s, octets_in, octets_out, quantity, party, counterparty)
SELECT (SELECT realm()), to_timestamp(%(first)s + (i::numeric * %(span)s / %(n)s)::bigint), gen_random_uuid(),
       (%(logins)s::bigint[])[1 + who], 1, i, i %% 2, 0,
       CASE i %% 2 WHEN 1 THEN (-120 * ln(1 - random()))::bigint ELSE 300 + i %% 1500 END,
       CASE i %% 2 WHEN 1 THEN 0 ELSE (random() * 1e8)::bigint END,
       CASE i %% 2 WHEN 1 THEN 0 ELSE (random() * 1e9)::bigint END,
       0, 0, (%(called)s::bigint[])[1 + (who * 8 + i %% 8) %% %(numbers)s]
FROM (SELECT i, (random() * %(last)s)::int AS who FROM generate_series(%(from)s, %(to)s) i) drawn
"""


def stored_cases(n: int = 4_000_000) -> Iterator[Case]:
    """`n` stored records, of which every one is rated."""
    home, before = jet_home() / "bench" / "rating", os.environ.get("JET_HOME")
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    os.environ["JET_HOME"] = str(home)
    try:
        plugs().connect()
        with outside_realms():
            realm = default_realm()
        _fill(realm, n)
        connection.close()  # a forked process must not share it
        for name in ("stored usage to rated and stored", "the same again, next generation"):
            started = time.perf_counter()
            with get_context("fork").Pool(PROCESSES) as pool:
                pool.map(_rate, [(realm.pk, range(p, SHARES, PROCESSES)) for p in range(PROCESSES)])
            yield case(f"rating: {name}", n, time.perf_counter() - started, STORED)
        with realm_scope(realm):
            assert rated().rated_records == n, "not every record is rated"
    finally:
        connection.close()
        stop_server(home)
        shutil.rmtree(home, ignore_errors=True)
        os.environ.pop("JET_HOME")
        if before is not None:
            os.environ["JET_HOME"] = before


def _rate(work: tuple[int, Sequence[int]]) -> None:
    realm, shares = work
    with realm_scope(realm):
        rate_units(shares, MONTH, now=NOW)


def _fill(realm: Realm, n: int) -> None:
    rates = worlds.deck()
    priced = worlds.sold(worlds.book(rates))
    with realm_scope(realm):
        import_draft(priced, by="bench", now=NOW)
        publish(priced.code, Publication(date(2025, 1, 1), Applies.EVERYBODY), by="bench", now=NOW)
        customers.create_customers(
            [NewCustomer(str(number), f"Ann {number}", "EUR") for number in range(LOGINS)],
            by="bench",
            now=NOW,
        )
        choice = (PlanChoice("all"),)
        customers.subscribe(
            [
                NewSubscription(
                    str(number),
                    priced.code,
                    "all",
                    date(2025, 2, 1),
                    choice,
                    (NewService("line", "data", (f"login{number}",)),),
                )
                for number in range(LOGINS)
            ],
            by="bench",
            now=NOW,
        )
        logins = list(Identifier.objects.values_list("id", flat=True))
        with connection.cursor() as cursor:
            cursor.execute("SELECT usage_month(%s)", [MONTH])
    called = worlds.called_numbers(rates)
    values: dict[str, Any] = {
        "first": worlds.FIRST,
        "span": 31 * worlds.DAY - 1,
        "n": n,
        "logins": logins,
        "last": len(logins) - 1,
        "called": called,
        "numbers": len(called),
    }
    for first in range(0, n, _CHUNK):
        with realm_scope(realm), connection.cursor() as cursor:
            cursor.execute(_FILL, {**values, "from": first, "to": min(n, first + _CHUNK) - 1})
