"""Where the columns of a table lie, and whether those of two pieces are the same.

A piece of a table knows only the columns that some cell on its page begins: of a form whose
rows are parted differently, each page may show others. So two pieces fit where their columns
are the same or one's are among the other's, and their joint columns are those of both.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ..document import Table

Edges = tuple[float, ...]
"""Edges of the columns from the left side of the table, 0, to its right side, 1."""

_SAME = 0.025  # of the table's width: one edge lies no further off on another page, and columns are wider
_LOOSE = 0.03  # likewise where they were found from text alone, which leaves them room in a gap,
_SHARE = 0.5  # and this much more of the narrower column beside them
_MEAN = 0.04  # of the table's width: the same on average over the edges


@dataclass(frozen=True, slots=True)
class Fit:
    """Joint columns of two pieces.

    `edges` are theirs; `first` and `second` give for each edge of a piece its index in them.
    """

    edges: Edges
    first: tuple[int, ...]
    second: tuple[int, ...]

    @property
    def common(self) -> int:
        """How many edges between columns both have."""
        return len(set(self.first[1:-1]) & set(self.second[1:-1]))


def edges_of(table: Table) -> Edges:
    """The edges of a table's columns, each the median over the cells that end or begin there."""
    cols = table.shape[1]
    found: list[list[float]] = [[] for _ in range(cols + 1)]
    for cell in table.cells:
        if cell.box is not None:
            found[cell.cols.start].append(cell.box.left)
            found[cell.cols.stop].append(cell.box.right)
    if not found[0] or not found[-1]:
        return tuple(col / cols for col in range(cols + 1))
    left, right = min(found[0]), max(found[-1])
    width = max(right - left, 1.0)
    edges = [0.0]
    for col, places in enumerate(found[1:-1], 1):
        own = (median(places) - left) / width if places else col / cols
        edges.append(min(max(own, edges[-1]), 1.0))
    return (*edges, 1.0)


def fit(first: Edges, second: Edges, *, regular: bool, headed: bool = False) -> Fit | None:
    """The joint columns of two pieces, or None where they cannot be one table's.

    Args:
        first: edges of the upper piece.
        second: edges of the lower one.
        regular: whether the table has a header, and with it the same columns in all its rows:
            then as many columns may lie a little off, and no columns are new on both sides. Of a
            form half the edges of the one with fewer must be the other's.
        headed: whether both have the same header, so that as many columns are the same ones.
    """
    if regular and len(first) == len(second) and (headed or _near(first, second)):
        same = tuple(range(len(first)))
        return Fit(first, same, same)
    joint = _union(first, second, _LOOSE if headed else _SAME)
    new = len(joint.edges) - len(first), len(joint.edges) - len(second)
    last = len(joint.edges) - 1
    ended = joint.first[-1] == joint.second[-1] == last  # not where columns have no width
    if not ended or (regular and all(new)):
        return None
    return joint if regular or 2 * joint.common >= min(len(first), len(second)) - 2 else None


def _near(first: Edges, second: Edges) -> bool:
    """Whether edges found apart, maybe from text alone, are the same one by one."""
    widths = [min(b - a, d - c) for (a, b), (c, d) in zip(pairwise(first), pairwise(second), strict=True)]
    off = [abs(a - b) for a, b in zip(first, second, strict=True)]
    room = [_LOOSE + _SHARE * min(pair) for pair in pairwise(widths)]
    return sum(off) <= _MEAN * len(off) and all(o <= r for o, r in zip(off[1:-1], room, strict=True))


def _union(first: Edges, second: Edges, apart: float) -> Fit:
    """All edges of both, those that lie together taken for one."""
    edges: list[float] = []
    ours: list[int] = []
    theirs: list[int] = []
    i = j = 0
    while i < len(first) or j < len(second):
        one = first[i] if i < len(first) else 2.0
        other = second[j] if j < len(second) else 2.0
        off = abs(one - other)
        nearer = min((abs(a - b) for a, b in ((one, _after(second, j)), (other, _after(first, i)))))
        together = off <= apart and off <= nearer
        if together or one < other:
            ours.append(len(edges))
            i += 1
        if together or other < one:
            theirs.append(len(edges))
            j += 1
        # After two that were taken for one, an edge of a column without width may lie a hair before it.
        edges.append(max(one if together or one < other else other, *edges[-1:], 0.0))
    return Fit(tuple(edges), tuple(ours), tuple(theirs))


def _after(edges: Edges, index: int) -> float:
    return edges[index + 1] if index + 1 < len(edges) else 3.0
