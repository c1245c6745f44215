"""A frozen view becomes PDF bytes: PDF/A-3a and PDF/UA-1, the same bytes in any process.

`render` is a pure function of view, annex, copy mark, the assets the view names, and the versions in
`render_key`. Compile only in processes that never fork afterwards: a fork after the first compile hangs;
`workers` sees to that.
"""

import hashlib
import json
import logging
import shutil
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import babel
import typst

from jetbill.documents import annex as annexes
from jetbill.documents import (
    assets,
    canonical,
    colours,
    einvoice,
    facturx,
    invoices,
    letters,
    long_lists,
    parts,
    typefaces,
)
from jetbill.documents.parts import Desk
from jetbill.documents.sheet import Page
from jetbill.documents.view import Annex, CreditNote, Document, Invoice, Receipt, State, View
from jetbill.documents.writer import writer

TEMPLATES = Path(__file__).parent / "templates"
STANDARDS = ["a-3a", "ua-1"]
COPIES = ("paid", "void", "copy")
"""Marks of a copy rendered on request: such a copy has neither XML nor slip."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """One document to draw: canonical JSON of its view, the brand's folder of assets, perhaps an annex
    beside it.
    """

    view: bytes
    folder: Path
    annex: bytes | None = None
    copy: str = ""
    is_flat: bool = False
    """Flat colours instead of gradients, for checkers and printers that cannot do them."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file inside the PDF; `relationship` as PDF/A-3 names it."""

    name: str
    relationship: str
    mime: str
    description: str
    content: str


def render(job: Job) -> bytes:
    """The PDF. Raises ValueError that names the field for a view that cannot be drawn."""
    view, lists = _read(job)
    files = _attachments(view, job)
    if is_long(lists) and isinstance(view, Invoice | CreditNote) and lists is not None:
        view, files, lists = _shortened(view, lists), (*files, _table(lists)), None
    page, inputs = _page(job, view, lists, files)
    made = _studio().compile(page, inputs, view)
    return facturx.describe(made) if any(file.name == facturx.NAME for file in files) else made


def render_annex(job: Job) -> bytes:
    """The itemised lists alone as a plain PDF, for lists too long for the document itself."""
    view, lists = _read(job)
    if lists is None or not isinstance(view, Invoice | CreditNote):
        raise ValueError("annex: the document has no itemised list")
    page, _ = _page(job, view, None, ())
    desk = parts.desk(view, writer(view), job.folder, job.copy)
    pages = annexes.pages(lists, desk.writer, desk.paper, invoices.reference(desk, view))
    parts.footers(desk, pages)
    portions = long_lists.chunks(pages)
    return long_lists.merged(
        typeset({**page, "pages": [sheet.blocks for sheet in portion]}, "main.typ") for portion in portions
    )


def is_long(lists: Annex | None) -> bool:
    """Whether the lists go beside the document, into `render_annex`, and as CSV into it."""
    return annexes.lines(lists) > annexes.LONGEST


def picture(job: Job, ppi: int = 110) -> list[bytes]:
    """The same document as PNG, a picture per page; for the brand editor and the gallery."""
    view, lists = _read(job)
    page, inputs = _page(job, view, lists, ())
    return _studio().pictures(page, inputs, ppi)


def typeset(page: dict[str, Any], template: str = "cover.typ") -> bytes:
    """A plain PDF, untagged, of another template with these values: covers and the pages of long lists."""
    return _studio().plain(page, template)


def render_key(job: Job) -> str:
    """SHA-256 of everything the bytes depend on; the same key gives the same bytes.

    Assets are named by digest inside the view, so the folder itself does not count.
    """
    digest = hashlib.sha256()
    for part in (job.view, job.annex or b"", f"{job.copy}|{job.is_flat}".encode(), _versions()):
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def _read(job: Job) -> tuple[View, Annex | None]:
    view = canonical.decode(job.view)
    if isinstance(view, Annex):
        raise ValueError("kind: an annex is no document of its own")
    if job.copy not in ("", *COPIES):
        raise ValueError(f"copy: {job.copy!r} is none of {', '.join(COPIES)}")
    lists = view.annex if isinstance(view, Invoice | CreditNote) else None
    if job.annex is not None:
        beside = canonical.decode(job.annex)
        if not isinstance(beside, Annex):
            raise ValueError("annex: not an annex")
        lists = beside
    return view, lists


