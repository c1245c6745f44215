"""One usage file into one realm: looked through, begun, taken in batch by batch, finished.

A file that was finished before adds nothing and is told as such; one that was cut off goes on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jetbill.doors.files.usage_file import Place, again, batches, open_usage
from jetbill.doors.files.usage_format import Format, find_format
from jetbill.kernel.trouble import BadInput
from jetbill.kernel.zones import epoch_s
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import realm_scope
from jetbill.stages.usage import actions, queries
from jetbill.stages.usage.models import State
from jetbill.stages.usage.values import Outcome


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file; `was_known`: it had been read to its end before, so nothing was done."""

    file: int
    name: str
    format: str
    outcome: Outcome
    was_known: bool


@dataclass(frozen=True, slots=True)
class Into:
    """Where usage goes: a realm, by which clock, and the folders with formats of one's own."""

    realm: Realm
    now: datetime
    formats: tuple[Path, ...] = ()

    def place(self) -> Place:
        """What local times and plausible instants are measured by."""
        return Place(self.realm.time_zone, epoch_s(self.now))


def import_usage(
    path: Path, form: Format, into: Into, tell: Callable[[int, int], None] = lambda *_: None
) -> Imported:
    """Take the file in; `tell(lines done, lines)` hears of progress. Raises BadInput if it is refused.

    Opens its own scopes, one for each batch; inside an open scope all of it is one transaction.
    """
    opened = open_usage(path, form)
    realm, now = into.realm, into.now
    with realm_scope(realm):
        file = actions.begin(opened.facts, now)
    if file.finished_at is not None:
        return Imported(file.pk, file.name, form.code, queries.outcome_of(file), was_known=True)
    known = actions.Known()
    for batch in batches(opened, into.place()):
        if batch.last_line > file.line_done:
            with realm_scope(realm):
                actions.prepare(batch, known)
            with realm_scope(realm):
                actions.take_in(file.pk, batch, known, now)
        tell(batch.last_line, max(opened.facts.lines, 1))
    with realm_scope(realm):
        done = actions.finish(file.pk, now)
        return Imported(done.pk, done.name, form.code, queries.outcome_of(done), was_known=False)


def retry(row: int, into: Into, mended: str = "") -> str:
    """Read a row of quarantine once more, as it came or `mended`; answers "" or why it is no usage still."""
    known = actions.Known()
    with realm_scope(into.realm):
        found = queries.quarantined_rows([row])
        if not found or found[0].state == State.TAKEN:
            raise BadInput(f"there is no row {row} waiting in quarantine")
        kept = found[0]
        kept.raw = mended or kept.raw
        form = find_format(kept.file.format, into.formats)
        header = tuple(kept.file.header)
        batch = again([(kept.line, kept.raw, kept.key.bytes)], form, header, into.place())
        actions.prepare(batch, known)
    with realm_scope(into.realm):
        return actions.take_again(kept, batch, known, into.now)
