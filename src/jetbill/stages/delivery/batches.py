"""Prints what waits: puts it into a batch, merges outside any transaction, closes the batch with its bytes.

Killed in between, the next call goes on with the same batch: the same letters in the same order.
"""

from datetime import datetime

from jetbill.documents.batch import Batch, Cover, Letter, merge
from jetbill.kernel.trouble import Refused
from jetbill.kernel.zones import local_date, zone
from jetbill.stages.delivery import actions, queries
from jetbill.stages.delivery.actions.printing import Printed
from jetbill.stages.delivery.archive import Archive
from jetbill.stages.delivery.models import PrintBatch
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import realm_scope


def print_batch(realm: Realm, archive: Archive, *, now: datetime) -> PrintBatch | None:
    """Close a batch of everything that waits for the printer in `realm`; None if nothing does.

    Call it outside any scope: merging takes seconds.
    """
    with realm_scope(realm):
        batch = actions.open_batch(now=now)
        letters = queries.letters_of(batch, realm.country) if batch else []
    if batch is None:
        return None
    merged = _merged(batch, letters, (realm, archive))
    digest = archive.keep(realm.pk, merged.pdf)
    printed = Printed(digest, len(merged.pdf), merged.letters, merged.pages, merged.sheets)
    with realm_scope(realm):
        return actions.close_batch(batch.pk, printed, now=now)


def printed_bytes(realm: Realm, archive: Archive, number: int) -> bytes:
    """The PDF of a closed batch, as it was. Raises Refused for a number that is none."""
    with realm_scope(realm):
        batch = PrintBatch.objects.filter(number=number, closed_at__isnull=False).first()
    if batch is None:
        raise Refused("batch.unknown", number=number)
    return archive.read(realm.pk, bytes(batch.digest))


def _merged(batch: PrintBatch, letters: list[queries.ToPrint], place: tuple[Realm, Archive]) -> Batch:
    realm, archive = place
    day = local_date(batch.opened_at, zone(realm.time_zone))
    numbers = sorted(letter.number for letter in letters)
    rows = (
        ("Realm", realm.name),
        ("Day", day.isoformat()),
        ("Documents from", numbers[0]),
        ("to", numbers[-1]),
    )
    return merge(
        (Letter(letter.number, archive.read(realm.pk, letter.digest)) for letter in letters),
        Cover(f"Print batch {batch.number}", rows),
    )
