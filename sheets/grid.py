"""Cells as somebody states them → a complete grid, mended by fixed rules and every mend counted.

Programs write rows of unequal length, spans that run into other cells or out of the table, and
two cells for one address. A span is cut where it would meet another cell; a cell whose own
address is taken gives its text to the cell that has it; what nobody covers becomes blank.
Nothing that was written is dropped.
"""

from __future__ import annotations

from dataclasses import replace

from ..document import MAX_ADDRESSES, Cell
from ..errors import LimitExceeded


class Grid:
    """A table of `rows` × `cols` that grows to the right, filled cell by cell.

    Raises:
        LimitExceeded: more than MAX_ADDRESSES addresses.
    """

    def __init__(self, name: str, rows: int, cols: int = 0) -> None:
        self._name = name
        self._shape = (rows, cols)
        self._cells: list[Cell] = []
        self._owner: dict[tuple[int, int], int] = {}
        self._repairs = 0
        self._check()

    def free(self, row: int, col: int) -> int:
        """The first free column of a row from `col` on."""
        while (row, col) in self._owner:
            col += 1
        return col

    def add(self, cell: Cell) -> Cell:
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

    @property
    def stated(self) -> tuple[Cell, ...]:
        """The cells put down so far, as they were fitted."""
        return tuple(self._cells)

    def complete(self) -> tuple[tuple[int, int], tuple[Cell, ...], int]:
        """The shape, all cells with blanks where nobody put one, and the number of mends."""
        rows, cols = self._shape
        blank = [
            Cell(row, col) for row in range(rows) for col in range(cols) if (row, col) not in self._owner
        ]
        cells = tuple(sorted([*self._cells, *blank], key=lambda cell: (cell.row, cell.col)))
        return (rows, cols) if rows and cols else (0, 0), cells, self._repairs + len(blank)

    def _check(self) -> None:
        rows, cols = self._shape
        if rows * max(cols, 1) > MAX_ADDRESSES:
            raise LimitExceeded(f"a table has more than {MAX_ADDRESSES} addresses", name=self._name)
