"""The second half of `jet bench rating`: stored usage is read, rated and stored, two processes, fsync on.

The processes begin with nothing: the first time they also read and compile the price book of 50,000 prefixes.
Half calls, half data records of one month over 3,200 logins in 64 shares, under the realm wall. Everybody
calls eight numbers. The server is one of the bench's own, below Jet's home, and is deleted afterwards.
"""

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from multiprocessing import get_context

import numpy as np
from django.db import connection

from jetbill.bench import rating_worlds as worlds
from jetbill.bench.measure import Case, Target, case
from jetbill.bench.own_server import own_server
from jetbill.kernel.book import Applies
from jetbill.kernel.terms import PlanChoice
from jetbill.stages.catalog.actions import Publication, import_draft, publish
from jetbill.stages.customers import actions as customers
from jetbill.stages.customers.models import SHARES, Identifier
from jetbill.stages.customers.values import NewCustomer, NewService, NewSubscription
from jetbill.stages.rating.actions import rate_units
from jetbill.stages.rating.queries import rated
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.queries import default_realm
from jetbill.stages.realms.scope import outside_realms, realm_scope
from jetbill.stages.usage.records import add
from jetbill.stages.usage.values import KEY, KEY_BYTES, Integers, Names, Records

STORED = Target(1e6, "1000000/s, two processes")
LOGINS = 3_200
PROCESSES = 2
MONTH = date(2026, 3, 1)
NOW = datetime(2026, 4, 1, 3, tzinfo=UTC)
_CHUNK = 200_000


def stored_cases(n: int = 4_000_000) -> Iterator[Case]:
    """`n` stored records, of which every one is rated."""
    with own_server("rating"):
        with outside_realms():
            realm = default_realm()
        fill(realm, n)
        connection.close()  # a forked process must not share it
        work = [(realm.pk, range(first, SHARES, PROCESSES)) for first in range(PROCESSES)]
        with get_context("fork").Pool(PROCESSES) as pool:  # as workers live on, the second time with books
            for name in ("stored usage to rated and stored", "the same again, next generation"):
                started = time.perf_counter()
                pool.map(_rate, work, chunksize=1)
                yield case(f"rating: {name}", n, time.perf_counter() - started, STORED)
        with realm_scope(realm):
            assert rated().rated_records == n, "not every record is rated"


def _rate(work: tuple[int, Sequence[int]]) -> None:
    realm, shares = work
    with realm_scope(realm):
        rate_units(shares, MONTH, now=NOW)


def fill(realm: Realm, n: int, logins: int = LOGINS) -> None:
    """Sell the book to a customer for each login, and store `n` records of theirs."""
    rates = worlds.deck()
    priced = worlds.sold(worlds.book(rates))
    with realm_scope(realm):
        import_draft(priced, by="bench", now=NOW)
        publish(priced.code, Publication(date(2025, 1, 1), Applies.EVERYBODY), by="bench", now=NOW)
        customers.create_customers(
            [NewCustomer(str(number), f"Ann {number}", "EUR") for number in range(logins)],
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
                for number in range(logins)
            ],
            by="bench",
            now=NOW,
        )
        known = list(Identifier.objects.values_list("id", flat=True))
    called = np.array(worlds.called_numbers(rates), np.int64)
    chance = np.random.default_rng(11)
    for first in range(0, n, _CHUNK):
        with realm_scope(realm):
            add(1, *_usage(range(first, min(n, first + _CHUNK)), n, (called, np.array(known)), chance))


def _usage(
    numbers: range, n: int, known: tuple[Integers, Integers], chance: np.random.Generator
) -> tuple[Records, Integers]:
    """Records of these numbers of the `n` that are spread evenly over the month, and their identifiers."""
    called, logins = known
    line, size = np.arange(numbers.start, numbers.stop), len(numbers)
    who = chance.integers(0, len(logins), size)
    is_call, none = line % 2 == 1, np.zeros(size, np.int64)
    records = Records(
        line=line,
        key=np.frombuffer(chance.bytes(KEY_BYTES * size), KEY),
        identifier=Names(none, ("",)),
        started=worlds.FIRST + line * (31 * worlds.DAY - 1) // n,
        service_class=line % 2,
        direction=none,
        duration_s=np.where(is_call, chance.exponential(120, size).astype(np.int64), 300 + line % 1500),
        octets_in=np.where(is_call, 0, chance.integers(0, 10**8, size)),
        octets_out=np.where(is_call, 0, chance.integers(0, 10**9, size)),
        quantity=none,
        party=none,
        counterparty=np.where(is_call, called[(who * 8 + line % 8) % len(called)], 0),
    )
    return records, logins[who]