def _attachments(view: View, job: Job) -> tuple[Attached, ...]:
    """The XML where the tax profile says so; never on a copy, a draft or a preview."""
    if not isinstance(view, Invoice | CreditNote) or view.profile is None:
        return ()
    if job.copy or view.state is not State.ISSUED:
        return ()
    xml = einvoice.xml(view, view.profile, writer(view))
    return (Attached(facturx.NAME, "alternative", "text/xml", "EN 16931 invoice (Factur-X)", xml),)


def _shortened(view: Invoice | CreditNote, lists: Annex) -> Invoice | CreditNote:
    """The document without its lists, saying where they are."""
    writing = writer(view)
    told = writing.say("itemised.attached", n=str(annexes.lines(lists)))
    return replace(view, annex=None, note=f"{writing.text(view.note)} {told}".strip())


def _table(lists: Annex) -> Attached:
    return Attached(long_lists.NAME, "data", "text/csv", "Itemised list", long_lists.table(lists))


def _page(
    job: Job, view: View, lists: Annex | None, files: tuple[Attached, ...]
) -> tuple[dict[str, Any], dict[str, str]]:
    """The values of the templates and their inputs."""
    writing = writer(view)
    desk = parts.desk(view, writing, job.folder, job.copy)
    _studio().take(job.folder, assets_of(view))
    pages, title = _laid_out(desk, view, lists)
    parts.footers(desk, pages)
    form = writing.form
    page = {
        "rtl": form.is_rtl,
        "lang": form.locale.language,
        "region": form.locale.territory,
        "width": desk.paper.width,
        "height": desk.paper.height,
        "fonts": typefaces.FAMILIES,
        "flat": job.is_flat or not desk.shows("gradients"),
        "colours": colours.palette(view.brand.primary, view.brand.accent),
        "title": _plain(title),
        "author": view.seller.name,
        "keywords": [view.number] if view.number else [],
        "date": [view.date.year, view.date.month, view.date.day],
        "watermark": _watermark(desk, job),
        "attachments": [
            {
                "name": file.name,
                "input": f"file{at}",
                "relationship": file.relationship,
                "mime": file.mime,
                "description": file.description,
            }
            for at, file in enumerate(files)
        ],
        "pages": [page.blocks for page in pages],
    }
    return page, {f"file{at}": file.content for at, file in enumerate(files)}


def _laid_out(desk: Desk, view: View, lists: Annex | None) -> tuple[list[Page], str]:
    if isinstance(view, Invoice | CreditNote):
        return invoices.pages(desk, view, lists), invoices.title(desk, view)
    if isinstance(view, Receipt):
        return letters.receipt_pages(desk, view), letters.receipt_title(desk, view)
    return letters.statement_pages(desk, view), letters.statement_title(desk, view)


def _watermark(desk: Desk, job: Job) -> dict[str, Any] | None:
    """The mark of a copy, else of the state, else the brand's own decoration."""
    state = desk.view.state
    if job.copy:
        word, colour = desk.writer.say(f"watermark.{job.copy}"), _MARKS[job.copy]
    elif state is not State.ISSUED:
        word, colour = desk.writer.say(f"watermark.{state}"), _MARKS[state]
    elif desk.view.brand.watermark:
        word, colour = desk.view.brand.watermark, _MARKS["brand"]
    else:
        return None
    size = min(130.0, 520 / max(typefaces.width(word, 1, "bold"), 1))
    return {"text": word, "colour": colour, "size": round(size, 1)}


