"""Cells as a tool states them, with where they stand → a predicted table."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...document import Box, Cell, Part, Table, TablePart
from ...sheets.grid import Grid as Mended
from .records import PredictedTable


@dataclass(frozen=True, slots=True)
class Place:
    """Where a table stands: page, its box, and the frame of this and all boxes of its cells."""

    page: int | None = None
    box: Box | None = None
    frame: tuple[float, float] | None = None


class Grid(Mended):
    """A grid whose cells have boxes where the tool gives them."""

    def __init__(self, name: str, rows: int, cols: int = 0) -> None:
        super().__init__(name, rows, cols)
        self._boxes: dict[tuple[int, int], Box] = {}

    def add(self, cell: Cell, box: Box | None = None) -> Cell:
        """Put a cell down, cut to what is free; the cell that its text went to."""
        free = self.free(cell.row, cell.col) == cell.col
        fitted = super().add(cell)
        if box is not None and free:
            self._boxes[cell.row, cell.col] = box
        return fitted

    def finish(self, place: Place) -> PredictedTable:
        """The complete table, without an id; a cell's box needs the page to become one of its parts."""
        shape, cells, repairs = self.complete()
        parts = (TablePart(place.page, place.box),) if place.page and place.box else ()
        table = Table(
            id="",
            shape=shape,
            cells=tuple(self._placed(cell, place) for cell in cells),
            parts=parts,
            header_rows=min((c.row for c in self.stated if not c.header), default=shape[0]),
        )
        return PredictedTable(table, place.page, place.box, place.frame, repairs)

    def _placed(self, cell: Cell, place: Place) -> Cell:
        box = self._boxes.get((cell.row, cell.col))
        return replace(cell, parts=(Part(place.page, box),)) if box and place.page else cell
