"""The parts every document shares: head band, three columns of facts, totals card, advert, slip and
footer.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image

from jetbill.documents import typefaces
from jetbill.documents.codes import qr_svg
from jetbill.documents.sheet import EXTRA_LINE, MARGIN, PAPERS, Block, Page, Paper
from jetbill.documents.view import Advert, Document, Party, Slip
from jetbill.documents.writer import Writer
from jetbill.kernel.payment_slips import grouped

COLUMNS_TOP = 140.0
SLIP_HEIGHT = 118.0
SWISS_HEIGHT = 297.64
ADVERT_HEIGHT = 100.0
GAP = 13.0
MOST_NOTE_LINES = 12
LOGO_HEIGHT, LOGO_WIDTH = 31.0, 230.0
FACT_PITCH = 12.0


@dataclass(frozen=True, slots=True)
class Desk:
    """What is needed to lay out one document."""

    view: Document
    writer: Writer
    paper: Paper
    folder: Path
    copy: str = ""

    def shows(self, part: str) -> bool:
        return part not in self.view.brand.hidden


@dataclass(frozen=True, slots=True)
class Facts:
    """One of the three columns: label, strong title, pairs or lines of text, small grey lines."""

    label: str
    title: str
    lines: tuple[str | tuple[str, str], ...] = ()
    small: tuple[str, ...] = ()
    is_strong_last: bool = False


def desk(view: Document, writer: Writer, folder: Path, copy: str) -> Desk:
    """The desk for a view. Raises ValueError for a paper nobody has."""
    if view.brand.paper not in PAPERS:
        raise ValueError(f"paper: {view.brand.paper!r} is none of {', '.join(PAPERS)}")
    return Desk(view, writer, PAPERS[view.brand.paper], folder, copy)


def band(desk: Desk, page: Page, label: str, amount: str, pill: str) -> None:
    """The head over the full width: logo and contact at the start, one dominating amount at the end."""
    brand, logo, room = desk.view.brand, desk.view.brand.logo, desk.paper.room
    size = 26.0
    while typefaces.width(amount, size, "bold") > desk.paper.room * 0.48 and size > 12:
        size -= 1
    page.add(
        "band",
        0,
        logo={"path": logo.name, "alt": logo.alt, "size": logo_size(desk.folder / logo.name)}
        if logo
        else None,
        name=typefaces.fitted(brand.name, 24, room * 0.48, "bold"),
        contact=[
            typefaces.fitted(text, 6.5, room * 0.16) for text in map(desk.writer.form.ltr, brand.contact[:4])
        ],
        label=label,
        amount=amount,
        amount_size=size,
        pill=typefaces.fitted(pill, 7.5, room * 0.4, "semibold"),
        arcs=desk.shows("arcs"),
    )


def columns(desk: Desk, page: Page, facts: tuple[Facts, Facts, Facts]) -> float:
    """Three columns of facts; returns where they end."""
    room = desk.paper.room
    starts = (MARGIN, MARGIN + room * 0.382, MARGIN + room * 0.709)
    ends = (starts[1] - 12, starts[2] - 14, MARGIN + room)
    lowest = COLUMNS_TOP
    for fact, start, end in zip(facts, starts, ends, strict=True):
        lowest = max(lowest, _column(page, fact, start, end))
    page.blocks[-2]["is_title"] = True
    return lowest


def buyer_facts(desk: Desk, label: str) -> Facts:
    """The address column."""
    buyer, writer = desk.view.buyer, desk.writer
    address = [writer.form.auto(text) for text in buyer.lines]
    if buyer.country and buyer.country != desk.view.seller.country:
        address.append(writer.country(buyer.country))
    return Facts(writer.say(label), writer.form.auto(buyer.name), tuple(address), tax_lines(writer, buyer))


def tax_lines(writer: Writer, party: Party) -> tuple[str, ...]:
    """Tax and register numbers of a party, each with its label."""
    return tuple(
        writer.say(f"tax_id.{tax_id.scheme}", value=writer.form.ltr(tax_id.value)) for tax_id in party.tax_ids
    )


def advert(desk: Desk, page: Page, shown: Advert, y: float) -> None:
    """The advertising block; its texts are cut to fit, never clipped."""
    writer, room = desk.writer, desk.paper.room
    image = shown.image
    size, heading = 17.0, writer.text(shown.heading)
    while typefaces.width(heading, size, "bold") > room - 44 and size > 11:
        size -= 0.5
    page.add(
        "advert",
        y,
        heading=typefaces.fitted(heading, size, room - 44, "bold"),
        size=size,
        text=[
            writer.form.auto(part) for part in typefaces.lines(writer.text(shown.text), 9.5, room - 44)[:2]
        ],
        action=typefaces.fitted(writer.form.auto(shown.action), 8.5, room - 70, "bold"),
        image={"path": image.name, "alt": image.alt} if image else None,
        height=ADVERT_HEIGHT,
    )


def slip_height(desk: Desk, slip: Slip | None) -> float:
    """How much of the foot of the page the slip takes, above the footer."""
    if slip is None or desk.copy or not desk.shows("slip"):
        return 0.0
    return SWISS_HEIGHT + 8 if slip.scheme == "swiss" else SLIP_HEIGHT - 32


def slip(desk: Desk, page: Page, shown: Slip, hint: str) -> None:
    """Pay to, reference, amount and the code, at the foot of the page under a cut line."""
    writer, form = desk.writer, desk.writer.form
    if shown.scheme == "swiss":
        _swiss(desk, page, shown)
        return
    room = desk.paper.room
    page.add(
        "slip",
        desk.paper.height - SLIP_HEIGHT,
        qr=qr_svg(shown.payload),
        alt=writer.say("slip.alt"),
        labels=[writer.say("slip.pay_to"), writer.say("slip.reference"), writer.say("slip.amount")],
        name=typefaces.fitted(form.auto(shown.name), 9.5, room * 0.33, "semibold"),
        iban=form.ltr(f"IBAN {grouped(shown.iban)}"),
        bic=form.ltr(f"BIC {shown.bic}") if shown.bic else "",
        reference=typefaces.fitted(form.ltr(grouped(shown.reference)), 9.5, room * 0.29, "semibold"),
        amount=form.money(shown.amount),
        hint=typefaces.lines(writer.say("slip.hint"), 6.8, room * 0.235),
        due=hint,
        edges=[MARGIN + 88, MARGIN + room * 0.525],
    )


def footers(desk: Desk, pages: list[Page]) -> None:
    """The seller's line and "page x / N" on every page."""
    view, writer = desk.view, desk.writer
    seller = view.seller
    address = [writer.form.auto(text) for text in (seller.name, *seller.lines)]
    text = view.brand.footer or " · ".join(
        [", ".join(address), writer.country(seller.country), *tax_lines(writer, seller)]
    )
    left = typefaces.fitted(text, 6.5, desk.paper.room - 80)
    for number, page in enumerate(pages, 1):
        right = writer.say("footer.page", page=str(number), pages=str(len(pages)))
        y = desk.paper.foot - (SWISS_HEIGHT - 11 if any(b["kind"] == "swiss" for b in page.blocks) else 0)
        page.add("footer", y, left=left, right=right)


