"""Spanning cells of a header whose rows are ruled and whose columns are not.

No ruling runs inside a cell, and a heading stands in the middle of what it heads. Cells of
headers come about by cutting a rectangle across or down, again and again, so the cheapest
tiling is found by dynamic programming over rectangles (guillotine partitions); a cell is cheap
if one text stands in its middle, dear if it is empty or holds two texts side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .spans import Span

_EMPTY = 1.0  # cost of a cell without text; 1 is also the most that being off the middle costs
_WIDER = 0.3  # for each further row or column of it
_ACROSS, _ACROSS_SHARE = 0.6, 0.06  # em and share of the width off the middle that cost 1
_TWO = 4.0  # of each further text in a cell
_CROSSED = 50.0  # of a ruling inside a cell
_OPEN = 0.8  # of a side without ruling between cells
_CELL = 0.02  # of any cell: of two equal tilings the one with fewer cells
_OVER = 0.15  # em that a text may stand over a boundary
_FLUSH = 0.6  # em between a text and the edge where it begins
_INSET = 0.25  # em
_MOST_STEPS = 20_000


@dataclass(frozen=True, slots=True)
class Block:
    """A text of one cell, in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def x(self) -> float:
        """Middle across."""
        return (self.left + self.right) / 2

    @property
    def y(self) -> float:
        """Middle down."""
        return (self.top + self.bottom) / 2


@dataclass(frozen=True)
class Field:
    """What is tiled.

    Attributes:
        ys: row edges.
        xs: column edges.
        blocks: the texts.
        em: size of the type.
        ruled: (rows - 1, columns), share of the side below each address that is ruled.
    """

    ys: Sequence[float]
    xs: Sequence[float]
    blocks: Sequence[Block]
    em: float
    ruled: npt.NDArray[np.float64]


def tile(field: Field) -> list[Span]:
    """Spans of the cheapest tiling, in reading order."""
    tiler = _Tiler(field)
    spans: list[Span] = []
    waiting = [(0, len(field.ys) - 1, 0, len(field.xs) - 1)]
    while waiting:
        top, bottom, left, right = waiting.pop()
        cut = tiler.solve(top, bottom, left, right)[1]
        if cut is None:
            spans.append((top, left, bottom - top, right - left))
        elif cut[0] == 0:
            waiting += [(top, cut[1], left, right), (cut[1], bottom, left, right)]
        else:
            waiting += [(top, bottom, left, cut[1]), (top, bottom, cut[1], right)]
    return sorted(spans)


class _Tiler:
    """Rectangles are top, bottom, left, right in numbers of rows and columns."""

    def __init__(self, field: Field) -> None:
        self.field = field
        ys, xs, slack = list(field.ys), list(field.xs), _OVER * field.em
        last_row, last_col = len(ys) - 2, len(xs) - 2
        self.places = [
            (
                int(np.clip(np.searchsorted(ys, b.y) - 1, 0, last_row)),
                int(np.clip(np.searchsorted(xs, b.left + slack) - 1, 0, last_col)),
                int(np.clip(np.searchsorted(xs, b.right - slack) - 1, 0, last_col)),
            )
            for b in field.blocks
        ]
        alone = [(b, a) for b, (_, a, c) in zip(field.blocks, self.places, strict=True) if a == c]
        off = [abs(b.x - (xs[a] + xs[a + 1]) / 2) for b, a in alone]
        begin = [b.left - xs[a] for b, a in alone]
        # Heads begin at the left of their cells, or stand in the middle.
        self.flush = bool(alone) and np.median(begin) < _FLUSH * field.em < np.median(off)
        self.memo: dict[tuple[int, int, int, int], tuple[float, tuple[int, int] | None]] = {}

    def solve(self, top: int, bottom: int, left: int, right: int) -> tuple[float, tuple[int, int] | None]:
        """Least cost of a rectangle, and its first cut: (0, row) or (1, column)."""
        key = top, bottom, left, right
        if key in self.memo:
            return self.memo[key]
        members = self._inside(*key)
        best, cut = self._leaf(*key, members), None
        self.memo[key] = best, cut
        if len(self.memo) > _MOST_STEPS or (bottom - top == 1 and right - left == 1):
            return best, cut
        if not members and best < _CROSSED:
            return best, cut
        for row in range(top + 1, bottom):
            cost = self._side(row, left, right, members)
            cost += self.solve(top, row, left, right)[0] if cost < best else 0.0
            cost += self.solve(row, bottom, left, right)[0] if cost < best else 0.0
            if cost < best - 1e-9:
                best, cut = cost, (0, row)
        for column in range(left + 1, right):
            if any(self.places[k][1] < column <= self.places[k][2] for k in members):
                continue
            cost = self.solve(top, bottom, left, column)[0]
            cost += self.solve(top, bottom, column, right)[0] if cost < best else 0.0
            if cost < best - 1e-9:
                best, cut = cost, (1, column)
        self.memo[key] = best, cut
        return best, cut

    def _inside(self, top: int, bottom: int, left: int, right: int) -> list[int]:
        return [k for k, (r, a, b) in enumerate(self.places) if top <= r < bottom and a < right and b >= left]

    def _side(self, row: int, left: int, right: int, members: Sequence[int]) -> float:
        """Cost of cutting above `row`, where no ruling is or a text stands."""
        y, reach = self.field.ys[row], 0.6 * self.field.em
        blocks = [self.field.blocks[k] for k in members]
        through = any(b.top < y - reach and b.bottom > y + reach for b in blocks)
        return through + _OPEN * float((self.field.ruled[row - 1, left:right] < 0.5).mean())

    def _leaf(self, top: int, bottom: int, left: int, right: int, members: Sequence[int]) -> float:
        """Cost of one cell."""
        field = self.field
        total = _CELL
        if bottom - top > 1:
            total += _CROSSED * float((field.ruled[top : bottom - 1, left:right].mean(1) > 0.5).sum())
        if not members:
            return total + _EMPTY * (1 + _WIDER * ((bottom - top) * (right - left) - 1))
        if any(self.places[k][1] < left or self.places[k][2] >= right for k in members):
            return total + _CROSSED
        start, end = min(field.blocks[k].left for k in members), max(field.blocks[k].right for k in members)
        low, high = field.xs[left], field.xs[right]
        off = abs(start - low - _INSET * field.em) if self.flush else abs(start + end - low - high) / 2
        off /= _ACROSS * field.em + _ACROSS_SHARE * (high - low)
        return total + _TWO * (len(members) - 1) + min(1.0, off * off)
