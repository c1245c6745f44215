"""A small provider of two realms and the whole way of its month: usage in, rated, billed, drawn, mailed.

Every step is the one that Jet takes: files through the importer, jobs through a worker, letters through the
mailer that the realm's settings name. `picture` is everything that must not depend on who was killed when.
"""

import hashlib
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Sum

from jetbill.doors.files.book import read_inline_book
from jetbill.doors.files.marked_yaml import parse_yaml
from jetbill.doors.files.usage_format import find_format
from jetbill.doors.files.usage_import import Into, import_usage
from jetbill.kernel.book import Applies
from jetbill.kernel.terms import PlanChoice
from jetbill.running import worker
from jetbill.running.worker import Pace
from jetbill.stages.billing import actions as billing
from jetbill.stages.billing import jobs as billing_jobs
from jetbill.stages.billing.models import Document, Line
from jetbill.stages.catalog.actions import Publication, import_draft, publish
from jetbill.stages.customers import actions as customers
from jetbill.stages.customers.values import NewCustomer, NewService, NewSubscription
from jetbill.stages.delivery.models import Delivery, DeliveryLog, Rendering
from jetbill.stages.ledger.models import Posting
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.queries import every_realm
from jetbill.stages.realms.scope import outside_realms, realm_scope
from jetbill.stages.usage import queries as usage
from jetbill.wiring import plugs

BOOK = """
code: home
name: Home
currency: {currency}
taxes: {{standard: {{category: S, percent: 20}}}}
plans:
  fiber:
    name: Fiber
    fee: {fee} monthly
    data: {{included: 10 GB, then: {per_gb} per GB}}
    calls: {{per_minute: {minute}, connect: {connect}, first: 60, next: 1}}
"""
PRICES = {
    "EUR": {"fee": "31.00", "per_gb": "0.10", "minute": "0.06", "connect": "0.01"},
    "JPY": {"fee": "3100", "per_gb": "10", "minute": "6", "connect": "1"},
}
HEAD = "identifier,started,duration,octets_in,octets_out,counterparty,service_class,direction,id\n"
PATIENT = Pace(lease=timedelta(minutes=5))


@dataclass(frozen=True, slots=True)
class Month:
    """A month of usage from its first day, billed at the instant `bill_at`."""

    first: date = date(2026, 1, 1)
    bill_at: datetime = datetime(2026, 2, 1, 5, tzinfo=UTC)

    @property
    def bill_day(self) -> date:
        """The day that the run of the month is for."""
        return self.bill_at.date()


MONTH = Month()


def sell(realm: Realm, numbers: Sequence[str], since: date, bill_days: Sequence[int] = (1,)) -> None:
    """A published book, and a customer with a line and a phone for each of `numbers`, all since one day."""
    now = datetime(since.year, since.month, since.day, tzinfo=UTC)
    text = BOOK.format(currency=realm.currency, **PRICES[realm.currency])
    choice = (PlanChoice("fiber", "fee"),)
    with realm_scope(realm):
        import_draft(read_inline_book(parse_yaml(text, "book.yaml"), Path()), by="test", now=now)
        publish("home", Publication(since, Applies.EVERYBODY), by="test", now=now)
        customers.create_customers(
            [
                NewCustomer(
                    number,
                    f"Customer {number}",
                    realm.currency,
                    email=f"{number.lower()}@{realm.slug}.example",
                    bill_day=bill_days[place % len(bill_days)],
                )
                for place, number in enumerate(numbers)
            ],
            by="test",
            now=now,
        )
        customers.subscribe(
            [
                NewSubscription(number, "home", "fiber", since, choice, _services(number))
                for number in numbers
            ],
            by="test",
            now=now,
        )


def _services(number: str) -> tuple[NewService, ...]:
    return (
        NewService("line", "data", (number.lower(),)),
        NewService("phone", "voice", (phone_of(number),)),
    )


def phone_of(number: str) -> str:
    """The telephone number of the customer with this number ("C-7")."""
    return f"4930{1000 + int(number.partition('-')[2])}"


def usage_rows(numbers: Sequence[str], first: date, rows: int, days: int = 27) -> str:
    """A file of usage in some days, with repeated ids, rows that are no usage and strangers."""
    pick = random.Random(rows + days)
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    told = []
    for row in range(rows):
        number = pick.choice(numbers)
        at = start + timedelta(seconds=pick.randrange(days * 86_400))
        name = f"u{row}" if row % 40 else f"u{row // 2}"
        bad, stranger = "-" if row % 61 == 60 else "", row % 53 == 52
        if row % 2:
            who = "stranger" if stranger else number.lower()
            octets = pick.randrange(4 * 10**9)
            told.append(f"{who},{at:%Y-%m-%dT%H:%M:%SZ},{bad}3600,{octets // 9},{octets},,data,out,{name}\n")
        else:
            who = "493099" if stranger else phone_of(number)
            called = f"49{pick.randrange(10**6, 10**7)}"
            seconds = f"{bad}{pick.randrange(1, 900)}"
            told.append(f"{who},{at:%Y-%m-%dT%H:%M:%SZ},{seconds},0,0,{called},voice,out,{name}\n")
    return HEAD + "".join(told)


def take_in(files: dict[str, Path], now: datetime) -> None:
    """Import a file into the realm with each slug."""
    for realm in realms():
        import_usage(files[realm.slug], find_format("plain"), Into(realm, now))


