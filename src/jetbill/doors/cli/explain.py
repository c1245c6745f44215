"""`jet explain INVOICE LINE`: any cent from the line to its price, its records and their rule."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import click

from jetbill.doors.cli.output import output_option, print_rows
from jetbill.doors.cli.scope import realm_option, working_in
from jetbill.kernel.decks import number_of
from jetbill.kernel.money import told
from jetbill.kernel.zones import zone
from jetbill.stages.billing.explaining import LineStory, story_of
from jetbill.stages.billing.line_records import LineRecord
from jetbill.stages.rating.replaying import Replay, Source, replays
from jetbill.stages.usage.queries import names_of_files

COLUMNS = ("file", "line", "at", "to", "seconds", "class", "amount", "why")


@dataclass(frozen=True, slots=True)
class _Shown:
    """A record with its replay and the name of the file that it came from."""

    record: LineRecord
    replay: Replay
    file: str


@click.command()
@click.argument("number")
@click.argument("line", type=click.IntRange(1))
@click.option(
    "--first", default=5, show_default=True, type=click.IntRange(0), help="How many records to tell."
)
@output_option
@realm_option
def explain(number: str, line: int, first: int, output: str, realm: str) -> int:
    """Tell why line LINE (from 1) of document NUMBER costs what it costs, and show the records behind it.

    Price and records are worked out again; exit code 1 where that does not come to what was charged.
    """
    with working_in(realm):
        story = story_of(number, line)
        shown = list(_replayed(story, first))
    if output == "csv":
        print_rows(COLUMNS, [_row(each, story.zone) for each in shown], output)
    elif output == "json":
        click.echo(json.dumps(_plain(story, shown), indent=2, ensure_ascii=False))
    else:
        _tell(story, shown)
    return 0 if story.words.holds and all(each.replay.holds for each in shown) else 1


def _replayed(story: LineStory, first: int) -> Iterator[_Shown]:
    chosen = story.records[:first]
    names = names_of_files({each.source[0] for each in chosen})
    answers: dict[tuple[int, Source], Replay] = {}
    for service, group in groupby(sorted(chosen, key=_service), key=_service):
        found = replays([(each.started_s, each.source) for each in group], service, story.share)
        answers |= {(service, source): replay for source, replay in found.items()}
    for each in chosen:
        yield _Shown(each, answers[each.service, each.source], names[each.source[0]])


def _service(record: LineRecord) -> int:
    return record.service


def _tell(story: LineStory, shown: list[_Shown]) -> None:
    for text in story.words.lines:
        click.echo(text)
    for each in shown:
        record = each.record
        amount = "" if record.amount is None else f": {told(record.amount)} {story.document.currency}"
        click.echo(f"\n{_at(record, story.zone)}, {each.file}:{record.source[1]}{amount}")
        click.echo("".join(f"    {text}\n" for text in _why(each)), nl=False)
    if rest := len(story.records) - len(shown):
        click.echo(
            f"\n{rest} more of {len(story.records)} records; to see them: --first {len(story.records)}"
        )


def _why(shown: _Shown) -> tuple[str, ...]:
    replay = shown.replay
    if replay.holds:
        return replay.explanation.lines
    stored, now = told(replay.stored), told(replay.explanation.amount)
    return (*replay.explanation.lines, f"Stored is {stored}, now it comes to {now}: rate again.")


def _at(record: LineRecord, zone_name: str) -> str:
    return datetime.fromtimestamp(record.started_s, zone(zone_name)).isoformat(" ")


def _row(shown: _Shown, zone_name: str) -> tuple[object, ...]:
    record = shown.record
    return (
        *(shown.file, record.source[1], _at(record, zone_name)),
        number_of(record.counterparty) if record.counterparty else "",
        *(record.duration_s, record.rate_class),
        "" if record.amount is None else told(record.amount),
        " ".join(_why(shown)),
    )


def _plain(story: LineStory, shown: list[_Shown]) -> dict[str, object]:
    records = [dict(zip(COLUMNS, map(str, _row(each, story.zone)), strict=True)) for each in shown]
    return {
        "document": story.document.number,
        "line": story.line.ordinal,
        "amount": str(story.line.amount),
        "currency": story.document.currency,
        "explanation": list(story.words.lines),
        "holds": story.words.holds,
        "records_in_all": len(story.records),
        "records": records,
    }
