"""Stories: whole months told as values. Happenings in, every bill out, by what the bill run calls."""

from jetbill.kernel.story.tell import Chapter, Ending, tell
from jetbill.kernel.story.values import (
    Gives,
    Happens,
    Pays,
    Person,
    Provider,
    Story,
    Told,
    Uses,
)

__all__ = [
    "Chapter",
    "Ending",
    "Gives",
    "Happens",
    "Pays",
    "Person",
    "Provider",
    "Story",
    "Told",
    "Uses",
    "tell",
]