def work_off(kinds: Sequence[str], clock: Callable[[], datetime]) -> int:
    """Do the due jobs of these kinds as `jet up` does, until none is due; returns how many."""
    known = plugs.jobs()
    chosen = {kind: known[kind] for kind in kinds}
    done = 0
    while worker.work_once(chosen, clock, PATIENT):
        done += 1
    return done


def run_bills(on: date, now: datetime, tell: Callable[[], None] = lambda: None) -> None:
    """The bill run of a day in every realm, taken up where it was left."""
    for realm in realms():
        with realm_scope(realm):
            run = billing.open_run(on, now=now)
        if run is not None:
            tell()
            assert billing_jobs.carry_on(realm.pk, run.pk, now=now, tell=tell)


def realms() -> list[Realm]:
    """Every realm, in the order of its making."""
    with outside_realms():
        return sorted(every_realm(), key=lambda realm: realm.pk)


def picture() -> dict[str, Any]:
    """By realm: numbers, sums, lines, postings and digests of every document, without ids of the database.

    The generation of a rating is left out too: two that carry one run may both rate a unit.
    """
    return {realm.slug: _picture_of(realm) for realm in realms()}


def _picture_of(realm: Realm) -> dict[str, Any]:
    with realm_scope(realm):
        names = {each.pk: (each.number or "draft") for each in Document.objects.all()}
        columns = [each.attname for each in Line._meta.fields if each.attname not in _ACCIDENTAL]
        columns = [name for name in columns if name != "document_id"]
        return {
            "documents": sorted(
                [
                    *(each.number, each.kind, each.customer.number, str(each.on), str(each.due_on)),
                    *(str(each.net), str(each.tax), str(each.total), str(each.issued_at)),
                    bytes(each.view_digest).hex(),
                ]
                for each in Document.objects.select_related("customer")
            ),
            "lines": sorted(
                [names[row[0]], *map(str, row[1:])]
                for row in Line.objects.values_list("document_id", *columns)
            ),
            "postings": sorted(
                [each.kind, names[each.source], each.currency, each.accounts, [str(n) for n in each.amounts]]
                for each in Posting.objects.all()
            ),
            "pdfs": sorted(
                [names[each.document_id], bytes(each.digest).hex()] for each in Rendering.objects.all()
            ),
            "mails": sorted(
                [each.document.number, each.address, each.state, each.subject]
                for each in Delivery.objects.select_related("document")
            ),
            "usage": [str(usage.conservation()), str(usage.stored())],
        }


_ACCIDENTAL = {"pk", "id", "realm_id", "generation"}


def message_ids() -> set[str]:
    """Of every mail of every realm."""
    found: set[str] = set()
    for realm in realms():
        with realm_scope(realm):
            found |= set(Delivery.objects.exclude(message_id="").values_list("message_id", flat=True))
    return found


def told_copies() -> dict[str, int]:
    """How often the log says of a mail that nobody knows whether it had arrived before."""
    found: dict[str, int] = {}
    for realm in realms():
        with realm_scope(realm):
            for row in DeliveryLog.objects.filter(what="ambiguous").select_related("delivery"):
                found[row.delivery.message_id] = found.get(row.delivery.message_id, 0) + 1
    return found


def check_sums(home: Path) -> None:
    """What must hold in every realm at the end of a month, whatever happened on the way."""
    for realm in realms():
        with realm_scope(realm):
            _check_usage()
            _check_documents()
            for made in Rendering.objects.all():
                digest = bytes(made.digest).hex()
                path = home / "documents" / str(realm.pk) / digest[:2] / f"{digest}.pdf"
                assert hashlib.sha256(path.read_bytes()).hexdigest() == digest


def _check_usage() -> None:
    from jetbill.stages.rating.queries import rated

    files, found = usage.conservation(), rated()
    unrated = found.records - found.rated_records
    rows = files.duplicates.records + files.quarantined.records
    assert files.read.records == found.rated_records + unrated + rows
    assert files.taken.records == found.records and usage.stored().records == found.records
    assert files.taken.octets == found.octets and files.taken.seconds == found.seconds
    assert found.rated_records > 0 < unrated and rows > 0


def _check_documents() -> None:
    documents = list(Document.objects.all())
    numbers = sorted(each.number or "" for each in documents)
    assert numbers == [f"INV-{documents[0].on.year}-{n:06d}" for n in range(1, len(documents) + 1)]
    nets = dict(Line.objects.values_list("document_id").annotate(net=Sum("net")))
    for each in documents:
        assert each.net == nets[each.pk] and each.net + each.tax == each.total
    assert all(sum(each.amounts) == 0 for each in Posting.objects.all())
    assert Posting.objects.count() == len(documents)
    drawn = Rendering.objects.values_list("document_id", flat=True)
    mailed = Delivery.objects.filter(state="sent").values_list("document_id", flat=True)
    assert sorted(drawn) == sorted(mailed) == sorted(each.pk for each in documents)
    assert Delivery.objects.count() == len(documents)


def let_leases_lapse() -> None:
    """Leases run by the database's clock: the sessions of the dead have ended, and a minute has passed."""
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
    with outside_realms(), connection.cursor() as cursor:
        for _ in range(1000):
            cursor.execute(others, [connection.settings_dict["NAME"]])
            if cursor.fetchone() == (0,):
                break
            time.sleep(0.01)
        cursor.execute("UPDATE events_stream SET leased_until = NULL WHERE leased_until IS NOT NULL")
