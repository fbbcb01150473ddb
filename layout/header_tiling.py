"""The cells of a header whose rulings are missing.

A header is cut across and down, again and again: a heading stands in the middle above the
columns that it heads, and a text without a heading stands in the middle of the header's whole
height. Which cuts these are is found by dynamic programming over ranges of columns (guillotine
partitions), where the height of a heading's cell follows from its text, which is in its middle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .geometry import clusters
from .row_layouts import Piece
from .spans import Span

_EMPTY = 1.0  # cost of a cell without text
_WIDER = 0.3  # for each further column of it
_OFF = 1.6  # what being off the middle costs at most, either way
_ACROSS = 0.6  # em off the middle across that cost 1, and
_ACROSS_SHARE = 0.06  # so much of the cell's width
_DOWN = 0.5  # em off the middle down that cost 1
_BESIDE = 4.0  # of two texts side by side in a cell
_FAR = 2.0  # of lines too far apart
_LOOSEST = 1.6  # em between lines of one text
_NOT_FULL = 0.4  # of a line that ends before it must
_SLACK = 2.3  # em that a full line leaves free, insets included
_STACKED = 0.5  # of a heading over a single column
_CROOKED = 1.0  # of lines that are not centred on one another
_CELL = 0.02
_SAME_LINE = 0.7  # em between edges of one row
_MOST_COST = 0.8  # of a cell of a header in the mean
_MOST_STEPS = 4_000
_MOST_TEXTS = 400  # 60 columns with six lines each have fewer


@dataclass(frozen=True, slots=True)
class Tiling:
    """Edges of the header's rows from top to bottom, and spans that cover them."""

    ys: tuple[float, ...]
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class _Cell:
    top: float
    bottom: float
    first: int
    last: int


def tile_header(
    pieces: Sequence[Piece], xs: Sequence[float], top: float, bottom: float, em: float, *, sure: bool
) -> Tiling | None:
    """The cheapest cells of a header.

    Args:
        pieces: texts, each of one line, whose `row` is the number of that line from the top.
        xs: edges of columns.
        top: of the header, in pixels.
        bottom: of the header.
        em: size of the type in pixels.
        sure: that it is a header; else None is returned if it does not look like one.
    """
    if len(pieces) > _MOST_TEXTS:
        return None
    header = _Header(pieces, xs, bottom, em)
    cells = header.cells(0, len(xs) - 2, top)
    if not sure and header.cost(0, len(xs) - 2, top) > _MOST_COST * len(cells):
        return None
    inner = sorted({c.top for c in cells} - {top})
    groups = clusters(inner, _SAME_LINE * em)
    ys = [top, *(float(np.mean([inner[i] for i in group])) for group in groups), bottom]
    row_of = {top: 0, bottom: len(ys) - 1}
    row_of |= {inner[i]: k + 1 for k, group in enumerate(groups) for i in group}
    spans = [(row_of[c.top], c.first, row_of[c.bottom] - row_of[c.top], c.last - c.first + 1) for c in cells]
    if any(height < 1 for _, _, height, _ in spans):
        return None
    return Tiling(tuple(ys), tuple(sorted(spans)))


