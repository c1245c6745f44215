"""Paper, margins and tables broken into pages: everything is placed in points from the top start corner of
a page.

Heights are known before typesetting, so "page x / N" is right and no row can run over head or foot.
"""

from dataclasses import dataclass, field
from typing import Any

from jetbill.documents import typefaces

MARGIN = 45.0
HEAD_ROW = 15.5
LINE_ROW = 14.5
GROUP_ROW = 17.5
EXTRA_LINE = 10.4
NEXT_TOP = 74.0
"""Where the table head of a continuation page begins."""

Block = dict[str, Any]
"""One drawing of the templates: {"kind": ..., "y": ...} and what that kind needs."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet of paper in points."""

    width: float
    height: float

    @property
    def room(self) -> float:
        """The width of the text."""
        return self.width - 2 * MARGIN

    @property
    def foot(self) -> float:
        """Where the footer's hairline is drawn."""
        return self.height - 30

    @property
    def limit(self) -> float:
        """No content below this."""
        return self.foot - 9


PAPERS = {"a4": Paper(595.28, 841.89), "us-letter": Paper(612.0, 792.0)}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its head, alignment, and width in points; `size` of its text."""

    head: str
    width: float
    is_end: bool = False
    size: float = 8.3
    is_grey: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """`kind` is line, group or sum. A group names the lines after it; it is repeated where they go over a
    page.
    """

    kind: str
    cells: tuple[str, ...]
    height: float


@dataclass(slots=True)
class Page:
    """What is drawn on one page, and down to where it is filled."""

    blocks: list[Block] = field(default_factory=list)
    y: float = 0.0
    limit: float = 0.0

    def add(self, kind: str, y: float, **values: Any) -> None:
        self.blocks.append({"kind": kind, "y": y, **values})


def line(columns: tuple[Column, ...], cells: tuple[str, ...], kind: str = "line") -> Row:
    """A row whose first two cells are wrapped where they are too long; others are cut to fit."""
    wrapped, most = [], 1
    for column, text in zip(columns, cells, strict=True):
        room = column.width - 14
        if typefaces.width(text, column.size) > room:
            parts = typefaces.lines(text, column.size, room)
            most = max(most, len(parts))
            text = "\n".join(parts)
        wrapped.append(text)
    height = LINE_ROW + EXTRA_LINE * (most - 1)
    return Row(kind, tuple(wrapped), height)


def split(rows: list[Row], first: float, following: float, continued: str) -> list[list[Row]]:
    """The rows page by page: `first` points on the first page, `following` on every other one.

    A group's row never stands last on a page; where its lines go on, "continued" (a text with {text}) is
    put on top. A first page with too little room for a group and a line stays empty.
    """
    pages: list[list[Row]] = [[]]
    room, group = first, None
    for row, after in zip(rows, [*rows[1:], None], strict=True):
        needed = row.height + (after.height if row.kind == "group" and after else 0)
        if needed > room:
            pages.append([])
            room = following
            if row.kind == "line" and group is not None:
                again = Row("group", (continued.replace("{text}", group.cells[0]), ""), GROUP_ROW)
                pages[-1].append(again)
                room -= again.height
        group = row if row.kind == "group" else group
        pages[-1].append(row)
        room -= row.height
    return pages


def height(rows: list[Row]) -> float:
    """Of a table with these rows and its head."""
    return HEAD_ROW + sum(row.height for row in rows)


def table_block(columns: tuple[Column, ...], rows: list[Row]) -> Block:
    """The table as the templates draw it."""
    return {
        "columns": [column.width for column in columns],
        "ends": [column.is_end for column in columns],
        "sizes": [column.size for column in columns],
        "greys": [column.is_grey for column in columns],
        "head": [column.head for column in columns],
        "heights": [row.height for row in rows],
        "rows": [{"kind": row.kind, "cells": row.cells} for row in rows],
        "height": height(rows),
    }
