"""A performance form as label cells and value cells: what a value stands under, beside and within.

Such forms are mazes of merged cells without columns. A value's meaning comes from the header
words above it, the label left of it in its row, and the merged label that spans its block.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ...document import Cell
from ..proposal import At
from ..view import TableView, plain
from .support import Figures

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_TOTAL = re.compile(r"(?:合计|总计|小计|总分|共计)$")
_WHOLE = re.compile(r"(?:资金|预算|支出|收入)总额$")
_KINDS = "performance."
MAX_ROWS = 600


def bare(text: str) -> str:
    """A plain label without remarks in brackets: 得分（20分*执行率） is 得分."""
    return _BRACKETS.sub("", text)


def is_form(view: TableView) -> bool:
    """Whether a table is to be read as a form: of a performance kind, or without columns of amounts."""
    kind = view.table.kind or ""
    return view.rows <= MAX_ROWS and (kind.startswith(_KINDS) or not view.panels)


@dataclass(frozen=True, slots=True)
class Head:
    """A cell of words above values."""

    at: At
    text: str


class FormGrid:
    """A form's cells with their meaning looked up."""

    def __init__(self, view: TableView) -> None:
        self.view = view
        self.figures = Figures(view)

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """All cells, from the top, from left to right."""
        return tuple(sorted(self.view.table.cells, key=lambda cell: (cell.row, cell.col)))

    @cached_property
    def by_row(self) -> dict[int, tuple[Cell, ...]]:
        """The cells that start in each row."""
        found: dict[int, list[Cell]] = {}
        for cell in self.cells:
            found.setdefault(cell.row, []).append(cell)
        return {row: tuple(cells) for row, cells in found.items()}

    def at(self, cell: Cell) -> At:
        """The address of a cell."""
        return At(self.view.id, cell.row, cell.col)

    def text(self, cell: Cell) -> str:
        """Its plain text."""
        return plain(cell.text)

    def is_value(self, cell: Cell) -> bool:
        """A number, a blank, or digits that were misread: no words."""
        return self.figures.fillable(self.at(cell))

    def is_words(self, cell: Cell) -> bool:
        """A label or a header."""
        return bool(cell.text.strip()) and not self.is_value(cell)

    def is_total(self, cell: Cell) -> bool:
        """A label that says total."""
        return self.is_words(cell) and bool(_TOTAL.search(bare(self.text(cell))))

    def may_total(self, cell: Cell) -> bool:
        """A label that says total, or names a whole whose parts may stand under it."""
        return self.is_total(cell) or (self.is_words(cell) and bool(_WHOLE.search(bare(self.text(cell)))))

    def label(self, row: int, col: int) -> Cell | None:
        """The nearest words left of a value, in its row."""
        while col > 0:
            cell = self.view.cell(row, col - 1)
            if self.is_words(cell):
                return cell
            col = cell.col
        return None

    def block(self, row: int, col: int) -> Cell | None:
        """The nearest label left of a column that spans a row and others: what these rows are about."""
        while col > 0:
            cell = self.view.cell(row, col - 1)
            if cell.row_span > 1 and self.is_words(cell):
                return cell
            col = cell.col
        return None

    def head(self, row: int, col: int) -> Head | None:
        """The nearest words above an address, in cells that cover its column."""
        while row > 0:
            cell = self.view.cell(row - 1, col)
            if self.is_words(cell):
                return Head(self.at(cell), self.text(cell))
            row = cell.row
        return None

    def below(self, head: Cell) -> Iterator[Cell]:
        """The values that stand under a header, down to the next words; each starts in its column."""
        row = head.row + head.row_span
        while row < self.view.rows:
            cell = self.view.cell(row, head.col)
            if cell.col != head.col or cell.row != row or not self.is_value(cell):
                return
            yield cell
            row += cell.row_span

    def find(self, pattern: re.Pattern[str]) -> Iterator[Cell]:
        """Cells of words whose text without brackets matches wholly."""
        for cell in self.cells:
            if self.is_words(cell) and pattern.fullmatch(bare(self.text(cell))):
                yield cell

    def beside(self, label: Cell) -> Cell | None:
        """The value right of a label."""
        col = label.col + label.col_span
        cell = self.view.cell(label.row, col) if col < self.view.cols else None
        return cell if cell is not None and self.is_value(cell) and cell.row == label.row else None