_MARKS = {
    "draft": "#fde8e8",
    "preview": "#e6effc",
    "sample": "#e6effc",
    "paid": "#dcf5e7",
    "void": "#fde8e8",
    "copy": "#ebedf1",
    "brand": "#f3f4f7",
}


def _plain(text: str) -> str:
    """Without isolates: metadata are no paragraph."""
    return "".join(sign for sign in text if not "\u2066" <= sign <= "\u2069")


def assets_of(view: Document) -> list[str]:
    """The names of all files a view draws."""
    named = [view.brand.logo]
    if isinstance(view, Invoice) and view.advert is not None:
        named.append(view.advert.image)
    return [asset.name for asset in named if asset is not None]


class _Studio:
    """Templates, fonts and the assets in use, in a folder of this process; nothing outside it can be read."""

    def __init__(self) -> None:
        self._kept = tempfile.TemporaryDirectory(prefix="jet-documents-")
        self.root = Path(self._kept.name)
        shutil.copytree(TEMPLATES, self.root, dirs_exist_ok=True)
        fonts = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(typefaces.FOLDER)]
        )
        self._compiler = typst.Compiler(str(self.root / "main.typ"), root=str(self.root), font_paths=fonts)

    def compile(self, page: dict[str, Any], inputs: dict[str, str], view: View) -> bytes:
        when = datetime.combine(view.date, time(), UTC)
        made = self._run(page, inputs, {"format": "pdf", "pdf_standards": STANDARDS, "timestamp": when})
        assert isinstance(made, bytes)
        return made

    def plain(self, page: dict[str, Any], template: str) -> bytes:
        options: dict[str, Any] = {
            "format": "pdf",
            "pdf_tags": False,
            "timestamp": datetime(2000, 1, 1, tzinfo=UTC),
        }
        text, _ = typefaces.replace_missing(json.dumps(page, ensure_ascii=False))
        source = str(self.root / template)
        made = self._compiler.compile(input=source, sys_inputs={"page": text}, **options)
        assert isinstance(made, bytes)
        return made

    def pictures(self, page: dict[str, Any], inputs: dict[str, str], ppi: int) -> list[bytes]:
        made = self._run(page, inputs, {"format": "png", "ppi": ppi})
        return made if isinstance(made, list) else [made]

    def _run(self, page: dict[str, Any], inputs: dict[str, str], options: dict[str, Any]) -> Any:
        text, absent = typefaces.replace_missing(json.dumps(page, ensure_ascii=False))
        if absent:
            _log.warning("%s: no font has %s; printed as %s", page["title"], absent, typefaces.MISSING)
        return self._compiler.compile(
            input=str(self.root / "main.typ"), sys_inputs={**inputs, "page": text}, **options
        )

    def take(self, folder: Path, names: list[str]) -> None:
        """Copies assets in, once. Raises ValueError for what is not a file of this folder with its digest
        as name.
        """
        for name in names:
            source = folder / name
            if not assets.NAME.fullmatch(name):
                raise ValueError(f"asset: {name!r} is no name of a sanitised file")
            if source.is_symlink():
                raise ValueError(f"asset: {name} is a link")
            if not source.is_file():
                raise ValueError(f"asset: {name} is not in the brand's folder")
            if (self.root / name).exists():
                continue
            data = source.read_bytes()
            if hashlib.sha256(data).hexdigest() != name.partition(".")[0]:
                raise ValueError(f"asset: {name} is not the file its name says")
            (self.root / name).write_bytes(data)


@cache
def _studio() -> _Studio:
    return _Studio()


@cache
def _versions() -> bytes:
    """Template, fonts, and the versions of what draws."""
    digest = hashlib.sha256(
        f"{metadata.version('typst')} {babel.__version__} {typefaces.fingerprint()}".encode()
    )
    for folder, pattern in (
        (TEMPLATES, "*.typ"),
        (TEMPLATES.parent, "*.py"),
        (TEMPLATES.parent / "labels", "*.json"),
    ):
        for path in sorted(folder.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.digest()
