"""What the jobs of delivery are given by the wiring: where bytes lie, who draws, who carries."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jetbill.documents.workers import Drawn, Order
from jetbill.stages.billing.models import Document
from jetbill.stages.delivery.archive import Archive
from jetbill.stages.delivery.port import Mailer
from jetbill.stages.realms.models import Realm

Annexes = Callable[[Sequence[Document]], Mapping[int, bytes]]


def no_annexes(_: Sequence[Document]) -> Mapping[int, bytes]:
    """For documents that carry everything in their view."""
    return {}


@dataclass(frozen=True, slots=True)
class PostRoom:
    """`draw` takes many orders at once; `brand` gives a realm's folder of assets; `mailer` a realm's way to
    send; `annexes` the itemised lists (canonical JSON) of documents by id, called inside the realm's scope.
    """

    archive: Archive
    draw: Callable[[Iterable[Order]], Iterator[Drawn]]
    brand: Callable[[int], Path]
    mailer: Callable[[Realm], Mailer]
    annexes: Annexes = no_annexes
