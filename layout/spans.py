"""Cells from the rulings between the smallest rectangles of a table."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Span = tuple[int, int, int, int]  # row, column, row span, column span
Labels = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Sides = tuple[npt.NDArray[Any], npt.NDArray[Any]]  # below a rectangle, right of it

_MOST_REPAIRS = 100  # a table that needs more is not understood at all


def merge_spans(shape: tuple[int, int], ruled_below: Mask, ruled_right: Mask) -> list[Span]:
    """Merge rectangles that no ruling parts, and close the results to rectangles.

    Args:
        shape: (rows, columns) of the smallest rectangles.
        ruled_below: (rows - 1, columns), whether a ruling lies below a rectangle.
        ruled_right: (rows, columns - 1), whether a ruling lies right of it.

    Returns:
        Spans in reading order that cover every address exactly once.
    """
    forest = _united(shape, ruled_below, ruled_right)
    labels = forest.labels(shape)
    while _swallow(labels, forest):
        labels = forest.labels(shape)
    return sorted(_bounds(labels).values())


def without_unused(shape: tuple[int, int], spans: list[Span]) -> tuple[tuple[int, int], list[Span]]:
    """Shape and spans renumbered without the rows and columns at which no cell begins."""
    rows, columns = (
        {line: number for number, line in enumerate(sorted({span[axis] for span in spans} | {shape[axis]}))}
        for axis in (0, 1)
    )
    renumbered = [
        (rows[r], columns[c], rows[r + h] - rows[r], columns[c + w] - columns[c]) for r, c, h, w in spans
    ]
    return (len(rows) - 1, len(columns) - 1), renumbered


def settle(shape: tuple[int, int], ruled: Sides, ink: Sides, least: float) -> Sides:
    """Rule further sides until cells are rectangles, as far as there is ink for it.

    Where a missing ruling would make an L of two cells, the side that has the most ink of
    all those inside the L is ruled after all, rather than that the cells around it are
    swallowed.

    Args:
        shape: (rows, columns) of the smallest rectangles.
        ruled: which sides are ruled, below (rows - 1, columns) and right (rows, columns - 1).
        ink: share of each side that bears ink, in the same shapes.
        least: share below which a side is open whatever comes of it.
    """
    below, right = ruled[0].copy(), ruled[1].copy()
    for _ in range(_MOST_REPAIRS):
        labels = _united(shape, below, right).labels(shape)
        sizes = np.bincount(labels.ravel())
        crooked = np.isin(labels, [n for n, (*_, h, w) in _bounds(labels).items() if sizes[n] != h * w])
        inside_below = np.where(crooked[:-1] & (labels[:-1] == labels[1:]) & ~below, ink[0], 0.0)
        inside_right = np.where(crooked[:, :-1] & (labels[:, :-1] == labels[:, 1:]) & ~right, ink[1], 0.0)
        most_below, most_right = inside_below.max(initial=0.0), inside_right.max(initial=0.0)
        if max(most_below, most_right) < least:
            break
        sides, values = (below, inside_below) if most_below >= most_right else (right, inside_right)
        sides[np.unravel_index(values.argmax(), values.shape)] = True
    return below, right


def _united(shape: tuple[int, int], ruled_below: Mask, ruled_right: Mask) -> _Forest:
    """Rectangles without a ruling between them, united."""
    index = np.arange(shape[0] * shape[1]).reshape(shape)
    forest = _Forest(index.size)
    for a, b in zip(index[:-1][~ruled_below].tolist(), index[1:][~ruled_below].tolist(), strict=True):
        forest.unite(a, b)
    for a, b in zip(index[:, :-1][~ruled_right].tolist(), index[:, 1:][~ruled_right].tolist(), strict=True):
        forest.unite(a, b)
    return forest


class _Forest:
    """Disjoint sets with path halving (Tarjan, JACM 1975)."""

    def __init__(self, size: int) -> None:
        self.parent = list(range(size))

    def find(self, item: int) -> int:
        parent = self.parent
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    def unite(self, a: int, b: int) -> None:
        a, b = self.find(a), self.find(b)
        self.parent[max(a, b)] = min(a, b)

    def labels(self, shape: tuple[int, int]) -> Labels:
        return np.array([self.find(i) for i in range(len(self.parent))]).reshape(shape)


def _bounds(labels: Labels) -> dict[int, Span]:
    rows, columns = np.indices(labels.shape)
    names, flat = np.unique(labels, return_inverse=True)
    flat = flat.ravel()
    top, left = np.full(names.size, labels.shape[0]), np.full(names.size, labels.shape[1])
    bottom, right = np.zeros(names.size, np.int64), np.zeros(names.size, np.int64)
    np.minimum.at(top, flat, rows.ravel())
    np.minimum.at(left, flat, columns.ravel())
    np.maximum.at(bottom, flat, rows.ravel())
    np.maximum.at(right, flat, columns.ravel())
    spans = zip(
        top.tolist(), left.tolist(), (bottom - top + 1).tolist(), (right - left + 1).tolist(), strict=True
    )
    return dict(zip(names.tolist(), spans, strict=True))


def _swallow(labels: Labels, forest: _Forest) -> bool:
    """Unite every cell with all that lies in its bounding rectangle; whether anything did."""
    grown = False
    for label, (row, column, height, width) in _bounds(labels).items():
        if height * width == 1:
            continue
        for other in np.unique(labels[row : row + height, column : column + width]).tolist():
            if other != label:
                forest.unite(label, other)
                grown = True
    return grown
