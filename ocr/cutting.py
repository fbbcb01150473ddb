"""Detected lines of text, cut at rulings, so that neighbours in a table never merge.

Detection knows nothing of rulings: a box may run over three cells, or out of the table.
Every box is cut into the pieces that lie in one cell each, so a piece knows its cell
before it is read; what sticks out of a table is a piece of its own. The words of a text
layer are cut between their letters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..document import Box
from ..layout.engine import Grid
from ..source import Word

_MARGIN = 2.0  # pixels: half a ruling, which would be read as a bar or a dash
_SLIVER = 0.35  # of the line's height: boxes are grown past their text and brush the next row
_OUTSIDE = 0.6  # of the line's height: what sticks out of a table by more may be a character


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


class Cutter:
    """The cells of a page's grids as arrays, for cutting many boxes."""

    def __init__(self, grids: Sequence[Grid]) -> None:
        self.grids = grids
        edges = [np.array([cell.box.to_list() for cell in grid.cells]) for grid in grids]
        # A cell smaller than its margins keeps its own edges.
        margins = [(e[:, 2:] - e[:, :2] > 4 * _MARGIN) * _MARGIN for e in edges]
        self._low = [e[:, :2] + margin for e, margin in zip(edges, margins, strict=True)]
        self._high = [e[:, 2:] - margin for e, margin in zip(edges, margins, strict=True)]

    def cut(self, box: Box) -> list[Piece]:
        """One piece per cell that the box lies in, and one per stretch outside all tables."""
        touched = [i for i, grid in enumerate(self.grids) if grid.box.overlap(box) > 0]
        pieces = [piece for i in touched for piece in self._cells(box, i)]
        rest = self._outside(box, [self.grids[i].box for i in touched]) if pieces else [box]
        inside = not pieces and any(self.grids[i].box.overlap(box) > 0.5 * box.area for i in touched)
        return pieces + [Piece(part, astray=inside) for part in rest]

    def cell_of(self, x: float, y: float) -> Place | None:
        """The cell that holds a point."""
        for index, grid in enumerate(self.grids):
            if grid.box.holds(x, y):
                inside = (self._low[index] - _MARGIN <= [x, y]) & (self._high[index] + _MARGIN >= [x, y])
                found = np.flatnonzero(inside.all(axis=1))
                return Place(index, int(found[0])) if found.size else None
        return None

    def _cells(self, box: Box, index: int) -> Iterator[Piece]:
        low = np.maximum(self._low[index], [box.left, box.top])
        high = np.minimum(self._high[index], [box.right, box.bottom])
        size = high - low  # (cells, 2): width, height
        cell_size = self._high[index] - self._low[index]
        # A sliver is thin against both the line and the cell: low cells hold low text.
        least = _SLIVER * np.minimum(min(box.width, box.height), cell_size)
        for i in np.flatnonzero((size > 0).all(axis=1) & (size >= least).all(axis=1)):
            yield Piece(Box(*low[i], *high[i]), Place(index, int(i)))

    @staticmethod
    def _outside(box: Box, tables: list[Box]) -> list[Box]:
        """Stretches of a line left and right of the tables that it runs into."""
        stretches = [(box.left, box.right)]
        for table in tables:
            stretches = [
                part
                for left, right in stretches
                for part in ((left, min(right, table.left)), (max(left, table.right), right))
            ]
        least = _OUTSIDE * box.height
        return [Box(left, box.top, right, box.bottom) for left, right in stretches if right - left > least]


def cut_at_rulings(boxes: Iterable[Box], grids: Sequence[Grid]) -> list[Piece]:
    """Cut boxes into one piece per cell; what lies outside all tables stays whole."""
    cutter = Cutter(grids)
    return _without_overlaps([piece for box in boxes for piece in cutter.cut(box)])


def _without_overlaps(pieces: list[Piece]) -> list[Piece]:
    """Pieces of one place that overlap by half of the smaller, as one: a glyph is not read twice."""
    kept: dict[int, Piece] = {}  # by place in the list, so that the order stays
    by_place: dict[Place | None, list[int]] = {}
    for index in sorted(range(len(pieces)), key=lambda i: -pieces[i].box.area):
        others = by_place.setdefault(pieces[index].place, [])
        twin = next((i for i in others if _twins(kept[i], pieces[index])), None)
        if twin is None:
            others.append(index)
            kept[index] = pieces[index]
        else:
            kept[twin] = replace(kept[twin], box=Box.around([kept[twin].box, pieces[index].box]))
    return [kept[index] for index in sorted(kept)]


def _twins(a: Piece, b: Piece) -> bool:
    level = min(a.box.bottom, b.box.bottom) - max(a.box.top, b.box.top)
    same_line = level > 0.5 * max(a.box.height, b.box.height)
    return same_line and a.box.overlap(b.box) > 0.5 * b.box.area


def cut_words(words: Iterable[Word], grids: Sequence[Grid]) -> list[tuple[Piece, str]]:
    """Words of a text layer, parted where one runs over a ruling, each part with its text."""
    cutter = Cutter(grids)
    parts: list[tuple[Piece, str]] = []
    for word in words:
        runs: list[tuple[Place | None, list[tuple[str, Box]]]] = []
        for letter in word.letters or ((word.text, word.box),):
            place = cutter.cell_of(*letter[1].center)
            if runs and runs[-1][0] == place:
                runs[-1][1].append(letter)
            else:
                runs.append((place, [letter]))
        for place, letters in runs:
            box = Box.around(b for _, b in letters)
            astray = place is None and any(grid.box.holds(*box.center) for grid in grids)
            parts.append((Piece(box, place, astray), "".join(text for text, _ in letters)))
    return parts
