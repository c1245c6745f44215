"""Invoices and credit notes laid out page by page: summary, cards, advert, slip and annex."""

from collections.abc import Sequence
from decimal import Decimal

from jetbill.documents import annex, charts, parts, sheet, typefaces
from jetbill.documents.parts import GAP, Desk, Facts
from jetbill.documents.sheet import GROUP_ROW, MARGIN, NEXT_TOP, Column, Page, Row
from jetbill.documents.view import Annex, CreditNote, Invoice, Line, Slip, Text
from jetbill.documents.writer import Writer

SUMMARY_TOP = 227.0
CARDS_HEIGHT = 137.0
CARDS_HIGHEST = 236.0
MONTHS_HEIGHT = 62.0
TOTALS_WIDTH = 176.0
CELL = 15.0
"""Room beside the text of a cell."""


def pages(desk: Desk, view: Invoice | CreditNote, lists: Annex | None) -> list[Page]:
    """All pages. `lists` are the itemised lists to print, in the view or beside it."""
    first = Page()
    _band(desk, first, view)
    lowest = parts.columns(desk, first, _facts(desk, view))
    cells = [[_cells(desk.writer, line) for line in group.lines] for group in view.groups]
    columns = _columns(desk, [row for rows in cells for row in rows])
    rows = _rows(desk.writer, columns, view, cells)
    made = _summary(desk, view, first, (columns, rows, max(SUMMARY_TOP, lowest + 8)))
    _tail(desk, view, made)
    if lists is not None and desk.shows("details"):
        made += annex.pages(lists, desk.writer, desk.paper, reference(desk, view))
    return made


def title(desk: Desk, view: Invoice | CreditNote) -> str:
    """The document's title: "Invoice INV-2026-1"."""
    kind = "invoice" if isinstance(view, Invoice) else "credit_note"
    return f"{desk.writer.say(f'title.{kind}')} {_number(desk, view)}"


def _number(desk: Desk, view: Invoice | CreditNote) -> str:
    return desk.writer.form.ltr(view.number) if view.number else desk.writer.say("label.draft")


def reference(desk: Desk, view: Invoice | CreditNote) -> str:
    """Document and period, beside the title of an annex: "Invoice INV-2026-1 · 1–30 Nov 2026"."""
    if view.period is None:
        return title(desk, view)
    return f"{title(desk, view)} · {desk.writer.form.span(view.period)}"


def _band(desk: Desk, page: Page, view: Invoice | CreditNote) -> None:
    writer, form = desk.writer, desk.writer.form
    due = view.totals.amount_due
    if isinstance(view, CreditNote):
        pill = writer.say("pill.corrects", number=view.corrects) if view.corrects else ""
        parts.band(desk, page, writer.say("band.credit_note"), form.money(view.totals.total), pill)
    elif desk.copy:
        pill = writer.say(f"pill.{desk.copy}")
        parts.band(desk, page, writer.say("band.total"), form.money(view.totals.total), pill)
    elif due > 0:
        pill = writer.say("pill.due", date=view.due.isoformat()) if view.due else ""
        parts.band(desk, page, writer.say("band.invoice"), form.money(due), pill)
    else:
        label = "band.credit" if due < 0 else "band.invoice"
        parts.band(desk, page, writer.say(label), form.money(abs(due)), writer.say("pill.nothing"))


def _facts(desk: Desk, view: Invoice | CreditNote) -> tuple[Facts, Facts, Facts]:
    writer, form, totals = desk.writer, desk.writer.form, view.totals
    about: list[str | tuple[str, str]] = [f"{writer.say('label.date')}: {form.day(view.date)}"]
    if view.period:
        about.append(f"{writer.say('label.period')}: {form.span(view.period)}")
    account: list[str | tuple[str, str]] = []
    if isinstance(view, CreditNote):
        kind = "title.credit_note"
        if view.corrects:
            about.append(f"{writer.say('label.corrects')}: {form.ltr(view.corrects)}")
            about.append(f"{writer.say('label.of')} {form.day(view.corrects_date)}")
    else:
        kind = "title.invoice"
        if totals.previous_balance is not None:
            account.append((writer.say("label.previous_balance"), form.money(totals.previous_balance)))
        if totals.payments is not None:
            account.append((writer.say("label.payments"), form.money(totals.payments)))
        if totals.prepaid:
            account.append((writer.say("label.prepaid"), form.money(-totals.prepaid)))
        account.append((writer.say("label.new_charges"), form.money(totals.total)))
    return (
        parts.buyer_facts(desk, "label.bill_to"),
        Facts(writer.say(kind), _number(desk, view), tuple(about)),
        Facts(writer.say("label.account"), form.ltr(view.customer), tuple(account), is_strong_last=True),
    )


