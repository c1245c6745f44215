"""Record what happened, in the transaction of the change: `events.record(InvoiceIssued(17, …, at=now))`."""

import json
from collections.abc import Sequence
from datetime import datetime

from jetbill.stages.events.fact import Fact
from jetbill.stages.events.models import Event
from jetbill.stages.realms.copying import copy_rows

_COLUMNS = ("kind", "subject", "at", "by", "payload", "caused_by_id")
_COPY_FROM = 50  # fewer rows than this are quicker as one INSERT


def record(fact: Fact) -> int:
    """Store one fact in the open scope; gives the id of its event."""
    return record_many([fact])[0]


def record_many(facts: Sequence[Fact]) -> list[int]:
    """Store facts in the open scope in one go; gives the ids of their events, in order."""
    if len(facts) < _COPY_FROM:
        return [event.pk for event in Event.objects.bulk_create([_row(fact) for fact in facts])]
    rows = ((*_head(fact), json.dumps(fact.payload()), fact.caused_by) for fact in facts)
    back = copy_rows("events_event", _COLUMNS, rows, returning="id")
    assert isinstance(back, list)
    return [int(str(key)) for (key,) in back]


def _head(fact: Fact) -> tuple[str, str, datetime, str]:
    assert fact.at.tzinfo is not None, f"{fact.KIND}: an instant needs a zone"
    return (fact.KIND, fact.subject(), fact.at, fact.by)


def _row(fact: Fact) -> Event:
    kind, subject, at, by = _head(fact)
    return Event(
        kind=kind, subject=subject, at=at, by=by, payload=fact.payload(), caused_by_id=fact.caused_by
    )
