"""The exact tree edit distance of two tables, as trees of a root, its rows and their cells.

Zhang and Shasha's recurrence ("Simple fast algorithms for the editing distance between trees
and related problems", 1989) needs much less on trees of two levels. Deleting or inserting a
node costs 1, renaming a cell into a cell between 0 and 1, renaming across levels 1, renaming
within the upper levels 0. Then a cheapest mapping exists in which

* root is paired with root: pairing it elsewhere costs 1, leaving it out 2, and what becomes
  free by pairing the roots fits under both;
* a row that has cells is paired with a row or with nothing: were it paired with a cell, all
  its own cells would be deleted, and pairing one of those with that cell costs no more.

So there are two tables to fill: the cells of each row against those of each row of the other
tree, and both forests in post-order, where a deleted row hands its cells up and they may pair
with cells of any row. Each line of them is one step of numpy, since the only dependence inside
a line, "insert one more", is a running minimum of cost minus position.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Costs = Callable[[int, int], Floats]
"""Given `first` and `last`, the costs of renaming the cells first … last - 1 of one tree, in
reading order, into each cell of the other: (last - first, cells of the other), 0 to 1."""


@dataclass(frozen=True, slots=True)
class _Forest:
    """The other tree's rows in post-order: the cells of a row, then the row."""

    size: int
    cells: Indices  # (cells,) where each cell stands
    rows: Indices  # (rows,) where each row stands
    starts: Indices  # (rows,) how many nodes stand before the row's first cell
    empty: Indices  # (rows without cells,) where they stand
    widths: Indices  # (rows,) cells of each
    members: Indices  # (rows, widest) numbers of each row's cells, repeated beyond its width

    @classmethod
    def of(cls, widths: Sequence[int]) -> _Forest:
        width = np.array(widths, np.int64)
        rows = np.cumsum(width + 1) - 1
        number = np.cumsum(width) - width  # of each row's first cell
        widest = int(width.max(initial=0))
        members = number[:, None] + np.arange(widest)
        size = int(width.sum()) + len(width)
        return cls(
            size=size,
            cells=np.setdiff1d(np.arange(size), rows),
            rows=rows,
            starts=rows - width,
            empty=rows[width == 0],
            widths=width,
            members=np.minimum(members, max(0, int(width.sum()) - 1)),
        )


def tree_edit_distance(widths: Sequence[int], others: Sequence[int], costs: Costs) -> float:
    """The distance between two tables of which `widths` and `others` count each row's cells.

    Time is (nodes × nodes of the other), some nanoseconds each; memory one row of cells times
    the nodes of the other.
    """
    other = _Forest.of(others)
    forest = np.arange(other.size + 1, dtype=np.float64)  # nothing against each prefix: insert it
    number = 0
    for width in widths:
        block = costs(number, number + width)  # (width, cells of the other)
        number += width
        before = forest
        for line in block:
            open_ = forest + 1
            _offer(open_, other.cells, forest[other.cells] + line)
            _offer(open_, other.empty, forest[other.empty] + 1)
            forest = _insert(open_)
        open_ = forest + 1
        _offer(open_, other.rows, before[other.starts] + _rows_apart(block, other))
        if not width:
            _offer(open_, other.cells, forest[other.cells] + 1)
        forest = _insert(open_)
    return float(forest[-1])


def _offer(costs: Floats, nodes: Indices, offered: Floats) -> None:
    """Lower, where it is cheaper, the cost of the prefixes that end with `nodes`."""
    costs[nodes + 1] = np.minimum(costs[nodes + 1], offered)


def _insert(costs: Floats) -> Floats:
    """Let each prefix also be reached from a shorter one by insertions, along the last axis."""
    position = np.arange(costs.shape[-1])
    reached: Floats = np.minimum.accumulate(costs - position, axis=-1)
    return reached + position


def _rows_apart(block: Floats, other: _Forest) -> Floats:
    """The edit distance between one row's cells and those of each row of the other tree."""
    rows, widest = other.members.shape
    line = np.tile(np.arange(widest + 1, dtype=np.float64), (rows, 1))
    for costs in block:
        open_ = line + 1
        open_[:, 1:] = np.minimum(open_[:, 1:], line[:, :-1] + costs[other.members])
        line = _insert(open_)
    ends: Floats = line[np.arange(rows), other.widths]
    return ends
