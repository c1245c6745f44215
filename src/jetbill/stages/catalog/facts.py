"""What the catalog stage may announce."""

from dataclasses import dataclass
from datetime import date

from jetbill.stages.events.fact import Fact


@dataclass(frozen=True, slots=True)
class BookDrafted(Fact):
    """A draft of a price book was taken in; it may still be replaced."""

    KIND = "book.drafted"
    book_id: int
    code: str
    version: int
    digest: str


@dataclass(frozen=True, slots=True)
class BookPublished(Fact):
    """A version of a price book can no longer change and holds from `effective` for whom `applies` says."""

    KIND = "book.published"
    book_id: int
    code: str
    version: int
    digest: str
    effective: date
    applies: str


@dataclass(frozen=True, slots=True)
class BookDeactivated(Fact):
    """Nothing new is sold by this price book; whoever has something by it keeps it."""

    KIND = "book.deactivated"
    book_id: int
    code: str
