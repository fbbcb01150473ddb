"""How far the text of a table agrees with a grid: what a grid from text is trusted by."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from .engine import GridCell
from .geometry import clusters

Floats = npt.NDArray[np.float64]

_OVER = 0.25  # em that a text may stand over the edge of its cell
_APART = 1.3  # em of white between two texts of one line of a cell
_GLYPH = 1.25  # em; characters of one word may be set wide apart
_LINE = 0.4  # em between the middles of one line
_ALIGNED = 0.15  # em by which aligned edges differ
_FEW = 4  # texts that show how a column is aligned
_MANY = 12  # that say so for certain


def agreement(
    cells: Sequence[GridCell], ys: Sequence[float], xs: Sequence[float], boxes: Floats, em: float
) -> tuple[float, str | None]:
    """A score from 0 to 1, and the reason why it is low.

    Three shares are multiplied: of the texts that lie in one cell, of those with none beside them
    in their cell, and, for half of the score, of those that begin, end or have their middle where
    others of their column do.

    Args:
        cells: of the grid.
        ys: edges of its rows.
        xs: edges of its columns.
        boxes: (runs, 4), left, top, right, bottom.
        em: size of the type in pixels.
    """
    edges = np.array([cell.box.to_list() for cell in cells])
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    address = np.empty((len(ys) - 1, len(xs) - 1), np.int64)
    for index, cell in enumerate(cells):
        address[cell.row : cell.row + cell.row_span, cell.col : cell.col + cell.col_span] = index
    row, column = np.searchsorted(ys, y, "right") - 1, np.searchsorted(xs, x, "right") - 1
    home = address[np.clip(row, 0, len(ys) - 2), np.clip(column, 0, len(xs) - 2)]
    own = edges[home]
    reach = _OVER * em
    over = (boxes[:, 0] < own[:, 0] - reach) | (boxes[:, 2] > own[:, 2] + reach)
    over |= (boxes[:, 1] < own[:, 1] - reach) | (boxes[:, 3] > own[:, 3] + reach)
    beside = _beside(home, boxes, em)
    astray, judged = _astray(cells, home, boxes, em)
    shares = over.mean(), beside.mean(), astray / max(_MANY, judged)
    score = (1 - shares[0]) * (1 - shares[1]) * (1 - 0.5 * shares[2])
    reasons = {
        "texts cross the edges of cells": int(over.sum()),
        "texts have others beside them in their cells": int(beside.sum()),
        "texts are not aligned with their columns": astray,
    }
    reason = "; ".join(f"{count} of {len(boxes)} {what}" for what, count in reasons.items() if count)
    return round(float(score), 3), reason or None


def _beside(home: npt.NDArray[np.int64], boxes: Floats, em: float) -> npt.NDArray[np.bool_]:
    """Texts that stand on one line of a cell with another, far apart."""
    beside = np.zeros(len(boxes), np.bool_)
    for members in _members(home):
        if len(members) < 2:
            continue
        for line in clusters(((boxes[members, 1] + boxes[members, 3]) / 2).tolist(), _LINE * em):
            order = sorted((members[i] for i in line), key=lambda i: float(boxes[i, 0]))
            for a, b in pairwise(order):
                single = max(boxes[a, 2] - boxes[a, 0], boxes[b, 2] - boxes[b, 0]) < _GLYPH * em
                if boxes[b, 0] - boxes[a, 2] > _APART * em and not single:
                    beside[[a, b]] = True
    return beside


def _astray(
    cells: Sequence[GridCell], home: npt.NDArray[np.int64], boxes: Floats, em: float
) -> tuple[int, int]:
    """How many texts of cells of one column have no edge in common with others, and how many were judged."""
    columns: dict[tuple[int, int], list[tuple[float, float, float]]] = {}
    for members in _members(home):
        cell, own = cells[home[members[0]]], boxes[members]
        left, right = float(own[:, 0].min()), float(own[:, 2].max())
        columns.setdefault((cell.col, cell.col_span), []).append((left, right, (left + right) / 2))
    astray = judged = 0
    for texts in columns.values():
        if len(texts) < _FEW:
            continue
        alone = np.ones(len(texts), np.bool_)
        for places in np.array(texts).T:
            order = np.argsort(places)
            close = np.diff(places[order]) < _ALIGNED * em
            alone[order[:-1][close]] = alone[order[1:][close]] = False
        astray += int(alone.sum())
        judged += len(texts)
    return astray, judged


def _members(home: npt.NDArray[np.int64]) -> list[npt.NDArray[np.int64]]:
    """Indices of the texts of each cell that has any."""
    order = np.argsort(home, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(home[order])) + 1)
