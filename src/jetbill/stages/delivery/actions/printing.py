"""Batches for the printer: what waits is put into one, merged outside, and the batch is closed once."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from jetbill.kernel.trouble import Refused
from jetbill.stages.delivery import facts
from jetbill.stages.delivery.models import Delivery, DeliveryLog, PrintBatch, State
from jetbill.stages.events import actions as events


@dataclass(frozen=True, slots=True)
class Printed:
    """The merged PDF of a batch: SHA-256, bytes, and what the printer counts."""

    digest: bytes
    size: int
    letters: int
    pages: int
    sheets: int


def open_batch(*, now: datetime) -> PrintBatch | None:
    """The batch that was begun and not closed, else a new one of everything that waits; None if nothing does.

    Two processes that ask at once get the same batch: only one is open in a realm.
    """
    begun = PrintBatch.objects.select_for_update().filter(closed_at=None).first()
    if begun is not None:
        return begun
    waiting = list(
        Delivery.objects.select_for_update(skip_locked=True)
        .filter(state=State.TO_PRINT, batch=None)
        .order_by("id")
        .values_list("id", flat=True)
    )
    if not waiting:
        return None
    last = PrintBatch.objects.aggregate(last=Max("number"))["last"] or 0
    batch = PrintBatch.objects.create(number=last + 1, opened_at=now)
    Delivery.objects.filter(pk__in=waiting).update(batch=batch)
    return batch


def close_batch(batch_id: int, printed: Printed, *, now: datetime) -> PrintBatch:
    """The batch has its bytes. Closing it a second time with the same bytes changes nothing."""
    batch = PrintBatch.objects.select_for_update().get(pk=batch_id)
    if batch.closed_at is not None:
        if bytes(batch.digest) != printed.digest:
            raise Refused("batch.closed", number=batch.number)
        return batch
    batch.closed_at, batch.digest, batch.size = now, printed.digest, printed.size
    batch.letters, batch.pages, batch.sheets = printed.letters, printed.pages, printed.sheets
    batch.save()
    rows = list(batch.deliveries.order_by("id"))
    batch.deliveries.update(state=State.PRINTED, sent_at=now)
    DeliveryLog.objects.bulk_create(
        DeliveryLog(delivery=row, at=now, what="printed", more=f"batch {batch.number}") for row in rows
    )
    events.record(facts.BatchPrinted(batch.pk, batch.number, batch.letters, batch.sheets, at=now))
    return batch
