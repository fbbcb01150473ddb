"""Cells from the rulings between the smallest rectangles of a table."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Span = tuple[int, int, int, int]  # row, column, row span, column span
Labels = npt.NDArray[np.int64]


def merge_spans(
    shape: tuple[int, int], ruled_below: npt.NDArray[np.bool_], ruled_right: npt.NDArray[np.bool_]
) -> list[Span]:
    """Merge rectangles that no ruling parts, and close the results to rectangles.

    Args:
        shape: (rows, columns) of the smallest rectangles.
        ruled_below: (rows - 1, columns), whether a ruling lies below a rectangle.
        ruled_right: (rows, columns - 1), whether a ruling lies right of it.

    Returns:
        Spans in reading order that cover every address exactly once.
    """
    rows, columns = shape
    index = np.arange(rows * columns).reshape(shape)
    forest = _Forest(rows * columns)
    for a, b in zip(index[:-1][~ruled_below].tolist(), index[1:][~ruled_below].tolist(), strict=True):
        forest.unite(a, b)
    for a, b in zip(index[:, :-1][~ruled_right].tolist(), index[:, 1:][~ruled_right].tolist(), strict=True):
        forest.unite(a, b)
    labels = forest.labels(shape)
    while _swallow(labels, forest):
        labels = forest.labels(shape)
    return sorted(_bounds(labels).values())


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
