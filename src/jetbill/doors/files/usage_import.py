"""One usage file into one realm: looked through, begun, taken in batch by batch, finished.

A file that was finished before adds nothing and is told as such; one that was cut off goes on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jetbill.doors.files.usage_file import Opened, Place, batches, open_usage
from jetbill.doors.files.usage_format import Format
from jetbill.kernel.zones import epoch_s
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import realm_scope
from jetbill.stages.usage import actions, queries
from jetbill.stages.usage.values import Outcome


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file; `was_known`: it had been read to its end before, so nothing was done."""

    file: int
    name: str
    format: str
    outcome: Outcome
    was_known: bool


def import_usage(
    path: Path, form: Format, realm: Realm, now: datetime, tell: Callable[[int, int], None] = lambda *_: None
) -> Imported:
    """Take the file in; `tell(lines done, lines)` hears of progress. Raises BadInput if it is refused."""
    opened = open_usage(path, form)
    with realm_scope(realm):
        file = actions.begin(opened.facts, now)
    if file.finished_at is not None:
        return Imported(file.pk, file.name, form.code, queries.outcome_of(file), was_known=True)
    known = actions.Known()
    for batch in batches(opened, Place(realm.time_zone, epoch_s(now))):
        if batch.last_line > file.line_done:
            with realm_scope(realm):
                actions.prepare(batch, known)
            with realm_scope(realm):
                actions.take_in(file.pk, batch, known, now)
        tell(batch.last_line, _lines(opened))
    with realm_scope(realm):
        done = actions.finish(file.pk, now)
        return Imported(done.pk, done.name, form.code, queries.outcome_of(done), was_known=False)


def _lines(opened: Opened) -> int:
    return max(opened.facts.lines, 1)
