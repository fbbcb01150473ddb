"""Which boundaries between columns hold in which rows.

A boundary that a text crosses does not hold in its row; one between two texts that stand
next to each other does. Where a row is silent, because a cell is empty or a text ends before
the boundary, rows tell whose cells begin in the same column, the nearer the louder: an empty
cell in a list has filled ones above and below, a long cell of a form has others like it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from .spans import Span

_SAME = 0.15  # em by which aligned edges differ
_CENTRED = 0.6  # em from the middle at most

Alive = npt.NDArray[np.bool_]
Signs = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Piece:
    """A text in a row: the columns that it touches, and its box in pixels."""

    row: int
    first: int
    last: int
    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> float:
        """Half way down."""
        return (self.top + self.bottom) / 2

    @property
    def centre(self) -> float:
        """Half way across."""
        return (self.left + self.right) / 2

    def joined(self, other: Piece) -> Piece:
        """Both as one."""
        return Piece(
            self.row,
            min(self.first, other.first),
            max(self.last, other.last),
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


def evidence(pieces: Sequence[Piece], shape: tuple[int, int]) -> Signs:
    """(rows, columns - 1): 1 where a boundary holds, -1 where a text crosses it, 0 where neither is seen."""
    rows, cols = shape
    taken = np.full((rows, cols + 1), -1, np.int64)
    signs = np.zeros((rows, max(0, cols - 1)), np.int8)
    for number, piece in enumerate(pieces):
        taken[piece.row, piece.first : piece.last + 1] = number
    held = (taken[:, :-2] >= 0) & (taken[:, 1:-1] >= 0) & (taken[:, :-2] != taken[:, 1:-1])
    signs[held] = 1
    for piece in pieces:
        signs[piece.row, piece.first : piece.last] = -1
    return signs


def extend_centred(signs: Signs, pieces: Sequence[Piece], xs: Sequence[float], em: float, start: int) -> None:
    """Cross boundaries in `signs` where a label stands in the middle of several columns, as 合计 does.

    Columns beside it are empty in its row, it is not aligned as its column is, and it stands
    more nearly in the middle of several columns than of its own. Rows before `start` stay.
    """
    rows, cols = signs.shape[0], signs.shape[1] + 1
    begins: list[list[float]] = [[] for _ in range(cols)]
    ends: list[list[float]] = [[] for _ in range(cols)]
    by_row: list[list[Piece]] = [[] for _ in range(rows)]
    for p in pieces:
        by_row[p.row].append(p)
        if p.row >= start and p.first == p.last:
            begins[p.first].append(p.left)
            ends[p.last].append(p.right)
    for row in range(start, rows):
        ordered = sorted(by_row[row], key=lambda p: p.first)
        for k, p in enumerate(ordered):
            low = ordered[k - 1].last + 1 if k else 0
            high = ordered[k + 1].first - 1 if k + 1 < len(ordered) else cols - 1
            if low == p.first and high == p.last:
                continue
            if _aligned(p.left, begins[p.first], em) or _aligned(p.right, ends[p.last], em):
                continue
            middle = (p.left + p.right) / 2
            own = abs(middle - (xs[p.first] + xs[p.last + 1]) / 2) / em
            options = [
                (abs(middle - (xs[a] + xs[b + 1]) / 2) / em, a, b)
                for a in range(low, p.first + 1)
                for b in range(p.last, high + 1)
                if (a, b) != (p.first, p.last)
            ]
            off, a, b = min(options, default=(np.inf, 0, 0))
            if off < _CENTRED and off < own - _CENTRED:
                signs[row, a:b] = -1


def _aligned(edge: float, others: Sequence[float], em: float) -> bool:
    """Whether at least one more text of the column has the same edge."""
    return sum(abs(edge - other) < _SAME * em for other in others) > 1


def complete(signs: Signs, pieces: Sequence[Piece], shape: tuple[int, int]) -> Alive:
    """(rows, columns - 1): the same without silence."""
    rows, cols = shape
    if cols < 2:
        return np.zeros((rows, 0), np.bool_)
    starts = _starts(pieces, shape)
    near = 1.0 / (1.0 + np.abs(np.arange(rows)[:, None] - np.arange(rows)[None]))
    votes = np.zeros(signs.shape)
    for k in range(cols - 1):
        alike = near * (starts[:, k][:, None] == starts[:, k][None])
        votes[:, k] = 1e3 * (alike @ signs[:, k]) + signs[:, k].sum()
    alive: Alive = np.where(signs == 0, votes >= 0, signs > 0)
    filled = {piece.row for piece in pieces}
    alive[[row for row in range(rows) if row not in filled]] = True
    _part_neighbours(alive, signs, votes, pieces)
    return alive


def _starts(pieces: Sequence[Piece], shape: tuple[int, int]) -> npt.NDArray[np.int64]:
    """For each boundary the column in which the last text at its left begins."""
    rows, cols = shape
    starts = np.full((rows, cols), -1, np.int64)
    for piece in sorted(pieces, key=lambda p: (p.row, p.first)):
        starts[piece.row, piece.first :] = piece.first
    return starts[:, :-1]


def _part_neighbours(
    alive: Alive, signs: Signs, votes: npt.NDArray[np.float64], pieces: Sequence[Piece]
) -> None:
    """Two texts of a row are two cells, so between them at least one boundary holds."""
    ordered = sorted(pieces, key=lambda p: (p.row, p.first))
    for a, b in pairwise(ordered):
        between = slice(a.last, b.first)
        if a.row == b.row and a.last < b.first and not alive[a.row, between].any():
            best = a.last + int(
                np.argmax(np.where(signs[a.row, between] < 0, -np.inf, votes[a.row, between]))
            )
            alive[a.row, best] = True


def rectangles(parted: npt.NDArray[np.bool_], alive: Alive) -> list[Span]:
    """Cells: in each row what no boundary parts, and over rows what is equally wide and not parted.

    Args:
        parted: (rows - 1, columns), whether a cell ends below an address.
        alive: (rows, columns - 1), whether a boundary holds right of an address.
    """
    rows, cols = alive.shape[0], alive.shape[1] + 1
    spans: list[Span] = []
    open_cells: dict[tuple[int, int], int] = {}  # first row, by the columns
    for row in range(rows):
        edges = [0, *(int(k) + 1 for k in np.flatnonzero(alive[row])), cols]
        current = dict.fromkeys(pairwise(edges), row)
        for (left, right), start in open_cells.items():
            if (left, right) in current and not parted[row - 1, left:right].any():
                current[left, right] = start
            else:
                spans.append((start, left, row - start, right - left))
        open_cells = current
    spans += [(start, left, rows - start, right - left) for (left, right), start in open_cells.items()]
    return sorted(spans)