def _columns(desk: Desk, cells: Sequence[tuple[str, ...]]) -> tuple[Column, ...]:
    """Figures get the width they need, texts what is left."""
    say = desk.writer.say
    quantity, price, amount = (
        max([least, *(typefaces.width(row[at], 8.3) + CELL for row in cells)])
        for at, least in ((2, 50.0), (3, 56.0), (4, 63.0))
    )
    return (
        Column(say("head.item"), desk.paper.room - 118 - quantity - price - amount),
        Column(say("head.details"), 118, size=6.8, is_grey=True),
        Column(say("head.quantity"), quantity, is_end=True),
        Column(say("head.unit_price"), price, is_end=True),
        Column(say("head.amount"), amount, is_end=True),
    )


def _rows(
    writer: Writer,
    columns: tuple[Column, ...],
    view: Invoice | CreditNote,
    cells: Sequence[Sequence[tuple[str, ...]]],
) -> list[Row]:
    rows = []
    for group, lines in zip(view.groups, cells, strict=True):
        name = typefaces.fitted(writer.text(group.text), 8.3, columns[0].width + columns[1].width, "semibold")
        rows.append(Row("group", (name, writer.form.amount(group.amount)), GROUP_ROW))
        rows += [sheet.line(columns, row) for row in lines]
    return rows


def _cells(writer: Writer, line: Line) -> tuple[str, ...]:
    form = writer.form
    details: Text = line.details
    return (
        writer.text(line.text),
        writer.text(details) if details else form.span(line.period) if line.period else "",
        form.number(line.quantity) if line.quantity is not None else "",
        form.unit_price(line.unit_price) if line.unit_price is not None else "",
        form.amount(line.amount),
    )


def _summary(
    desk: Desk, view: Invoice | CreditNote, first: Page, table: tuple[tuple[Column, ...], list[Row], float]
) -> list[Page]:
    """The summary over as many pages as it needs; the first keeps its foot free for the slip."""
    columns, rows, top = table
    foot = parts.slip_height(desk, _slip(view))
    first.limit, limit = desk.paper.limit - foot, desk.paper.limit
    chunks = sheet.split(
        rows,
        first.limit - top - sheet.HEAD_ROW,
        limit - NEXT_TOP - sheet.HEAD_ROW,
        desk.writer.say("group.continued", text="{text}").replace("\u2068", "").replace("\u2069", ""),
    )
    made = [first]
    for at, chunk in enumerate(chunks):
        page, y = (first, top) if at == 0 else (Page(limit=limit), NEXT_TOP)
        if at:
            continued = desk.writer.say("summary.continued", title=title(desk, view))
            page.add("heading", annex.TOP, title=typefaces.fitted(continued, 13, desk.paper.room, "bold"))
            made.append(page)
        if chunk:
            page.add("table", y, **sheet.table_block(columns, chunk), rule=at == len(chunks) - 1)
            y += sheet.height(chunk)
        page.y = y
    return made


def _slip(view: Invoice | CreditNote) -> Slip | None:
    return view.slip if isinstance(view, Invoice) else None


def _tail(desk: Desk, view: Invoice | CreditNote, made: list[Page]) -> None:
    """Cards after the last row, the note, the advert where there is room, the slip on page 1."""
    page = made[-1]
    least, most = _card_heights(desk, view)
    text = desk.writer.text(view.note) if view.note else ""
    is_beside = most == least
    note_room = desk.paper.room - (TOTALS_WIDTH + 30 if is_beside else 0)
    below = 19 + 11.0 * len(parts.note_lines(text, note_room)) if text and not is_beside else 0.0
    if page.y + GAP + least + below > page.limit:
        page = Page(limit=desk.paper.limit, y=NEXT_TOP - 20)
        page.add(
            "heading", annex.TOP, title=typefaces.fitted(reference(desk, view), 13, desk.paper.room, "bold")
        )
        made.append(page)
    y = page.y + GAP
    shown = view.advert if isinstance(view, Invoice) and desk.shows("advert") else None
    spare = page.limit - y - least - below
    reserved = parts.ADVERT_HEIGHT + GAP if shown else 0.0
    height = min(least + max(spare - (reserved if spare >= reserved else 0.0), 0.0), most)
    _cards(desk, view, page, (y, height))
    page.y = y + height
    if text:
        note_end = parts.note(page, text, y + 12 if is_beside else page.y + 15, note_room)
        page.y = max(page.y, note_end)
    fits = [page for page in made if page.y + GAP + parts.ADVERT_HEIGHT <= page.limit]
    if shown and fits:
        parts.advert(desk, fits[0], shown, fits[0].y + GAP)
    slip = _slip(view)
    if slip and parts.slip_height(desk, slip):
        due = view.due if isinstance(view, Invoice) else None
        hint = desk.writer.say("pill.due", date=due.isoformat()) if due else ""
        parts.slip(desk, made[0], slip, hint)


