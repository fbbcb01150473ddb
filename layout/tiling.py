"""Spanning cells of a header: the rectangles in which its texts stand centred.

A header's cells tile its rows and columns, and each text stands in the middle of its cell,
both ways. Cells of headers come about by cutting a rectangle across or down, again and
again, so the cheapest tiling is found by dynamic programming over rectangles (guillotine
partitions); a cell is cheap if one text stands in its middle, dear if it is empty or holds
two texts side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from .spans import Span

_EMPTY = 1.0  # cost of a cell without text; 1 is also the most that being off centre costs
_TWO = 4.0  # of each further text in a cell
_CROSSED = 50.0  # of a ruling inside a cell
_OPEN = 0.8  # of a side without ruling between cells, where all others are ruled
_CELL = 0.02  # of any cell: of two equal tilings the one with fewer cells
_MOST_STEPS = 60_000


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
        ruled: (rows - 1, columns), share of the side below each address that is ruled; None where
            rulings tell nothing.
    """

    ys: Sequence[float]
    xs: Sequence[float]
    blocks: Sequence[Block]
    em: float
    ruled: npt.NDArray[np.float64] | None = None


def tile(field: Field) -> list[Span]:
    """Spans of the cheapest tiling, in reading order."""
    rows, cols = len(field.ys) - 1, len(field.xs) - 1
    ys, xs = list(field.ys), list(field.xs)
    places = [
        (
            int(np.clip(np.searchsorted(ys, b.y) - 1, 0, rows - 1)),
            int(np.clip(np.searchsorted(xs, b.left + 0.15 * field.em) - 1, 0, cols - 1)),
            int(np.clip(np.searchsorted(xs, b.right - 0.15 * field.em) - 1, 0, cols - 1)),
        )
        for b in field.blocks
    ]
    steps = 0

    @cache
    def inside(top: int, bottom: int, left: int, right: int) -> tuple[int, ...]:
        return tuple(k for k, (r, a, b) in enumerate(places) if top <= r < bottom and a < right and b >= left)

    def leaf(top: int, bottom: int, left: int, right: int) -> float:
        total = _CELL
        if field.ruled is not None and bottom - top > 1:
            total += _CROSSED * float((field.ruled[top : bottom - 1, left:right].mean(1) > 0.5).sum())
        members = inside(top, bottom, left, right)
        if not members:
            return total + _EMPTY * (1 + 0.3 * ((bottom - top) * (right - left) - 1))
        if any(places[k][1] < left or places[k][2] >= right for k in members):
            return total + _CROSSED
        block = _around([field.blocks[k] for k in members])
        dx = abs(block.x - (xs[left] + xs[right]) / 2) / (0.6 * field.em + 0.06 * (xs[right] - xs[left]))
        dy = abs(block.y - (ys[top] + ys[bottom]) / 2) / (0.5 * field.em)
        if field.ruled is not None:
            dy = 0.0
        return total + _TWO * (len(members) - 1) + min(1.0, dx * dx) + min(1.0, dy * dy)

    @cache
    def solve(top: int, bottom: int, left: int, right: int) -> tuple[float, tuple[int, int] | None]:
        """Least cost, and the cut: (0, row) or (1, column)."""
        nonlocal steps
        steps += 1
        best, cut = leaf(top, bottom, left, right), None
        members = inside(top, bottom, left, right)
        if steps > _MOST_STEPS or (bottom - top == 1 and right - left == 1) or (not members and best < 3):
            return best, None
        for row in range(top + 1, bottom):
            side = 0.0
            if field.ruled is not None:
                side = _OPEN * float((field.ruled[row - 1, left:right] < 0.5).mean())
            if any(
                field.blocks[k].top < ys[row] - 0.6 * field.em
                and field.blocks[k].bottom > ys[row] + 0.6 * field.em
                for k in members
            ):
                side += 1.0
            cost = side + solve(top, row, left, right)[0]
            if cost < best:
                cost += solve(row, bottom, left, right)[0]
                if cost < best - 1e-9:
                    best, cut = cost, (0, row)
        for column in range(left + 1, right):
            if any(places[k][1] < column <= places[k][2] for k in members):
                continue
            cost = solve(top, bottom, left, column)[0]
            if cost < best:
                cost += solve(top, bottom, column, right)[0]
                if cost < best - 1e-9:
                    best, cut = cost, (1, column)
        return best, cut

    spans: list[Span] = []
    waiting = [(0, rows, 0, cols)]
    while waiting:
        top, bottom, left, right = waiting.pop()
        cut = solve(top, bottom, left, right)[1]
        if cut is None:
            spans.append((top, left, bottom - top, right - left))
        elif cut[0] == 0:
            waiting += [(top, cut[1], left, right), (cut[1], bottom, left, right)]
        else:
            waiting += [(top, bottom, left, cut[1]), (top, bottom, cut[1], right)]
    return sorted(spans)


def _around(blocks: Sequence[Block]) -> Block:
    return Block(
        min(b.left for b in blocks),
        min(b.top for b in blocks),
        max(b.right for b in blocks),
        max(b.bottom for b in blocks),
    )
