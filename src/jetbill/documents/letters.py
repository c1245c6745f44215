"""Receipts and statements laid out page by page."""

from jetbill.documents import annex, parts, sheet, typefaces
from jetbill.documents.parts import GAP, Desk, Facts
from jetbill.documents.sheet import MARGIN, NEXT_TOP, Column, Page, Row
from jetbill.documents.view import Ageing, Entry, Receipt, Statement

TABLE_TOP = 233.0
CARD_HEIGHT = 92.0
CARD_WIDTH = 200.0


def receipt_pages(desk: Desk, view: Receipt) -> list[Page]:
    """What was received, what it settled, what is left."""
    writer, form = desk.writer, desk.writer.form
    first = Page(limit=desk.paper.limit)
    received = writer.say("pill.received", date=(view.received or view.date).isoformat())
    parts.band(desk, first, writer.say("band.receipt"), form.money(view.amount), received)
    lowest = parts.columns(desk, first, _receipt_facts(desk, view))
    columns = _receipt_columns(desk)
    rows = [
        sheet.line(
            columns,
            (
                form.ltr(settled.number),
                form.day_medium(settled.date),
                form.amount(settled.total),
                form.amount(settled.paid),
                form.amount(settled.open),
            ),
        )
        for settled in view.settled
    ]
    made = _table(desk, first, (columns, rows, max(TABLE_TOP, lowest + 8)), receipt_title(desk, view))
    totals = [[writer.say("label.amount_received"), "", form.money(view.amount)]]
    if view.unallocated:
        totals.append([writer.say("label.unallocated"), "", form.money(view.unallocated)])
    last = [writer.say("label.balance"), form.money(view.balance)] if view.balance is not None else None
    page = _card(desk, made, totals, last or [writer.say("label.amount_received"), form.money(view.amount)])
    if view.note:
        room = desk.paper.room - CARD_WIDTH - 30
        parts.note(page, writer.text(view.note), page.y - 13.0 - 13.0 * len(totals) - 22, room)
    return made


def statement_pages(desk: Desk, view: Statement) -> list[Page]:
    """Every entry with the balance after it, the open amounts by age, and a slip where something is owed."""
    writer, form = desk.writer, desk.writer.form
    first = Page(limit=desk.paper.limit - parts.slip_height(desk, view.slip))
    as_of = writer.say("pill.as_of", date=view.date.isoformat())
    parts.band(desk, first, writer.say("band.statement"), form.money(view.closing), as_of)
    lowest = parts.columns(desk, first, _statement_facts(desk, view))
    columns = _statement_columns(desk)
    opening = ("", writer.say("entry.opening"), "", "", "", form.amount(view.opening))
    rows = [sheet.line(columns, opening)] + [
        sheet.line(columns, _entry(desk, entry)) for entry in view.entries
    ]
    made = _table(desk, first, (columns, rows, max(TABLE_TOP, lowest + 8)), statement_title(desk, view))
    charged = sum((entry.debit for entry in view.entries if entry.debit is not None), view.opening * 0)
    credited = sum((entry.credit for entry in view.entries if entry.credit is not None), view.opening * 0)
    totals = [
        [writer.say("label.opening"), "", form.money(view.opening)],
        [writer.say("label.charged"), "", form.money(charged)],
        [writer.say("label.credited"), "", form.money(-credited)],
    ]
    page = _card(desk, made, totals, [writer.say("label.closing"), form.money(view.closing)], CARD_HEIGHT)
    if view.ageing is not None:
        _ageing(desk, page, view.ageing)
    if view.note:
        parts.note(page, writer.text(view.note), page.y + 15, desk.paper.room)
    if view.slip and parts.slip_height(desk, view.slip):
        parts.slip(desk, made[0], view.slip, as_of)
    return made


def receipt_title(desk: Desk, view: Receipt) -> str:
    """The document's title: "Receipt R-2026-1"."""
    return f"{desk.writer.say('title.receipt')} {desk.writer.form.ltr(view.number)}"


def statement_title(desk: Desk, view: Statement) -> str:
    """The document's title: "Statement · 1 Sep – 30 Nov 2026"."""
    return f"{desk.writer.say('title.statement')} · {desk.writer.form.span(view.period)}"


