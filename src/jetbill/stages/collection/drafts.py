"""A statement on paper without numbering it."""

from dataclasses import replace
from pathlib import Path

from jetbill.documents import canonical
from jetbill.documents.render import Job, render
from jetbill.documents.view import Statement
from jetbill.stages.billing.sealing import REFERENCE_TOKEN


def statement_pdf(made: Statement, brand: Path) -> bytes:
    """The PDF of a statement that is only shown; it has no number. Draw it outside any scope."""
    unnumbered = canonical.encode(replace(made, number="")).replace(REFERENCE_TOKEN.encode(), b"")
    return render(Job(unnumbered, brand))
