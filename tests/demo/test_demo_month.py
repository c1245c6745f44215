"""The demo with few customers: what it says about rows and octets is what its files hold."""

import csv
import json
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from jetbill.demo import traffic
from jetbill.demo.month import NOW, Hands, play
from jetbill.demo.people import people
from jetbill.demo.summary import summary
from jetbill.kernel.proposal import LineKind, Problem
from jetbill.running.worker import Pace, work_once
from jetbill.stages.billing.explaining import story_of
from jetbill.stages.billing.itemised import annexes
from jetbill.stages.billing.models import Document, Line
from jetbill.stages.billing.whatif import answers_by
from jetbill.stages.delivery.archive import Archive
from jetbill.stages.rating.actions import published_versions
from jetbill.stages.rating.replaying import replays
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import realm_scope
from jetbill.stages.usage import queries as usage
from jetbill.wiring.plugs import jobs

pytestmark = pytest.mark.django_db(transaction=True)
OCTOBER = date(2026, 10, 1)
COUNT, VOLUME = 22, traffic.Volume(calls=6_000, mobile_sessions=2, fiber_sessions=1)


def rate_only(kinds: tuple[str, ...]) -> None:
    mine = {kind: jobs()[kind] for kind in kinds if kind == "rating.rate"}
    while mine and work_once(mine, lambda: NOW, Pace()):
        pass


def octets_of(folder: Path) -> int:
    """What the files say, each session once; counters of reports unwrapped by hand."""
    found: dict[tuple[str, str], int] = {}
    for name, key, columns in (
        ("radacct.csv", "acctuniqueid", ("acctinputoctets", "acctoutputoctets")),
        ("mobile.csv", "id", ("octets_in", "octets_out")),
    ):
        with (folder / name).open() as file:
            for row in csv.DictReader(file):
                found[name, row[key]] = sum(int(row[column]) for column in columns)
    for report in (folder / "detail-20261031").read_text().split("\n\n"):
        pairs = dict(re.findall(r'\t(\S+) = "?([^"\n]*)"?', report))
        if pairs:
            words = [2**32 * int(pairs[f"Acct-{way}-Gigawords"]) for way in ("Input", "Output")]
            words += [int(pairs[f"Acct-{way}-Octets"]) for way in ("Input", "Output")]
            session = ("detail", pairs["Acct-Unique-Session-Id"])
            found[session] = max(found.get(session, 0), sum(words))
    return sum(found.values())


def test_rows_octets_and_lists_of_the_demo_are_one_story(
    transactional_db: None, north: Realm, tmp_path: Path
) -> None:
    told: list[str] = []
    times = play(Hands(tmp_path, told.append, rate_only, COUNT, VOLUME))
    written = sum(each.rows for each in traffic.write_month(people(COUNT), tmp_path / "again", VOLUME))
    assert any(f"October is written: {written:,} rows in 5 files" in each for each in told)
    with realm_scope(north):
        done = usage.conservation()
        assert done.read.records + done.passed_over == written and done.passed_over > 0
        assert usage.stored().octets == octets_of(tmp_path / "usage")
        check_itemised_lists()
        check_explanations()
        check_comparison()
    lines = list(summary(tmp_path, Archive(tmp_path / "documents"), times, 1.0))
    assert lines[1].startswith(f"Usage    {written:,} rows in the files = {done.read.records:,} rows read")
    assert not any("IS NOT" in each for each in lines)


def check_itemised_lists() -> None:
    """Every charged call is listed once, and the amounts of a list are those of the invoice's lines."""
    documents = list(Document.objects.filter(number__isnull=False).order_by("number"))
    made = annexes(documents)
    assert len(made) > COUNT // 2
    over_the_end = ["2026-10-31", "23:50:00", "35391700000", "447400123456", "United Kingdom mobile", "600"]
    assert b",".join(b'"%s"' % each.encode() for each in over_the_end) in made[documents[0].pk]
    for document in documents:
        groups = json.loads(made[document.pk])["lists"][0]["groups"] if document.pk in made else []
        rows = [row for group in groups for row in group["rows"]]
        charged = Line.objects.filter(document_id=document.pk, records__gt=0)
        calls = [line for line in charged if not line.component.endswith(":data")]
        assert len({tuple(row[:4]) for row in rows}) == len(rows) == sum(line.records for line in calls)
        assert sum((Decimal(row[-1]) for row in rows), Decimal(0)) == sum(line.amount for line in calls)
        assert all(row[0].startswith("2026-10") or row[0].startswith("2026-09") for row in rows)
        assert all(group["rows"] == sorted(group["rows"], key=lambda row: row[:2]) for group in groups)


def check_explanations() -> None:
    """What is told of a line comes to its amount, and its records, rated again, to what is stored of them."""
    numbers = Document.objects.filter(number__isnull=False).order_by("number").values_list("number", "id")
    replayed = 0
    for number, document in list(numbers)[:3]:
        for line in Line.objects.filter(document_id=document):
            story = story_of(number, line.ordinal)
            assert story.words.holds, story.words.lines
            assert len(story.records) >= line.records  # one that two lines charge counts on the first
            some = [(each.started_s, each.source) for each in story.records[:20]]
            for service in {each.service for each in story.records[:20]}:
                found = replays(some, service, story.share)
                assert set(found) == {source for _, source in some}
                assert all(each.holds for each in found.values())
                replayed += len(found)
    assert replayed > 50


def check_comparison() -> None:
    """By the very book that billed it, October comes to what was billed; by one with dearer calls to more."""
    (book,) = published_versions()
    answers = list(answers_by(book, OCTOBER))
    lines = [line for each in answers if not isinstance(each.lines, Problem) for line in each.lines]
    assert len(lines) > 10 * COUNT and all(line.before == line.after for line in lines)
    billed = Line.objects.filter(period_start__gte=OCTOBER, period_start__lt=date(2026, 11, 1))
    in_book = [line for line in billed if not line.component.startswith("one_off:")]
    assert sum(line.before for line in lines) == sum(line.amount for line in in_book)
    deck = next(iter(book.decks.values()))
    rates = tuple(replace(rate, per_minute=2 * rate.per_minute) for rate in deck.rates)
    dearer = replace(book, decks={**book.decks, deck.code: replace(deck, rates=rates)})
    changed = [
        line for each in answers_by(dearer, OCTOBER) for line in each.lines if line.after != line.before
    ]
    assert changed and all(line.after > line.before and line.kind is LineKind.USAGE for line in changed)
