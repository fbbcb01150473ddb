"""Detected lines of text, cut at rulings, so that neighbours in a table never merge.

Detection knows nothing of rulings: a box may run over three cells. Every box is cut into
the pieces that lie in one cell each, so a piece knows its cell before it is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ..document import Box
from ..layout.engine import Grid

_MARGIN = 2.0  # pixels: half a ruling, which would be read as a bar or a dash
_SLIVER = 0.35  # of the line's height: boxes are grown past their text and brush the next row


@dataclass(frozen=True, slots=True)
class Place:
    """A cell: index of the grid on its page, index of the cell in the grid."""

    grid: int
    cell: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A box of text, and the cell that it lies in, if any.

    `astray` marks a box inside a table that belongs to none of its cells.
    """

    box: Box
    place: Place | None = None
    astray: bool = False


def cut_at_rulings(boxes: Iterable[Box], grids: Sequence[Grid]) -> list[Piece]:
    """Cut boxes into one piece per cell; boxes outside all tables stay whole."""
    cutters = [_Cutter(index, grid) for index, grid in enumerate(grids)]
    pieces: list[Piece] = []
    for box in boxes:
        cutter = next((c for c in cutters if c.box.overlap(box) > 0.5 * box.area), None)
        if cutter is None:
            pieces.append(Piece(box))
        else:
            pieces += cutter.cut(box) or [Piece(box, astray=True)]
    return pieces


def place_whole(box: Box, grids: Sequence[Grid]) -> Piece:
    """The cell that holds most of a box that cannot be cut, at least half of it.

    For words of a text layer, whose letters have no boxes of their own any more.
    """
    for index, grid in enumerate(grids):
        if grid.box.overlap(box) <= 0.5 * box.area:
            continue
        shares = [cell.box.overlap(box) for cell in grid.cells]
        best = int(np.argmax(shares))
        if shares[best] >= 0.5 * box.area:
            return Piece(box, Place(index, best))
        return Piece(box, astray=True)
    return Piece(box)


class _Cutter:
    """The cells of one grid as arrays, for cutting many boxes."""

    def __init__(self, index: int, grid: Grid) -> None:
        self.index = index
        self.box = grid.box
        edges = np.array([cell.box.to_list() for cell in grid.cells])
        # A cell smaller than its margins keeps its own edges.
        roomy = (edges[:, 2:] - edges[:, :2] > 4 * _MARGIN).astype(float) * _MARGIN
        self.low, self.high = edges[:, :2] + roomy, edges[:, 2:] - roomy

    def cut(self, box: Box) -> list[Piece]:
        low = np.maximum(self.low, [box.left, box.top])
        high = np.minimum(self.high, [box.right, box.bottom])
        size = high - low  # (cells, 2): width, height
        cell_size = self.high - self.low
        # A sliver is thin against both the line and the cell: low cells hold low text.
        least = _SLIVER * np.minimum(min(box.width, box.height), cell_size)
        inside = np.flatnonzero((size > 0).all(axis=1) & (size >= least).all(axis=1))
        return [Piece(Box(*low[i], *high[i]), Place(self.index, int(i))) for i in inside]
