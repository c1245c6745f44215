"""Stored records rated once more, one by one, in words, and whether they still come to what was stored."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction

import numpy as np

from jetbill.kernel.rating import layout as at
from jetbill.kernel.rating.batch import batch, records_of
from jetbill.kernel.rating.explain import Explanation, explain
from jetbill.stages.rating import columns
from jetbill.stages.rating.actions import published_versions
from jetbill.stages.rating.queries import blocks_of
from jetbill.stages.realms.queries import current_realm
from jetbill.stages.usage import columnar

Source = tuple[int, int]
"""File and line of a usage record."""


@dataclass(frozen=True, slots=True)
class Replay:
    """Why a record costs what it costs; `stored` is what all charges of it came to when it was rated."""

    explanation: Explanation
    stored: Fraction

    @property
    def holds(self) -> bool:
        """Whether the replay gives the stored amount."""
        return self.explanation.amount == self.stored


def replays(records: Iterable[tuple[int, Source]], service: int, share: int) -> dict[Source, Replay]:
    """`records` (start in seconds since 1970, file and line) of a service in `share`, rated again."""
    months: dict[date, set[Source]] = defaultdict(set)
    for started_s, source in records:
        months[datetime.fromtimestamp(started_s, UTC).date().replace(day=1)].add(source)
    found: dict[Source, Replay] = {}
    for month, sources in months.items():
        stored = _stored(sources, service, share, month)
        books = columns.books_for(published_versions(), current_realm().time_zone, month)
        timeline = columns.timelines_of([share], books)[share]
        for part in columnar.read(month):
            here = _among(part["file"], part["line"], sources)
            if not len(here):
                continue
            chosen = {name: part[name][here] for name in at.COLUMNS if name in part}
            chosen["source_row"] = np.ones(len(here), np.int64)
            places = zip(part["file"][here].tolist(), part["line"][here].tolist(), strict=True)
            for source, record in zip(places, records_of(batch(chosen)), strict=True):
                found[source] = Replay(explain(record, timeline), stored.get(source, Fraction(0)))
    return found


def _stored(sources: set[Source], service: int, share: int, month: date) -> dict[Source, Fraction]:
    found: dict[Source, Fraction] = defaultdict(Fraction)
    for block in blocks_of([service], (month, month), [share]):
        rows, below = block.columns, _denominators(block.legend["components"])
        here = _among(rows["file"], rows["line"], sources)
        below_each = below[rows["component"][here]].tolist()
        above = rows["numerator"][here].tolist()
        places = zip(rows["file"][here].tolist(), rows["line"][here].tolist(), strict=True)
        for source, numerator, denominator in zip(places, above, below_each, strict=True):
            if denominator:
                found[source] += Fraction(numerator, denominator)
    return found


def _denominators(components: Sequence[Sequence[int]]) -> columns.Column:
    """By component; the last stands for -1, the unrated."""
    return np.array([*(each[2] for each in components), 0], np.int64)


def _among(files: columns.Column, lines: columns.Column, sources: set[Source]) -> columns.Column:
    """The places of the rows that came from `sources`."""
    near = np.flatnonzero(np.isin(lines, [line for _, line in sources]))
    pairs = zip(files[near].tolist(), lines[near].tolist(), strict=True)
    return near[np.array([pair in sources for pair in pairs], bool)]
