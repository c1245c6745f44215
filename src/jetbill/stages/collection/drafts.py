"""A statement on paper without numbering it."""

from dataclasses import replace
from pathlib import Path

from jetbill.documents import canonical
from jetbill.documents.render import Job, render
from jetbill.documents.view import Statement


def statement_pdf(made: Statement, brand: Path) -> bytes:
    """The PDF of a statement that is only shown; it has no number. Draw it outside any scope."""
    return render(Job(canonical.encode(replace(made, number="")), brand))
