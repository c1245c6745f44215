"""What the usage stage may announce."""

from dataclasses import dataclass

from jetbill.stages.events.fact import Fact


@dataclass(frozen=True, slots=True)
class UsageImported(Fact):
    """A file was read to its end; every row is taken, a duplicate or in quarantine."""

    KIND = "usage.imported"
    file_id: int
    name: str
    read: int
    taken: int
    duplicates: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class UsageQuarantined(Fact):
    """A file had rows that are no usage; a person must look."""

    KIND = "usage.quarantined"
    file_id: int
    name: str
    rows: int
