"""The print batch: many documents in one PDF for the printer, with a cover sheet and blank pages for
duplex.
"""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pikepdf

from jetbill.documents import typefaces
from jetbill.documents.render import typeset

PLAIN = "blank"


@dataclass(frozen=True, slots=True)
class Letter:
    """One document to print, as bytes or as the file they are kept in; `name` is said where it cannot be
    read.
    """

    name: str
    pdf: bytes | Path


@dataclass(frozen=True, slots=True)
class Cover:
    """What the sheet on top says: a title and (name, value) rows; counts are added."""

    title: str
    rows: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """The merged PDF with what is in it; `sheets` counts paper, two pages each where printed duplex."""

    pdf: bytes
    letters: int
    pages: int
    sheets: int


def merge(letters: Iterable[Letter], cover: Cover | None = None, *, duplex: bool = True) -> Batch:
    """The letters in the given order, each beginning on a fresh sheet. The same letters give the same bytes.

    Tags, attachments and archival marks of the single documents are not carried over: this is for paper only.
    Raises ValueError that names a letter which cannot be read.
    """
    merged = pikepdf.new()
    pages = sheets = count = 0
    for letter in letters:
        own = _append(merged, letter)
        if duplex and own % 2:
            _blank_like(merged, merged.pages[-1])
        pages += own
        sheets += (own + 1) // 2 if duplex else own
        count += 1
    if cover is not None:
        counts = (("Documents", f"{count:,}"), ("Pages", f"{pages:,}"), ("Sheets", f"{sheets:,}"))
        _cover_on_top(merged, Cover(cover.title, (*cover.rows, *counts)), duplex=duplex)
    written = io.BytesIO()
    merged.save(written, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return Batch(written.getvalue(), count, pages, sheets)


def _append(merged: pikepdf.Pdf, letter: Letter) -> int:
    source = io.BytesIO(letter.pdf) if isinstance(letter.pdf, bytes) else letter.pdf
    try:
        with pikepdf.open(source) as opened:
            _strip(opened)
            merged.pages.extend(opened.pages)
            return len(opened.pages)
    except (pikepdf.PdfError, OSError) as trouble:
        raise ValueError(f"{letter.name}: cannot be read ({trouble})") from trouble


def _strip(opened: pikepdf.Pdf) -> None:
    """Takes away what points into the document that a page leaves."""
    for page in opened.pages:
        for key in {"/StructParents", "/Tabs", "/AF"} & set(page.keys()):  # type: ignore[operator]
            del page[key]


def _blank_like(merged: pikepdf.Pdf, page: pikepdf.Page) -> None:
    box = [float(side) for side in page.mediabox]
    merged.add_blank_page(page_size=(box[2] - box[0], box[3] - box[1]))


def _cover_on_top(merged: pikepdf.Pdf, cover: Cover, *, duplex: bool) -> None:
    first = (
        [float(side) for side in merged.pages[0].mediabox] if len(merged.pages) else [0, 0, 595.28, 841.89]
    )
    sheet = typeset(_cover_source(cover, first[2], first[3]))
    with pikepdf.open(io.BytesIO(sheet)) as opened:
        merged.pages.insert(0, opened.pages[0])
    if duplex:
        merged.add_blank_page(page_size=(first[2], first[3]))
        blank = merged.pages[-1]
        merged.pages.insert(1, blank)
        del merged.pages[-1]


def _cover_source(cover: Cover, width: float, height: float) -> dict[str, object]:
    rows = [
        [typefaces.fitted(name, 12, width * 0.4), typefaces.fitted(value, 12, width * 0.4)]
        for name, value in cover.rows
    ]
    return {"width": width, "height": height, "title": cover.title, "rows": rows}