class _Header:
    def __init__(self, pieces: Sequence[Piece], xs: Sequence[float], bottom: float, em: float) -> None:
        self.pieces = sorted(pieces, key=lambda p: (p.row, p.left))
        self.xs, self.bottom, self.em = xs, bottom, em
        middles = [p.centre for p in pieces if p.first == p.last]
        cells = [(xs[p.first] + xs[p.last + 1]) / 2 for p in pieces if p.first == p.last]
        starts = [xs[p.first] for p in pieces if p.first == p.last]
        lefts = [p.left for p in pieces if p.first == p.last]
        off = float(np.median(np.abs(np.subtract(middles, cells)))) if middles else 0.0
        begin = float(np.median(np.abs(np.subtract(lefts, starts)))) if lefts else np.inf
        self.flush = begin < 0.6 * em and off > 0.6 * em  # heads begin at the left of their cells
        self.memo: dict[tuple[int, int, float], tuple[float, tuple[str, float]]] = {}

    def cost(self, first: int, last: int, top: float) -> float:
        """Cost of these cells."""
        return self._solve(first, last, top)[0]

    def cells(self, first: int, last: int, top: float) -> list[_Cell]:
        """Cells of columns first … last from `top` down to the bottom."""
        kind, at = self._solve(first, last, top)[1]
        if kind == "down":
            return self.cells(first, int(at) - 1, top) + self.cells(int(at), last, top)
        if kind == "across":
            return [_Cell(top, at, first, last), *self.cells(first, last, at)]
        return [_Cell(top, self.bottom, first, last)]

    def _within(self, first: int, last: int, top: float) -> list[Piece]:
        return [p for p in self.pieces if p.middle > top and p.first <= last and p.last >= first]

    def _solve(self, first: int, last: int, top: float) -> tuple[float, tuple[str, float]]:
        """Least cost of a range of columns below `top`, and its first cut."""
        key = first, last, top
        if key in self.memo:
            return self.memo[key]
        pieces = self._within(first, last, top)
        best, cut = self._leaf(pieces, first, last, top, self.bottom), ("none", 0.0)
        self.memo[key] = best, cut
        if len(self.memo) > _MOST_STEPS or not pieces:
            if first < last and not pieces:
                best, cut = (last - first + 1) * (_EMPTY + _CELL), ("down", float(first + 1))
                self.memo[key] = best, cut
            return self.memo[key]
        for column in range(first + 1, last + 1):
            if any(p.first < column <= p.last for p in pieces):
                continue
            cost = self._solve(first, column - 1, top)[0]
            if cost < best:
                cost += self._solve(column, last, top)[0]
                if cost < best - 1e-9:
                    best, cut = cost, ("down", float(column))
        levels = sorted({p.row for p in pieces})
        for above, _ in pairwise(levels):
            upper = [p for p in pieces if p.row <= above]
            lower = [p for p in pieces if p.row > above]
            low, high = max(p.bottom for p in upper), min(p.top for p in lower)
            middle = (min(p.top for p in upper) + low) / 2
            at = float(np.clip(2 * middle - top, min(low, high), max(low, high)))
            cost = self._leaf(upper, first, last, top, at) + _STACKED * (first == last)
            if cost < best and at > top:
                cost += self._solve(first, last, at)[0]
                if cost < best - 1e-9:
                    best, cut = cost, ("across", at)
        self.memo[key] = best, cut
        return best, cut

    def _leaf(self, pieces: Sequence[Piece], first: int, last: int, top: float, bottom: float) -> float:
        """Cost of one cell."""
        if not pieces:
            return _CELL + _EMPTY + _WIDER * (last - first)
        left, right = self.xs[first], self.xs[last + 1]
        lines: dict[int, list[Piece]] = {}
        for p in pieces:
            lines.setdefault(p.row, []).append(p)
        total = _CELL + _BESIDE * sum(len(line) - 1 for line in lines.values())
        ends = [(line[0].left, line[-1].right, line[0].middle) for _, line in sorted(lines.items())]
        for (a, b, y), (c, d, z) in pairwise(ends):
            total += _FAR * (z - y > _LOOSEST * self.em)
            total += _NOT_FULL * (right - left - (b - a) > _SLACK * self.em)
            total += _CROOKED * (abs(a + b - c - d) > self.em and abs(a - c) > 0.3 * self.em)
        own = min(a for a, _, _ in ends), max(b for _, b, _ in ends)
        across = abs(own[0] - left - 0.25 * self.em) if self.flush else abs(sum(own) - left - right) / 2
        across /= _ACROSS * self.em + _ACROSS_SHARE * (right - left)
        middle = (min(p.top for p in pieces) + max(p.bottom for p in pieces)) / 2
        down = abs(middle - (top + bottom) / 2) / (_DOWN * self.em)
        return total + min(_OFF, across**2) + min(_OFF, down**2)
