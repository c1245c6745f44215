"""What a check has to say: how bad, where, what, and how to mend it; and the sentence for an unknown name."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error refuses the book; a warning is shown."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """`path` names the value, `plans.fiber.fees.month.price`; `sentence` the fault, `mend` what to do."""

    severity: Severity
    path: str
    sentence: str
    mend: str = ""

    def told(self) -> str:
        """Both as one sentence."""
        return f"{self.sentence}; {self.mend}" if self.mend else self.sentence


def error(path: str, sentence: str, mend: str = "") -> Finding:
    """A finding that refuses the book."""
    return Finding(Severity.ERROR, path, sentence, mend)


def warning(path: str, sentence: str, mend: str = "") -> Finding:
    """A finding that people should see."""
    return Finding(Severity.WARNING, path, sentence, mend)


def unknown(what: str, text: str, known: Iterable[str]) -> str:
    """'unknown key "fea"; did you mean "fee"?', or the list of what is known."""
    choices = list(known)
    near = difflib.get_close_matches(text, choices, 1)
    subject = f'unknown {what} "{text[:60]}"' if what else f'"{text[:60]}" is not known here'
    if near:
        return f'{subject}; did you mean "{near[0]}"?'
    listed = ", ".join(choices[:20]) + (", …" if len(choices) > 20 else "")
    return f"{subject}; known: {listed}" if choices else f"{subject}; none is known here"
