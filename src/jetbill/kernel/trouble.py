"""The three kinds of trouble that are not bugs: a wish refused, input that is wrong, an outside that said no.

A fourth kind, a bad record, is never raised: it is returned among the good ones with its reason.
"""

from enum import StrEnum


class Refused(Exception):
    """A wish that the rules forbid, as a code with values: `Refused("customer.closed", customer=7)`."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values

    def __str__(self) -> str:
        told = ", ".join(f"{name} {value}" for name, value in self.values.items())
        return f"{self.code}: {told}" if told else self.code


class BadInput(ValueError):
    """Input that cannot be taken, as one clear sentence and the place: file, line (from 1) and field.

    What the sentence quotes may run over several lines; it does not.
    """

    def __init__(self, sentence: str, *, file: str = "", line: int | None = None, field: str = "") -> None:
        self.sentence = " ".join(part.strip() for part in sentence.splitlines())
        super().__init__(self.sentence)
        self.file = file
        self.line = line
        self.field = field

    def __str__(self) -> str:
        place = self.file + (f":{self.line}" if self.line is not None else "")
        return ": ".join(part for part in (place, self.field, self.sentence) if part)


class Failure(StrEnum):
    """What we know after an outside system failed us."""

    TRANSIENT = "transient"  # nothing happened there: try again
    AMBIGUOUS = "ambiguous"  # nobody knows: look first
    PERMANENT = "permanent"  # it will never work like this: park it


class OutsideFailure(Exception):
    """Another system said no, or nothing; `code` names it in a word, `said` quotes it without secrets."""

    def __init__(self, code: str, *, kind: Failure, said: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.kind = kind
        self.said = said

    def __str__(self) -> str:
        return f"{self.code} ({self.kind})" + (f": {self.said}" if self.said else "")
