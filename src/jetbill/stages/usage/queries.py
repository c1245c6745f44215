"""Reads of the usage stage: what became of every row, and which rows wait for a person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Sum

from jetbill.stages.usage import columnar
from jetbill.stages.usage.models import QuarantinedRow, State, UsageBlock, UsageFile, UsageRecord
from jetbill.stages.usage.values import Counted, Outcome

_WHAT = ("read", "taken", "duplicates", "quarantined")
_UNITS = ("records", "octets", "seconds")


@dataclass(frozen=True, slots=True)
class FileState:
    """One file and what became of its rows."""

    file: int
    name: str
    format: str
    is_finished: bool
    outcome: Outcome


def files(limit: int = 50) -> list[FileState]:
    """The newest files first."""
    rows = UsageFile.objects.order_by("-id")[:limit]
    return [
        FileState(row.pk, row.name, row.format, row.finished_at is not None, outcome_of(row)) for row in rows
    ]


def names_of_files(ids: Iterable[int]) -> dict[int, str]:
    """What the files were called."""
    return dict(UsageFile.objects.filter(pk__in=set(ids)).values_list("id", "name"))


def outcome_of(row: UsageFile) -> Outcome:
    """What became of a file's rows so far."""
    read, taken, duplicates, quarantined = (_counted(row, what) for what in _WHAT)
    return Outcome(read, taken, duplicates, quarantined, row.passed_over)


def conservation() -> Outcome:
    """Over all files of the realm; read = taken + duplicates + quarantined in each count (promise 1)."""
    names = [f"{what}_{unit}" for what in _WHAT for unit in _UNITS] + ["passed_over"]
    sums = UsageFile.objects.aggregate(**{f"sum_{name}": Sum(name, default=0) for name in names})
    found = [int(sums[f"sum_{name}"]) for name in names]
    read, taken, duplicates, quarantined = (Counted(*found[n : n + 3]) for n in (0, 3, 6, 9))
    return Outcome(read, taken, duplicates, quarantined, found[12])


def stored() -> Counted:
    """What the table of records really holds, counted row by row: must equal what the files say was taken."""
    sums = UsageRecord.objects.aggregate(
        octets_in=Sum("octets_in", default=0),
        octets_out=Sum("octets_out", default=0),
        seconds=Sum("duration_s", default=0),
    )
    octets = int(sums["octets_in"]) + int(sums["octets_out"])
    return Counted(UsageRecord.objects.count(), octets, int(sums["seconds"]))


def kept() -> Counted:
    """What the blocks of columns hold, counted row by row: must equal `stored`."""
    found = Counted()
    for month in set(UsageBlock.objects.values_list("month", flat=True)):
        for each in columnar.read(month):
            octets = int(each["octets_in"].sum()) + int(each["octets_out"].sum())
            found += Counted(len(each["line"]), octets, int(each["duration_s"].sum()))
    return found


def quarantined(limit: int = 100, *, state: str = State.OPEN) -> list[QuarantinedRow]:
    """Rows that are no usage, oldest first, with their files."""
    return list(QuarantinedRow.objects.filter(state=state).select_related("file").order_by("id")[:limit])


def quarantined_rows(ids: Sequence[int]) -> list[QuarantinedRow]:
    """These rows of quarantine, with their files."""
    return list(QuarantinedRow.objects.filter(pk__in=ids).select_related("file").order_by("id"))


def _counted(row: UsageFile, what: str) -> Counted:
    return Counted(*(getattr(row, f"{what}_{unit}") for unit in _UNITS))
