"""Small documents to be judged: tables of rows of texts, on pages whose scan is the page itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from crossfoot import amounts
from crossfoot.document import Box, Cell, Document, Page, Part, Scan, SourceInfo, Table, TablePart

WIDTH, HEIGHT = 100.0, 30.0  # of a cell


def place(row: int, col: int, row_span: int = 1, col_span: int = 1, top: float = 0.0) -> Box:
    return Box(col * WIDTH, top + row * HEIGHT, (col + col_span) * WIDTH, top + (row + row_span) * HEIGHT)


def cell(row: int, col: int, text: str = "", page: int = 1, top: float = 0.0, **more: Any) -> Cell:
    """A cell whose amount is what its text spells, except in the first column."""
    parsed = amounts.parse(text) if col else None
    box = place(row, col, more.get("row_span", 1), more.get("col_span", 1), top)
    return Cell(
        row, col, text=text, amount=parsed.value if parsed else None, parts=(Part(page, box),), **more
    )


def table(
    rows: Sequence[Sequence[str]], name: str = "t1", page: int = 1, top: float = 0.0, **more: Any
) -> Table:
    """A table of texts on one page; amounts wherever they parse, except in the first column."""
    cells = tuple(cell(r, c, text, page, top) for r, texts in enumerate(rows) for c, text in enumerate(texts))
    shape = len(rows), len(rows[0])
    parts = (TablePart(page, place(0, 0, *shape, top)),)
    return Table(name, shape, cells, parts=parts, **more)


def document(*tables: Table, pages: int = 3, **more: Any) -> Document:
    return Document(
        source=SourceInfo("a.pdf", "0", pages),
        pages=tuple(upright(number + 1) for number in range(pages)),
        tables=tables,
        **more,
    )


def upright(number: int) -> Page:
    scan = Scan(2000, 3000, 200.0, "image")
    return Page(number, 2000, 3000, scan, ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)))


def changed(result: Table, row: int, col: int, **values: Any) -> Table:
    """The table with one cell's fields replaced; a new text brings its amount along."""
    if "text" in values and "amount" not in values:
        parsed = amounts.parse(values["text"])
        values["amount"] = parsed.value if parsed else None
    cells = [replace(c, **values) if (c.row, c.col) == (row, col) else c for c in result.cells]
    return replace(result, cells=tuple(cells))


def without_row(result: Table, row: int) -> Table:
    """The table with a row of single cells lost and those below moved up."""
    cells = (replace(c, row=c.row - (c.row > row)) for c in result.cells if c.row != row)
    return replace(result, shape=(result.shape[0] - 1, result.shape[1]), cells=tuple(cells))


def without_places(result: Table) -> Table:
    """The table as a tool gives it that tells texts only."""
    return replace(result, parts=(), cells=tuple(replace(c, parts=(), amount=None) for c in result.cells))