def note(page: Page, text: str, y: float, room: float) -> float:
    """Some sentences in grey; returns where they end."""
    lines = note_lines(text, room)
    page.add("note", y, lines=lines)
    return y + 8 + 11.0 * len(lines)


def note_lines(text: str, room: float) -> list[str]:
    """A note broken into lines; what is longer than a dozen is no note."""
    lines = typefaces.lines(text, 8, room)
    return lines if len(lines) <= MOST_NOTE_LINES else [*lines[: MOST_NOTE_LINES - 1], "…"]


def totals(
    page: Page, place: tuple[float, float, float, float], rows: list[list[str]], total: list[str]
) -> None:
    """The tinted card at (x, y, width, height): rows of name, remark and amount; the sum below a rule."""
    x, y, width, height = place
    sizes = [11.0, 14.0]
    while (
        typefaces.width(total[0], sizes[0], "bold") + typefaces.width(total[1], sizes[1], "bold") > width - 34
        and sizes[1] > 8
    ):
        sizes = [max(sizes[0] - 0.4, 8.3), sizes[1] - 0.5]
    page.add("totals", y, x=x, width=width, height=height, rows=rows, total=total, sizes=sizes)


@lru_cache(maxsize=1024)
def logo_size(path: Path) -> tuple[float, float]:
    """Width and height of a logo that fits the band, keeping its shape."""
    if path.suffix == ".svg":
        found = re.search(r'viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"', path.read_text(encoding="utf-8"))
        shape = (float(found[1]), float(found[2])) if found else (1.0, 1.0)
    else:
        with Image.open(path) as image:
            shape = (float(image.width), float(image.height))
    scale = min(LOGO_WIDTH / shape[0], LOGO_HEIGHT / shape[1])
    return round(shape[0] * scale, 2), round(shape[1] * scale, 2)


