"""Reads of delivery: mails with their log, what waits for the printer, batches."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from jetbill.stages.delivery.models import Delivery, PrintBatch, Rendering, State


@dataclass(frozen=True, slots=True)
class MailRow:
    """One delivery as a list shows it."""

    id: int
    document_number: str
    customer: str
    address: str
    state: str
    attempts: int
    sent_at: datetime | None
    reply: str


@dataclass(frozen=True, slots=True)
class ToPrint:
    """One letter of a batch: which bytes, and what the postal order goes by."""

    delivery: int
    number: str
    digest: bytes


def mails(states: Sequence[str] = (), customer: str = "", limit: int = 100) -> list[MailRow]:
    """Deliveries, newest first, of these states (all) and this customer number (everybody)."""
    rows = Delivery.objects.select_related("document__customer").order_by("-id")
    rows = rows.filter(state__in=states) if states else rows
    rows = rows.filter(document__customer__number=customer) if customer else rows
    return [
        MailRow(
            row.pk,
            row.document.number or "",
            row.document.customer.number,
            row.address or row.receiver,
            row.state,
            row.attempts,
            row.sent_at,
            row.reply,
        )
        for row in rows[:limit]
    ]


def mail(delivery: int) -> Delivery | None:
    """One delivery with its document and customer; None if it is not of this realm."""
    return Delivery.objects.select_related("document__customer").filter(pk=delivery).first()


def parked() -> list[int]:
    """The mails of the realm that a person must look at, oldest first."""
    rows = Delivery.objects.filter(state=State.PARKED).exclude(message_id="")
    return list(rows.order_by("id").values_list("id", flat=True))


def letters_of(batch: PrintBatch, country: str) -> list[ToPrint]:
    """The letters of a batch in postal order: the own country first, then by country, postcode, customer."""
    rows = batch.deliveries.select_related("document__customer").prefetch_related(
        "document__customer__addresses"
    )
    placed = []
    for row in rows:
        owner = row.document.customer
        address = next((each for each in owner.addresses.all() if each.kind == "billing"), None)
        land = (address.country if address else "") or owner.country or country
        postcode = address.postcode if address else ""
        place = (land != country, land, postcode, owner.number, row.document.number or "", row.pk)
        placed.append((place, ToPrint(row.pk, row.document.number or "", bytes(row.digest))))
    return [letter for _, letter in sorted(placed)]


def batches(limit: int = 50) -> list[PrintBatch]:
    """The newest batches first."""
    return list(PrintBatch.objects.order_by("-number")[:limit])


def rendering_of(document: int) -> Rendering | None:
    """The bytes of a document, once they are drawn."""
    return Rendering.objects.filter(document=document).first()
