"""Cells as a tool states them → a complete grid, mended by fixed rules and every mend counted.

Tools write rows of unequal length, spans that run into other cells or out of the table, and
two cells for one address. A span is cut where it would meet another cell; a cell whose own
address is taken gives its text to the cell that has it; what nobody covers becomes blank.
Nothing that a tool read is dropped.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...document import MAX_ADDRESSES, Box, Cell, Part, Table, TablePart
from ...errors import LimitExceeded
from .records import PredictedTable


@dataclass(frozen=True, slots=True)
class Place:
    """Where a table stands: page, its box, and the frame of this and all boxes of its cells."""

    page: int | None = None
    box: Box | None = None
    frame: tuple[float, float] | None = None


class Grid:
    """A table of `rows` × `cols` that grows to the right, filled cell by cell.

    Raises:
        LimitExceeded: more than MAX_ADDRESSES addresses.
    """

    def __init__(self, name: str, rows: int, cols: int = 0) -> None:
        self._name = name
        self._shape = (rows, cols)
        self._cells: list[Cell] = []
        self._boxes: list[Box | None] = []
        self._owner: dict[tuple[int, int], int] = {}
        self._repairs = 0
        self._check()

    def free(self, row: int, col: int) -> int:
        """The first free column of a row from `col` on."""
        while (row, col) in self._owner:
            col += 1
        return col

    def add(self, cell: Cell, box: Box | None = None) -> Cell:
        """Put a cell down, cut to what is free; the cell that its text went to."""
        taken = self._owner.get((cell.row, cell.col))
        if taken is not None:
            self._repairs += 1
            there = self._cells[taken]
            self._cells[taken] = replace(there, text="\n".join(t for t in (there.text, cell.text) if t))
            return self._cells[taken]
        rows, cols = self._shape
        self._shape = (rows, max(cols, cell.col + cell.col_span))
        self._check()
        fitted = self._fitted(cell)
        self._repairs += fitted is not cell
        self._owner |= {(row, col): len(self._cells) for row in fitted.rows for col in fitted.cols}
        self._cells.append(fitted)
        self._boxes.append(box)
        return fitted

    def _fitted(self, cell: Cell) -> Cell:
        width = next((c - cell.col for c in cell.cols if (cell.row, c) in self._owner), cell.col_span)
        most = min(cell.row_span, self._shape[0] - cell.row)
        cols = range(cell.col, cell.col + width)
        height = next(
            (r for r in range(most) if any((cell.row + r, c) in self._owner for c in cols)),
            most,
        )
        cut = (height, width) != (cell.row_span, cell.col_span)
        return replace(cell, row_span=height, col_span=width) if cut else cell

    def finish(self, place: Place) -> PredictedTable:
        """The complete table, without an id; a cell's box needs the page to become one of its parts."""
        rows, cols = self._shape
        blank = [
            Cell(row, col) for row in range(rows) for col in range(cols) if (row, col) not in self._owner
        ]
        placed = (
            replace(cell, parts=(Part(place.page, box),)) if box and place.page else cell
            for cell, box in zip(self._cells, self._boxes, strict=True)
        )
        cells = tuple(sorted([*placed, *blank], key=lambda cell: (cell.row, cell.col)))
        parts = (TablePart(place.page, place.box),) if place.page and place.box else ()
        table = Table(
            id="",
            shape=(rows, cols) if cols else (0, 0),
            cells=cells,
            parts=parts,
            header_rows=min((c.row for c in self._cells if not c.header), default=rows if cols else 0),
        )
        return PredictedTable(table, place.page, place.box, place.frame, self._repairs + len(blank))

    def _check(self) -> None:
        rows, cols = self._shape
        if rows * max(cols, 1) > MAX_ADDRESSES:
            raise LimitExceeded(f"a table has more than {MAX_ADDRESSES} addresses", name=self._name)
