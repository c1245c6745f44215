"""Record what happened, in the transaction of the change: `events.record(InvoiceIssued(17, …, at=now))`."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, get_type_hints

from django.db import connection

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


def record_selected(
    kind: type[Fact], content: Mapping[str, str], source: str, values: Sequence[Any], *, at: datetime
) -> None:
    """Store a fact of `kind` for every row of `source`, SQL from FROM on with `values`, unattended.

    `content` names the column of each field of the fact. Amounts and dates become text, as in `plain`.
    """
    names = kind.content()
    assert list(content) == names, f"{kind.KIND} holds {', '.join(names)}"
    hints = get_type_hints(kind)
    texts = {name: f"{content[name]}::text" if hints[name] is Decimal else content[name] for name in names}
    payload = ", ".join([f"'{name}', {text}" for name, text in texts.items()])
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO events_event (realm_id, kind, subject, at, by, payload)"
            f" SELECT (SELECT realm()), %s, %s || {content[names[0]]}, %s, 'jet',"
            f" jsonb_build_object({payload}) {source}",
            [kind.KIND, f"{kind.SUBJECT or kind.KIND.partition('.')[0]}:", at, *values],
        )


def _head(fact: Fact) -> tuple[str, str, datetime, str]:
    assert fact.at.tzinfo is not None, f"{fact.KIND}: an instant needs a zone"
    return (fact.KIND, fact.subject(), fact.at, fact.by)


def _row(fact: Fact) -> Event:
    kind, subject, at, by = _head(fact)
    return Event(
        kind=kind, subject=subject, at=at, by=by, payload=fact.payload(), caused_by_id=fact.caused_by
    )
