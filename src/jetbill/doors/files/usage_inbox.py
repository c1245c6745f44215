"""A watched folder: a file put into `inbox/<realm>/<format>/` is taken in by itself.

Afterwards it lies in `done/` beside it, or in `refused/` with a text that says why. Write under another
name (one that begins with a dot, or ends in .part or .tmp) and rename, or leave the file alone for a minute.
"""

import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from jetbill.doors.files.usage_format import find_format
from jetbill.doors.files.usage_import import Imported, Into, import_usage
from jetbill.kernel.trouble import BadInput
from jetbill.kernel.zones import epoch_s
from jetbill.stages.realms.queries import realm_called
from jetbill.stages.realms.scope import outside_realms

log = logging.getLogger("jet.usage")
QUIET_S = 60
MOST_FILES = 100
_UNFINISHED = (".part", ".tmp", ".filepart", ".swp")
_DONE, _REFUSED = "done", "refused"


def take_in_folder(inbox: Path, formats: Path, now: datetime) -> list[Imported]:
    """Take in what lies complete in the inbox, oldest first; a refused file does not stop the others."""
    inbox.mkdir(parents=True, exist_ok=True)
    waiting = sorted(_complete(inbox, epoch_s(now)), key=lambda path: (path.stat().st_mtime_ns, path.name))
    return [done for path in waiting[:MOST_FILES] if (done := _take(path, formats, now)) is not None]


def _complete(inbox: Path, now_s: int) -> Iterator[Path]:
    for path in inbox.glob("*/*/*"):
        is_hidden = path.name.startswith(".") or path.suffix in _UNFINISHED
        if path.is_file() and not is_hidden and now_s - path.stat().st_mtime >= QUIET_S:
            yield path


def _take(path: Path, formats: Path, now: datetime) -> Imported | None:
    realm_name, format_name = path.parent.parent.name, path.parent.name
    try:
        with outside_realms():
            realm = realm_called(realm_name)
        if realm is None:
            raise BadInput(f"there is no realm called {realm_name!r}", file=str(path))
        done = import_usage(path, find_format(format_name, (formats,)), Into(realm, now, (formats,)))
    except BadInput as refused:
        log.warning("refused: %s", refused)
        kept = _move(path, _REFUSED)
        kept.with_name(f"{kept.name}.reason.txt").write_text(f"{refused}\n")
        return None
    counts = done.outcome
    log.info(
        "%s/%s/%s: %d rows, %d taken, %d duplicates, %d in quarantine",
        *(realm_name, format_name, path.name, counts.read.records),
        *(counts.taken.records, counts.duplicates.records, counts.quarantined.records),
    )
    _move(path, _DONE)
    return done


def _move(path: Path, folder: str) -> Path:
    """Into a folder beside it; a file of the same name that lies there stays."""
    target = path.parent / folder
    target.mkdir(exist_ok=True)
    place, number = target / path.name, 1
    while place.exists():
        number += 1
        place = target / f"{path.stem}.{number}{path.suffix}"
    path.replace(place)
    return place
