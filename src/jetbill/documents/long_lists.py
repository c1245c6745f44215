"""Itemised lists of more than `annex.LONGEST` lines: CSV inside a short invoice, and a second PDF for people.

The second PDF is made in chunks and merged, so memory stays flat: 100,000 lines are about 1,600 pages.
Merging drops the tags, so it is neither PDF/A nor PDF/UA; the invoice with the CSV is.
"""

import csv
import io
from collections.abc import Iterator

from jetbill.documents.sheet import Page
from jetbill.documents.view import Annex

CHUNK_PAGES = 32
NAME = "itemised.csv"


def table(annex: Annex) -> str:
    """All lists as one CSV: the list's number, the group's identifier, then the columns with their
    canonical values.

    Lists with other columns follow under a head row of their own.
    """
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\r\n")
    head: tuple[str, ...] = ()
    for number, itemised in enumerate(annex.lists, 1):
        if itemised.columns != head:
            head = itemised.columns
            rows.writerow(["list", "group", *head])
        for group in itemised.groups:
            rows.writerows(
                [number, group.identifier, *[cell.removeprefix("@") for cell in row]] for row in group.rows
            )
    return written.getvalue()


def chunks(pages: list[Page]) -> Iterator[list[Page]]:
    """The pages in portions of about 2,000 lines."""
    for start in range(0, len(pages), CHUNK_PAGES):
        yield pages[start : start + CHUNK_PAGES]


def merged(parts: Iterator[bytes]) -> bytes:
    """The chunks as one PDF; the same chunks give the same bytes."""
    import pikepdf  # not needed by the many documents without long lists, and slow to load

    whole = pikepdf.new()
    for part in parts:
        with pikepdf.open(io.BytesIO(part)) as opened:
            whole.pages.extend(opened.pages)
    written = io.BytesIO()
    whole.save(written, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return written.getvalue()
