"""Which documents have no bytes yet, and remembering those that were drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jetbill.documents.render import Job, render_key
from jetbill.documents.workers import Order
from jetbill.stages.billing.models import Document
from jetbill.stages.delivery.models import Delivery, DeliveryLog, Rendering, State
from jetbill.stages.delivery.room import Annexes

DRAWING = "drawing"


@dataclass(frozen=True, slots=True)
class Bytes:
    """What was drawn from a document: the SHA-256 and size of the PDF, and what it depends on."""

    digest: bytes
    size: int
    key: str


def to_draw(documents: Sequence[int], brand: Path, annexes: Annexes) -> list[Order]:
    """Orders, by document id, for the issued documents among these that have no bytes yet."""
    waiting = list(
        Document.objects.filter(pk__in=documents, number__isnull=False, renderings=None).order_by("id")
    )
    beside = annexes(waiting)
    return [Order(row.pk, Job(bytes(row.view), brand, beside.get(row.pk))) for row in waiting]


def keep_renderings(drawn: Mapping[int, Bytes], *, now: datetime) -> None:
    """Remember the bytes of documents (id -> bytes), the first ones for ever."""
    Rendering.objects.bulk_create(
        [
            Rendering(document_id=document, digest=made.digest, size=made.size, key=made.key, rendered_at=now)
            for document, made in sorted(drawn.items())
        ],
        ignore_conflicts=True,
    )
    Delivery.objects.filter(document__in=list(drawn), purpose=DRAWING).delete()


def note_undrawable(problems: Mapping[int, str], *, now: datetime) -> None:
    """Show documents (id -> sentence) that could not be drawn, so that nobody misses them."""
    for document, sentence in problems.items():
        row, _ = Delivery.objects.update_or_create(
            document_id=document,
            receiver="nobody",
            purpose=DRAWING,
            defaults={"state": State.PARKED, "reply": sentence},
        )
        DeliveryLog.objects.create(delivery=row, at=now, what="undrawable", more=sentence)


def bytes_of(order: Order, content_digest: bytes, size: int) -> Bytes:
    """What is remembered of an order that was drawn."""
    return Bytes(content_digest, size, render_key(order.job))
