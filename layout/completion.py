"""Whether a ruled grid leaves rows or columns open, and whether text fits another grid better.

A printer may rule a frame and the rows and leave columns to the eye, or the other way round. Such
a grid shows in its cells: cell under cell holds several texts side by side, or several cells of a
row hold as many lines at the same heights.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..document import Box
from .engine import Grid, GridCell
from .geometry import clusters

_PHRASE = 1.5  # em of white between two texts of one line; letter-spaced words have less
_LINE = 0.5  # em between the middles of two lines
_SAME = 0.35  # em within which lines of two cells stand at one height
_COLUMN = 3  # cells of a column that hold several texts, and
_SHARE = 0.5  # of those that hold any: the column is several
_FEW = 3  # rows of a table that is ruled above and below its header and at its end
_LINES = 3  # in two cells of a row, at the same heights: the row is several
_FITS = 0.85  # score of a grid from text that may replace one from rulings

Floats = npt.NDArray[np.float64]


def is_open(grid: Grid, runs: Sequence[Box], em: float) -> bool:
    """Whether text says that rows or columns of a ruled grid are not ruled.

    Args:
        grid: from rulings.
        runs: the text inside it.
        em: size of the type in pixels.
    """
    if em <= 0 or not runs:
        return False
    # Only where a direction is not ruled at all: a form's cells may well hold lists and columns.
    rows, columns = grid.shape
    if columns > 1 and rows > _FEW:
        return False
    texts = _by_cell(grid, runs)
    return (columns == 1 and _columns_open(grid, texts, em)) or (rows <= _FEW and _rows_open(grid, texts, em))


def fits_better(other: Grid, grid: Grid, runs: Sequence[Box], em: float) -> bool:
    """Whether a grid from text parts what a grid from rulings left together, and cuts no text."""
    parts_more = len(other.cells) > len(grid.cells)
    return parts_more and other.score >= _FITS and not is_open(other, runs, em)


def _by_cell(grid: Grid, runs: Sequence[Box]) -> dict[int, Floats]:
    """Boxes (count, 4) of the runs of each cell, by its index."""
    cells = np.array([cell.box.to_list() for cell in grid.cells])
    found: defaultdict[int, list[list[float]]] = defaultdict(list)
    for run in runs:
        x, y = run.center
        inside = (cells[:, 0] <= x) & (x < cells[:, 2]) & (cells[:, 1] <= y) & (y < cells[:, 3])
        if inside.any():
            found[int(inside.argmax())].append(run.to_list())
    return {index: np.array(boxes) for index, boxes in found.items()}


def _columns_open(grid: Grid, texts: dict[int, Floats], em: float) -> bool:
    """Whether most cells of some column hold several texts side by side."""
    filled: defaultdict[tuple[int, int], int] = defaultdict(int)
    several: defaultdict[tuple[int, int], int] = defaultdict(int)
    for index, boxes in texts.items():
        cell = grid.cells[index]
        filled[cell.col, cell.col_span] += 1
        several[cell.col, cell.col_span] += _phrases(boxes, em) > 1
    return any(count >= _COLUMN and count > _SHARE * filled[key] for key, count in several.items())


def _phrases(boxes: Floats, em: float) -> int:
    """Most texts side by side on one line of a cell."""
    most = 0
    for line in clusters(((boxes[:, 1] + boxes[:, 3]) / 2).tolist(), _LINE * em):
        row = boxes[line][np.argsort(boxes[line, 0])]
        most = max(most, 1 + int((row[1:, 0] - np.maximum.accumulate(row[:-1, 2]) > _PHRASE * em).sum()))
    return most


def _rows_open(grid: Grid, texts: dict[int, Floats], em: float) -> bool:
    """Whether most cells of some row hold as many short lines at the same heights."""
    rows: defaultdict[tuple[int, int], list[Floats]] = defaultdict(list)
    for index, boxes in texts.items():
        cell = grid.cells[index]
        if not _is_prose(boxes, cell, em):
            rows[cell.row, cell.row_span].append(_heights(boxes, em))
    for heights in rows.values():
        long = [at for at in heights if at.size >= _LINES]
        alike = [at for at in long if at.size == long[0].size and np.abs(at - long[0]).max() < _SAME * em]
        if len(alike) >= 2 and len(alike) > _SHARE * len(heights):
            return True
    return False


def _heights(boxes: Floats, em: float) -> Floats:
    middles = (boxes[:, 1] + boxes[:, 3]) / 2
    return np.array([float(middles[line].mean()) for line in clusters(middles.tolist(), _LINE * em)])


def _is_prose(boxes: Floats, cell: GridCell, em: float) -> bool:
    """Whether the lines of a cell fill its width, as text that wraps does."""
    return float(boxes[:, 2].max() - boxes[:, 0].min()) > cell.box.width - 1.5 * em
