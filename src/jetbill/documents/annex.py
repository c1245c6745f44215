"""Itemised lists in rows of fixed height, so that pages can be counted; about 62 rows on a page.

A group that goes over a page says so at its top. Lists above LONGEST lines leave the document: see
`long_lists`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from jetbill.documents import typefaces
from jetbill.documents.sheet import MARGIN, Page, Paper
from jetbill.documents.view import Annex, Itemised
from jetbill.documents.writer import Writer

LONGEST = 5000
TOP = 45.0
HEAD_TOP = 67.0
HEAD_ROW = 15.5
ROWS_TOP = HEAD_TOP + HEAD_ROW + 3
ROW = 11.3
GROUP_ROW = 18.0
SIZE = 7.0

Cell = Callable[[Writer, str], str]


@dataclass(frozen=True, slots=True)
class Kind:
    """A column of an itemised list: how wide against the others, whether flush at the end, how a cell is
    written.
    """

    weight: float
    is_end: bool
    write: Cell


KINDS: dict[str, Kind] = {
    "day": Kind(54, False, lambda writer, cell: writer.form.day_short(date.fromisoformat(cell))),
    "time": Kind(50, False, lambda writer, cell: writer.form.ltr(cell)),
    "from": Kind(82, False, lambda writer, cell: writer.form.ltr(cell)),
    "to": Kind(98, False, lambda writer, cell: writer.form.ltr(cell)),
    "destination": Kind(122, False, Writer.cell),
    "service": Kind(110, False, Writer.cell),
    "login": Kind(120, False, lambda writer, cell: writer.form.ltr(cell)),
    "direction": Kind(60, False, Writer.cell),
    "text": Kind(150, False, Writer.cell),
    "duration": Kind(50, True, lambda writer, cell: writer.form.duration(int(cell))),
    "volume": Kind(70, True, lambda writer, cell: writer.form.number(Decimal(cell))),
    "quantity": Kind(55, True, lambda writer, cell: writer.form.number(Decimal(cell))),
    "amount": Kind(50, True, lambda writer, cell: writer.form.amount(Decimal(cell))),
}


def lines(annex: Annex | None) -> int:
    """How many rows the annex has."""
    if annex is None:
        return 0
    return sum(len(group.rows) for itemised in annex.lists for group in itemised.groups)


def pages(annex: Annex, writer: Writer, paper: Paper, reference: str) -> list[Page]:
    """Every page of the annex, each with its title, head and rows."""
    return [page for itemised in annex.lists for page in _list_pages(itemised, writer, paper, reference)]


def _list_pages(itemised: Itemised, writer: Writer, paper: Paper, reference: str) -> list[Page]:
    for name in itemised.columns:
        if name not in KINDS:
            raise ValueError(f"annex: column {name!r} is none of {', '.join(KINDS)}")
    kinds = [KINDS[name] for name in itemised.columns]
    scale = paper.room / sum(kind.weight for kind in kinds)
    widths = [kind.weight * scale for kind in kinds]
    head = {
        "title": typefaces.fitted(writer.text(itemised.text), 13, paper.room * 0.48, "bold"),
        "reference": typefaces.fitted(reference, 6.8, paper.room * 0.48),
        "head": [writer.say(f"column.{name}") for name in itemised.columns],
        "ends": [kind.is_end for kind in kinds],
        "edges": _edges(widths, kinds),
        "head_y": HEAD_TOP,
    }
    made = []
    for rows in _flow(itemised, writer, paper.limit, list(zip(kinds, widths, strict=True))):
        page = Page()
        page.add("annex", TOP, **head, rows=rows)
        made.append(page)
    return made


def _edges(widths: list[float], kinds: list[Kind]) -> list[float]:
    """Where the text of each column begins, or ends where it is flush at the end."""
    edges, x = [], MARGIN
    for width, kind in zip(widths, kinds, strict=True):
        edges.append(round(x + width - 5 if kind.is_end else x + 5, 2))
        x += width
    return edges


def _flow(
    itemised: Itemised, writer: Writer, limit: float, columns: list[tuple[Kind, float]]
) -> list[list[list[object]]]:
    """Page by page: ["group", y, identifier, name, amount] and ["row", y, is_shaded, cells...]."""
    made: list[list[list[object]]] = [[]]
    y = ROWS_TOP
    for group in itemised.groups:
        title = [
            typefaces.fitted(writer.form.ltr(group.identifier), 8, 100 if group.name else 300, "semibold"),
            typefaces.fitted(writer.form.auto(group.name), SIZE, 240),
            writer.form.money(group.amount),
        ]
        if y + GROUP_ROW + ROW > limit:
            made.append([])
            y = ROWS_TOP
        made[-1].append(["group", round(y, 2), *title])
        y += GROUP_ROW
        again = writer.say("group.continued", text=typefaces.fitted(group.identifier, 8, 240))
        for at, row in enumerate(group.rows):
            if y + ROW > limit:
                made.append([["group", ROWS_TOP, again, "", ""]])
                y = ROWS_TOP + GROUP_ROW
            cells = [
                _written(kind, width, writer, cell) for (kind, width), cell in zip(columns, row, strict=True)
            ]
            made[-1].append(["row", round(y, 2), at % 2 == 0, *cells])
            y += ROW
    return made


def _written(kind: Kind, width: float, writer: Writer, cell: str) -> str:
    text = kind.write(writer, cell) if cell else ""
    return text if len(text) * SIZE * 0.45 < width - 8 else typefaces.fitted(text, SIZE, width - 8)
