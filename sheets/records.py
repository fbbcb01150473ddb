"""A sheet → the record of its table and of the texts around it, as if it had been read from a page.

The lines beside the grid are laid out above and below it and read by `layout.surroundings`;
header rows, roles of columns and amounts come from `layout.roles`. The record has no boxes.
"""

from __future__ import annotations

from dataclasses import replace

from ..amounts import scale
from ..document import Box, Cell, Reading, Table, Text
from ..layout.headers import is_numbering
from ..layout.paragraphs import Line as PageLine
from ..layout.roles import describe
from ..layout.surroundings import Surroundings, read_surroundings
from .sheet import Line, Sheet

SOURCE = "file"
"""The source of readings that nobody had to read."""

_WIDTH, _HEIGHT, _STEP = 1000.0, 20.0, 40.0  # of the page that lines are laid out on
_LINES = 40  # beside a table that are looked at, above and below
_CHARACTERS = 2000  # of a line that are kept
_NOWHERE = Box(0, 0, 0, 0)


def record(sheet: Sheet, table_id: str, number: int) -> tuple[Table, tuple[Text, ...]]:
    """The table of a sheet and the texts around it.

    Args:
        sheet: a complete grid.
        table_id: the table's id; those of texts begin with it.
        number: of the sheet in its file from 1, where texts say their page.
    """
    above, below = sheet.above[-_LINES:], sheet.below[:_LINES]
    around = _surroundings(above, below)
    lines = [*above, *below]
    texts = tuple(
        Text(f"{table_id}.x{n + 1}", role, number, _NOWHERE, lines[n].text[:_CHARACTERS])
        for n, role in sorted(around.roles)
    )
    unit = sheet.unit if scale(sheet.unit) is not None else around.unit
    table = Table(
        table_id,
        sheet.shape,
        tuple(sorted(map(_exact, sheet.cells), key=lambda cell: (cell.row, cell.col))),
        title=sheet.title or around.title,
        organization=sheet.organization or around.organization,
        year=sheet.year if sheet.year is not None else around.year,
        stage=around.stage,
        unit=unit,
        notes=tuple(f"{table_id}.x{n + 1}" for n in around.notes),
    )
    described = describe(table, _header_rows(sheet))
    columns = tuple(replace(c, unit=unit) if c.role == "amount" else c for c in described.columns)
    return replace(described, columns=columns), texts


def _exact(cell: Cell) -> Cell:
    """A cell whose text nobody had to read: there are no other readings of it."""
    return replace(cell, reading=Reading(cell.text, 1.0, SOURCE))


def _header_rows(sheet: Sheet) -> int | None:
    """The header rows that the file states, with a row of column numbers below that it may not count."""
    rows = sheet.header_rows
    if rows is None or rows >= sheet.shape[0]:
        return rows
    below = [cell.text for cell in sheet.cells if cell.row == rows]
    return rows + 1 if is_numbering(below) else rows


def _surroundings(above: tuple[Line, ...], below: tuple[Line, ...]) -> Surroundings:
    """What the lines say, laid out as on a page: headings centred, all else on the left."""
    top = _STEP * (len(above) + 1)
    table = Box(0, top, _WIDTH, top + _STEP)
    placed = [_laid_out(line, _STEP * (n + 1)) for n, line in enumerate(above)]
    placed += [_laid_out(line, top + _STEP * (n + 2)) for n, line in enumerate(below)]
    height = top + _STEP * (len(below) + 3)
    # Page numbers in margins are the business of pages; there are none here.
    return read_surroundings(placed, [table], height)[0]


def _laid_out(line: Line, top: float) -> PageLine:
    box = Box(400, top, 600, top + _HEIGHT) if line.heading else Box(0, top, 200, top + _HEIGHT)
    return PageLine(box, line.text, Reading(line.text, 1.0, SOURCE), _HEIGHT)
