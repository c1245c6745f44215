"""Plays the demo: the provider is set up, October's usage comes in, and the river runs to the mailbox."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from importlib.resources import as_file, files
from pathlib import Path

from jetbill.demo import look, people, traffic
from jetbill.doors.files.book import read_checked_book
from jetbill.doors.files.usage_format import find_format
from jetbill.doors.files.usage_import import Into, import_usage
from jetbill.kernel.book import Applies
from jetbill.running.home import brand_folder
from jetbill.stages.billing import actions as billing
from jetbill.stages.billing import jobs as bill_jobs
from jetbill.stages.catalog.actions import Publication, import_draft, publish
from jetbill.stages.customers import actions as customers
from jetbill.stages.customers.models import Subscription
from jetbill.stages.realms.actions import change_realm
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.queries import default_realm
from jetbill.stages.realms.scope import outside_realms, realm_scope

NOW = datetime(2026, 11, 1, 3, tzinfo=UTC)
BILL_DAY = date(2026, 11, 1)
BY = "demo"


@dataclass(frozen=True, slots=True)
class Hands:
    """What the demo is given: where files go, how to say something, and how to do the jobs that wait.

    `work(kinds)` does every due job of these kinds.
    """

    home: Path
    tell: Callable[[str], None]
    work: Callable[[tuple[str, ...]], None]
    count: int = people.COUNT
    volume: traffic.Volume = field(default_factory=traffic.Volume)


@dataclass(slots=True)
class Times:
    """How long each part took, in order, in seconds; told as it ends."""

    tell: Callable[[str], None]
    parts: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def of(self, part: str) -> Iterator[None]:
        """Time one part."""
        begun = time.monotonic()
        yield
        self.parts[part] = time.monotonic() - begun
        self.tell(f"... {part}: {self.parts[part]:.1f} s")


def play(hands: Hands) -> Times:
    """Run the whole month in the default realm of a fresh database."""
    times = Times(hands.tell)
    those = people.people(hands.count)
    with times.of("set up"):
        realm = _set_up(hands)
        hands.tell(f"North sells fibre, voice and mobile; its rate deck holds {_sell(realm):,} prefixes.")
        _sign_up(realm, those)
        hands.tell(f"{len(those)} customers with {sum(len(each.lines) for each in those):,} lines moved in.")
    with times.of("make usage"):
        written = traffic.write_month(those, hands.home / "usage", hands.volume)
        rows = sum(each.rows for each in written)
        hands.tell(f"October is written: {rows:,} rows in {len(written)} files in {hands.home / 'usage'}.")
    with times.of("import"):
        for each in written:
            import_usage(each.path, find_format(each.format), Into(realm, NOW))
        hands.tell("The files are taken in.")
    with times.of("rate"):
        hands.work(("rating.rate",))
        hands.tell("Usage is rated.")
    with times.of("bill"):
        with realm_scope(realm):
            run = billing.open_run(BILL_DAY, now=NOW)
        assert run is not None, "nobody is due in a fresh demo"
        bill_jobs.carry_on(realm.pk, run.pk, now=NOW)
        hands.tell("Every due customer is billed.")
    with times.of("draw and mail"):
        hands.work(("delivery.deliver", "delivery.send"))
        hands.tell("Documents are drawn and mailed.")
    return times


def _set_up(hands: Hands) -> Realm:
    with outside_realms():
        realm = default_realm()
        change_realm(realm, look.north(brand_folder(hands.home, realm.pk)))
    return realm


def _sell(realm: Realm) -> int:
    """Publish the price book; returns the size of its deck."""
    with as_file(files("jetbill.demo") / "book") as folder:
        book = read_checked_book(folder / "north.yaml").book
    with realm_scope(realm):
        import_draft(book, by=BY, now=NOW)
        publish(book.code, Publication(people.MOVED_IN, Applies.EVERYBODY), by=BY, now=NOW)
    return sum(len(deck.rates) for deck in book.decks.values())


def _sign_up(realm: Realm, those: list[people.Person]) -> None:
    with realm_scope(realm):
        customers.create_customers([each.customer for each in those], by=BY, now=NOW)
        customers.subscribe([taken for each in those for taken in each.subscriptions], by=BY, now=NOW)
        rows = Subscription.objects.values_list("customer__number", "bundle", "id")
        ids = {(number, bundle): key for number, bundle, key in rows}
        for subscription, happening in people.happenings(those, ids):
            customers.change(subscription, happening, by=BY, now=NOW)
        customers.add_one_offs(list(people.one_offs(those)), by=BY, now=NOW)
        customers.open_balances(list(people.balances(those)), now=NOW)
