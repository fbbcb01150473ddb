"""Tables drawn at random, with spans, empty cells and header cells, and damaged copies of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from crossfoot.document import Box, Cell, Part, Table

TEXTS = (
    "",
    "",
    "0.00",
    "合计",
    "合 计",
    "4,804.64",
    "4804.64",
    "一般公共预算财政拨款支出",
    "a<b&c",
    "（一）",
)


def table_from(cells: list[Cell], shape: tuple[int, int]) -> Table:
    return Table(id="t", shape=shape if min(shape) else (0, 0), cells=tuple(cells))


def random_table(
    rng: np.random.Generator, most_rows: int = 6, most_cols: int = 5, span: float = 0.25
) -> Table:
    rows, cols = int(rng.integers(0, most_rows + 1)), int(rng.integers(0, most_cols + 1))
    free = np.ones((rows, cols), bool)
    cells = []
    for row, col in np.ndindex(rows, cols):
        if not free[row, col]:
            continue
        height = width = 1
        if rng.random() < span:
            height, width = (int(n) for n in rng.integers(1, 4, 2))
        while not free[row : row + height, col : col + width].all():
            width -= 1
        height, width = min(height, rows - row), min(width, cols - col)
        free[row : row + height, col : col + width] = False
        text = str(rng.choice(TEXTS))
        cells.append(Cell(row, col, height, width, text=text, header=bool(rng.random() < 0.3)))
    return table_from(cells, (rows, cols))


def damaged(rng: np.random.Generator, table: Table) -> Table:
    """A copy with some texts changed, some merged cells split, and perhaps a row lost."""
    cells = []
    for cell in table.cells:
        if rng.random() < 0.2:
            cells += [Cell(row, col, text=cell.text) for row in cell.rows for col in cell.cols]
        elif rng.random() < 0.3:
            cells.append(replace(cell, text=cell.text[:-1] + str(rng.choice(TEXTS))))
        else:
            cells.append(cell)
    copy = table_from(cells, table.shape)
    return (
        without_row(copy, int(rng.integers(table.shape[0]))) if table.cells and rng.random() < 0.5 else copy
    )


def without_row(table: Table, lost: int) -> Table:
    cells = []
    for cell in table.cells:
        height = cell.row_span - (lost in cell.rows)
        if height:
            cells.append(replace(cell, row=cell.row - (cell.row > lost), row_span=height))
    return table_from(cells, (table.shape[0] - 1, table.shape[1]))


def with_boxes(table: Table, pitch: float = 20.0) -> Table:
    """The table drawn on page 1 with rows and columns of one pitch."""
    cells = [replace(cell, parts=(Part(1, Box(*(n * pitch for n in _edges(cell)))),)) for cell in table.cells]
    return table_from(cells, table.shape)


def _edges(cell: Cell) -> tuple[int, int, int, int]:
    return cell.col, cell.row, cell.cols.stop, cell.rows.stop