def _column(page: Page, fact: Facts, start: float, end: float) -> float:
    room = end - start
    title = typefaces.lines(fact.title, 9.5, room, "semibold")[:3]
    rows: list[Block] = []
    y = COLUMNS_TOP + 12.5
    for text in title:
        rows.append({"y": y, "text": text, "style": "title"})
        y += 13.0
    for at, fact_line in enumerate(fact.lines[:9]):
        is_strong = fact.is_strong_last and at == len(fact.lines) - 1
        if isinstance(fact_line, tuple):
            name = typefaces.fitted(
                fact_line[0], 8.3, room - 8 - typefaces.width(fact_line[1], 8.3, "semibold")
            )
            style = "strong" if is_strong else "pair"
            rows.append({"y": y, "text": name, "value": fact_line[1], "style": style})
            y += FACT_PITCH
            continue
        for text in typefaces.lines(fact_line, 8.3, room)[:3]:
            rows.append({"y": y, "text": text, "style": "plain"})
            y += FACT_PITCH
    for text in [typefaces.fitted(text, 6.8, room) for text in fact.small[:4]]:
        rows.append({"y": y, "text": text, "style": "small"})
        y += EXTRA_LINE
    page.add("facts", COLUMNS_TOP, x=round(start, 2), end=round(end, 2), label=fact.label, rows=rows)
    return y


def _swiss(desk: Desk, page: Page, shown: Slip) -> None:
    """The Swiss QR-bill: 210 × 105 mm at the foot, receipt and payment part."""
    form = desk.writer.form
    account = [grouped(shown.iban), shown.name, *shown.name_lines]
    amount = f"{shown.amount:,.2f}".replace(",", " ")
    is_digits = shown.reference.isdigit()
    reference = grouped(shown.reference[:2] + " " * 0 + shown.reference[2:], 4)
    if is_digits:
        reference = f"{shown.reference[:2]} {grouped(shown.reference[2:], 5)}"
    page.add(
        "swiss",
        desk.paper.height - SWISS_HEIGHT,
        qr=qr_svg(shown.payload, cross=True),
        alt=desk.writer.say("slip.alt"),
        account=account,
        reference=reference,
        payer=list(shown.payer_lines),
        message=shown.message,
        currency=form.currency,
        amount=amount,
        words={key: desk.writer.say(f"swiss.{key}") for key in SWISS_WORDS},
    )


SWISS_WORDS = (
    "receipt",
    "payment_part",
    "account",
    "reference",
    "payer",
    "information",
    "currency",
    "amount",
    "acceptance",
)