def _receipt_facts(desk: Desk, view: Receipt) -> tuple[Facts, Facts, Facts]:
    writer, form = desk.writer, desk.writer.form
    about = [f"{writer.say('label.date')}: {form.day(view.date)}"]
    about.append(f"{writer.say('label.method')}: {writer.text(view.method)}")
    if view.reference:
        about.append(f"{writer.say('label.reference')}: {form.ltr(view.reference)}")
    balance = [(writer.say("label.balance"), form.money(view.balance))] if view.balance is not None else []
    return (
        parts.buyer_facts(desk, "label.received_from"),
        Facts(writer.say("title.receipt"), form.ltr(view.number), tuple(about)),
        Facts(writer.say("label.account"), form.ltr(view.customer), tuple(balance), is_strong_last=True),
    )


def _statement_facts(desk: Desk, view: Statement) -> tuple[Facts, Facts, Facts]:
    writer, form = desk.writer, desk.writer.form
    about = (f"{writer.say('label.date')}: {form.day(view.date)}",)
    balances = (
        (writer.say("label.opening"), form.money(view.opening)),
        (writer.say("label.closing"), form.money(view.closing)),
    )
    return (
        parts.buyer_facts(desk, "label.bill_to"),
        Facts(writer.say("title.statement"), form.span(view.period), about),
        Facts(writer.say("label.account"), form.ltr(view.customer), balances, is_strong_last=True),
    )


def _receipt_columns(desk: Desk) -> tuple[Column, ...]:
    say = desk.writer.say
    return (
        Column(say("head.invoice"), desk.paper.room - 350),
        Column(say("head.date"), 110),
        Column(say("head.total"), 80, is_end=True),
        Column(say("head.paid"), 80, is_end=True),
        Column(say("head.open"), 80, is_end=True),
    )


def _statement_columns(desk: Desk) -> tuple[Column, ...]:
    say = desk.writer.say
    return (
        Column(say("head.date"), 86),
        Column(say("head.text"), desk.paper.room - 386),
        Column(say("head.number"), 106),
        Column(say("head.debit"), 64, is_end=True),
        Column(say("head.credit"), 64, is_end=True),
        Column(say("head.balance"), 66, is_end=True),
    )


def _entry(desk: Desk, entry: Entry) -> tuple[str, ...]:
    form = desk.writer.form
    return (
        form.day_medium(entry.date),
        desk.writer.text(entry.text),
        form.ltr(entry.number),
        form.amount(entry.debit) if entry.debit is not None else "",
        form.amount(entry.credit) if entry.credit is not None else "",
        form.amount(entry.balance),
    )


def _table(
    desk: Desk, first: Page, table: tuple[tuple[Column, ...], list[Row], float], title: str
) -> list[Page]:
    columns, rows, top = table
    limit = desk.paper.limit
    chunks = sheet.split(
        rows, first.limit - top - sheet.HEAD_ROW, limit - NEXT_TOP - sheet.HEAD_ROW, "{text}"
    )
    made = []
    for at, chunk in enumerate(chunks):
        page, y = (first, top) if at == 0 else (Page(limit=limit), NEXT_TOP)
        if at:
            page.add("heading", annex.TOP, title=typefaces.fitted(title, 13, desk.paper.room, "bold"))
        if chunk:
            page.add("table", y, **sheet.table_block(columns, chunk), rule=at == len(chunks) - 1)
            y += sheet.height(chunk)
        page.y = y
        made.append(page)
    return made


def _card(desk: Desk, made: list[Page], rows: list[list[str]], total: list[str], least: float = 0.0) -> Page:
    """The totals at the end edge, on a page of their own where the last one is full."""
    page = made[-1]
    height = max(13.0 + 13.0 * len(rows) + 34.0, least)
    if page.y + GAP + height + 10 > page.limit:
        page = Page(limit=desk.paper.limit, y=annex.TOP)
        made.append(page)
    y = page.y + GAP
    parts.totals(page, (MARGIN + desk.paper.room - CARD_WIDTH, y, CARD_WIDTH, height), rows, total)
    page.y = y + height
    return page


def _ageing(desk: Desk, page: Page, ageing: Ageing) -> None:
    """Five bars beside the totals, one per age."""
    writer, form = desk.writer, desk.writer.form
    names = ("current", "days_30", "days_60", "days_90", "older")
    values = [getattr(ageing, name) for name in names]
    top = max([*(float(value) for value in values), 0.01])
    rows = [
        [writer.say(f"ageing.{name}"), form.amount(value), round(max(float(value), 0.0) / top, 3)]
        for name, value in zip(names, values, strict=True)
    ]
    width = desk.paper.room - CARD_WIDTH - 16
    y = page.y - CARD_HEIGHT
    page.add(
        "ageing", y, x=MARGIN, width=width, height=CARD_HEIGHT, rows=rows, label=writer.say("label.ageing")
    )
