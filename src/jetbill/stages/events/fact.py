"""What a stage may announce: a frozen dataclass with a KIND, declared in the stage's facts.py.

@dataclass(frozen=True, slots=True)
class InvoiceIssued(Fact):
    '''An invoice has its number and can no longer change.'''
    KIND = "invoice.issued"
    invoice_id: int        # the first field is the id of the subject
    total: Decimal
"""

import re
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, ClassVar

_KIND = re.compile(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*")
_ENVELOPE = ("at", "by", "caused_by")
_known: dict[str, type["Fact"]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What happened `at` an instant, `by` somebody ("staff:7", "jet"), perhaps `caused_by` an event."""

    KIND: ClassVar[str] = ""
    SUBJECT: ClassVar[str] = ""  # what the first field is the id of; else the kind's first word
    at: datetime
    by: str = "jet"
    caused_by: int | None = None

    def __init_subclass__(cls) -> None:
        if not _KIND.fullmatch(cls.KIND):
            raise TypeError(f"{cls.__name__}.KIND {cls.KIND!r} is not like 'invoice.issued'")
        known = _known.get(cls.KIND)
        if known is not None and (known.__module__, known.__name__) != (cls.__module__, cls.__name__):
            raise TypeError(f"{cls.KIND} is announced by both {known.__module__} and {cls.__module__}")
        _known[cls.KIND] = cls  # a dataclass with slots is made twice; the second one counts

    def subject(self) -> str:
        """Whom it is about: "invoice:17"."""
        name = self.SUBJECT or self.KIND.partition(".")[0]
        return f"{name}:{getattr(self, self.content()[0])}"

    @classmethod
    def content(cls) -> list[str]:
        """The names of the fact's own fields, the subject's id first."""
        return [each.name for each in fields(cls) if each.name not in _ENVELOPE]

    def payload(self) -> dict[str, Any]:
        """The fact's own fields as JSON values: amounts and dates as text, so that they stay exact."""
        return {name: plain(getattr(self, name)) for name in self.content()}


def known_facts() -> dict[str, type[Fact]]:
    """Every kind that the loaded stages may announce, by name."""
    return dict(sorted(_known.items()))


def plain(value: Any) -> Any:
    """A value as JSON can hold it without loss."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    raise TypeError(f"a fact cannot hold a {type(value).__name__}: {value!r}")
