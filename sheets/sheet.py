"""A table as a file states it, before it is a record: its grid and the lines around it.

Files put titles, units and notes where they like: in rows of the grid above the header and
below the body, in a caption, in text beside the table. `stripped` moves them out of the grid;
`records` reads them as it would read the lines around a table on a page.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from ..document import Cell, Table
from .strays import stray_rows

_NOTE = re.compile(r"^(?:注|备注|说明|附注)\s*\d*\s*[:.、]|^\d{1,3}\s{0,2}[行栏].{0,6}=")
_LAYERS = 3  # of titles with blank rows between
_LOOKED_AT = 8  # rows of what may be a further table
_MOST_PARTS = 1000  # tables on one sheet


@dataclass(frozen=True, slots=True)
class Line:
    """A line beside a table; `heading` if it is centred, a heading or a caption."""

    text: str
    heading: bool = False


@dataclass(frozen=True)
class Sheet:
    """A complete grid with what its file says of it; None where it says nothing.

    Attributes:
        name: what messages call it, file and place.
        shape: rows and columns.
        cells: in reading order.
        header_rows: None where the file does not tell them.
        above: lines before the table, from top to bottom.
        below: lines after it.
        title, unit, year, organization: where the file says them as such.
    """

    name: str
    shape: tuple[int, int]
    cells: tuple[Cell, ...]
    header_rows: int | None = None
    above: tuple[Line, ...] = ()
    below: tuple[Line, ...] = ()
    title: str | None = None
    unit: str | None = None
    year: int | None = None
    organization: str | None = None


def stripped(sheet: Sheet) -> list[Sheet]:
    """The tables of a grid, without the rows that stand above and below tables on paper.

    A grid holds several where a blank row is followed by a title or by the unit of the next.
    """
    rows = _by_row(sheet)
    cuts = [0, *_starts(sheet, rows), sheet.shape[0]]
    parts = (_part(sheet, rows, top, bottom) for top, bottom in pairwise(cuts))
    tables = (_without_notes(_without_titles(part)) for part in parts)
    return [table for table in tables if any(cell.text.strip() for cell in table.cells)]


def _by_row(sheet: Sheet) -> list[list[Cell]]:
    """The cells that start in each row."""
    rows: list[list[Cell]] = [[] for _ in range(sheet.shape[0])]
    for cell in sheet.cells:
        rows[cell.row].append(cell)
    return rows


def _starts(sheet: Sheet, rows: list[list[Cell]]) -> list[int]:
    """The first rows at which a further table begins."""
    filled = [False] * len(rows)
    for cell in sheet.cells:
        if cell.text.strip():
            filled[cell.row : cell.row + cell.row_span] = [True] * cell.row_span
    spanned = _spanned(sheet)
    first = filled.index(True) if any(filled) else len(rows)
    firsts = [r for r in range(first + 2, len(rows)) if filled[r] and not filled[r - 1] and r not in spanned]
    titled = (r for r in firsts if stray_rows(_table(_part(sheet, rows, r, min(r + _LOOKED_AT, len(rows))))))
    return list(islice(titled, _MOST_PARTS))


def _part(sheet: Sheet, rows: list[list[Cell]], top: int, bottom: int) -> Sheet:
    """The rows from `top` to before `bottom` as a sheet of their own."""
    cells = tuple(
        replace(cell, row=cell.row - top, row_span=min(cell.row_span, bottom - cell.row))
        for row in rows[top:bottom]
        for cell in row
    )
    if bottom == top:
        return replace(sheet, shape=(0, 0), cells=())
    headers = sheet.header_rows if not top else None
    return replace(sheet, cells=cells, shape=(bottom - top, sheet.shape[1]), header_rows=headers)


def _spanned(sheet: Sheet) -> set[int]:
    """Rows that a cell reaches into from above, at which no table may be cut."""
    return {row for cell in sheet.cells for row in cell.rows[1:]}


def _without_titles(sheet: Sheet) -> Sheet:
    """Blank rows and columns at the start go, and rows that read like a line above a table."""
    for _ in range(_LAYERS):
        sheet = _without_blank_start(sheet)
        if not sheet.shape[0]:
            return sheet
        number = len(stray_rows(_table(sheet)))
        if not number or number in _spanned(sheet):
            return sheet
        lines = [
            Line(cell.text.strip(), heading=len(row) == 1)
            for row in _filled_rows(sheet, number)
            for cell in row
        ]
        sheet = replace(_rows(sheet, number, sheet.shape[0]), above=(*sheet.above, *lines))
    return sheet


def _without_blank_start(sheet: Sheet) -> Sheet:
    filled = [cell for cell in sheet.cells if cell.text.strip()]
    top = min((cell.row for cell in filled), default=sheet.shape[0])
    left = min((cell.col for cell in filled), default=0)
    cut = _rows(sheet, top, sheet.shape[0]) if top and top not in _spanned(sheet) else sheet
    if not left or any(cell.col < left < cell.col + cell.col_span for cell in cut.cells):
        return cut
    cells = tuple(replace(cell, col=cell.col - left) for cell in cut.cells if cell.col >= left)
    return replace(cut, cells=cells, shape=(cut.shape[0], cut.shape[1] - left))


def _without_notes(sheet: Sheet) -> Sheet:
    """Blank rows at the end go, and rows whose only text is a note."""
    spanned = _spanned(sheet)
    notes: list[Line] = []
    end = sheet.shape[0]
    for row in reversed(list(_filled_rows(sheet, sheet.shape[0]))):
        text = unicodedata.normalize("NFKC", row[0].text).strip() if row else ""
        if end - 1 in spanned or (row and (len(row) > 1 or not _NOTE.match(text))):
            break
        notes += [Line(line) for line in reversed(row[0].text.splitlines())] if row else []
        end -= 1
    if end == sheet.shape[0] or not end:
        return sheet
    return replace(_rows(sheet, 0, end), below=(*reversed(notes), *sheet.below))


def _filled_rows(sheet: Sheet, number: int) -> Iterator[list[Cell]]:
    """Of each of the first rows the cells with text that start in it."""
    rows: list[list[Cell]] = [[] for _ in range(number)]
    for cell in sheet.cells:
        if cell.row < number and cell.text.strip():
            rows[cell.row].append(cell)
    return iter(rows)


def _rows(sheet: Sheet, top: int, bottom: int) -> Sheet:
    """The rows from `top` to before `bottom`, which no cell crosses; what is not there stays out."""
    cells = tuple(
        replace(cell, row=cell.row - top, row_span=min(cell.row_span, bottom - cell.row))
        for cell in sheet.cells
        if top <= cell.row < bottom
    )
    headers = sheet.header_rows and max(sheet.header_rows - top, 0)
    shape = (bottom - top, sheet.shape[1]) if bottom > top else (0, 0)
    return replace(sheet, cells=cells, shape=shape, header_rows=headers or None)


def _table(sheet: Sheet) -> Table:
    return Table("t", sheet.shape, sheet.cells)