def _card_heights(desk: Desk, view: Invoice | CreditNote) -> tuple[float, float]:
    """The least and the most: without charts the totals keep to themselves."""
    has_chart = isinstance(view, Invoice) and bool(
        (view.chart and desk.shows("chart")) or (view.months and desk.shows("months"))
    )
    needed = _totals_height(desk, view)
    if not has_chart:
        return needed, needed
    is_daily = isinstance(view, Invoice) and view.chart and desk.shows("chart")
    return max(CARDS_HEIGHT, needed), CARDS_HIGHEST if is_daily else CARDS_HEIGHT + 20


def _totals_height(desk: Desk, view: Invoice | CreditNote) -> float:
    months = MONTHS_HEIGHT if isinstance(view, Invoice) and view.months and desk.shows("months") else 0.0
    return 13.0 + 13.0 * len(_totals(desk, view)[0]) + 34.0 + months


def _cards(desk: Desk, view: Invoice | CreditNote, page: Page, place: tuple[float, float]) -> None:
    """Usage (or the twelve months) at the start, totals at the end, of equal height."""
    y, height = place
    room = desk.paper.room
    right = TOTALS_WIDTH
    left = room - right - 16
    has_months = isinstance(view, Invoice) and bool(view.months) and desk.shows("months")
    if isinstance(view, Invoice) and view.chart and desk.shows("chart"):
        meter = 20.0 if view.chart.meter else 0.0
        plot = charts.usage(view.chart, desk.writer, left - 44, height - 44 - meter)
        page.add("usage", y, x=MARGIN, width=left, height=height, chart=plot)
    elif has_months and isinstance(view, Invoice):
        plot = charts.months(view.months, desk.writer, left - 28, height - 44)
        label = desk.writer.say("label.months")
        page.add("months_card", y, x=MARGIN, width=left, height=height, chart=plot, label=label)
        has_months = False
    rows, total = _totals(desk, view)
    parts.totals(page, (MARGIN + left + 16, y, right, height), rows, total)
    if has_months and isinstance(view, Invoice):
        top = _totals_height(desk, view) - MONTHS_HEIGHT
        plot = charts.months(view.months, desk.writer, right - 22, height - top - 30)
        label = desk.writer.say("label.months")
        page.add("months", y + top, x=MARGIN + left + 16 + 11, width=right - 22, chart=plot, label=label)


def _totals(desk: Desk, view: Invoice | CreditNote) -> tuple[list[list[str]], list[str]]:
    writer, form = desk.writer, desk.writer.form
    rows: list[list[str]] = [[writer.say("label.net"), "", form.money(view.totals.net)]]
    for tax in view.taxes:
        rate = form.number(
            tax.rate.normalize() if tax.rate != tax.rate.to_integral() else tax.rate.quantize(Decimal(1))
        )
        name, base = writer.text(tax.text), f"({form.amount(tax.base)})"
        rows += _tax_rows(name, form.ltr(f"{rate} %"), base, form.money(tax.amount))
    key = "label.total" if isinstance(view, Invoice) else "label.total_credit"
    return rows, [writer.say(key), form.money(view.totals.total)]


def _tax_rows(name: str, rate: str, base: str, amount: str) -> list[list[str]]:
    """One row, or two where all does not fit side by side; the rate is never cut."""
    words = typefaces.width(f"{name} {rate}{amount}", 8.3) + typefaces.width(base, 6.8)
    if words < TOTALS_WIDTH - 30:
        return [[f"{name} {rate}", base, amount]]
    room = TOTALS_WIDTH - 30 - typefaces.width(amount, 8.3)
    return [[typefaces.fitted(name, 8.3, room), "", amount], [rate, base, ""]]
