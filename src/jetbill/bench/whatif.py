"""`jet bench whatif`: a month of 10,000 customers rated and billed by the price book and by a draft of it."""

import time
from collections.abc import Iterator
from dataclasses import replace

from django.db import connection

from jetbill.bench.measure import Case, Target, case
from jetbill.bench.own_server import own_server
from jetbill.bench.rating_stored import MONTH, fill
from jetbill.stages.billing.whatif import answers_by
from jetbill.stages.rating.actions import published_versions
from jetbill.stages.realms.queries import default_realm
from jetbill.stages.realms.scope import outside_realms, realm_scope

CUSTOMERS = 10_000
TARGET = Target(1e5, "100000/s")


def cases(n: int = 1_000_000) -> Iterator[Case]:
    """`n` stored records, first with the books still to be read and compiled, then again."""
    with own_server("whatif"):
        with outside_realms():
            realm = default_realm()
        fill(realm, n, CUSTOMERS)
        for name in ("month compared, books still to be read", "the same again"):
            connection.close()
            with realm_scope(realm):
                started = time.perf_counter()
                (book,) = published_versions()
                answers = list(answers_by(replace(book, name="Draft"), MONTH))
                seconds = time.perf_counter() - started
            assert len(answers) == CUSTOMERS, "somebody is left out"
            yield case(f"whatif: {name}", n, seconds, TARGET)
