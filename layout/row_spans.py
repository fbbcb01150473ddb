"""Labels that span rows: each stands in the middle of the rows that it is of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .row_layouts import Alive, Piece

_EMPTY = 0.7  # cost of a row without label
_OFF = 0.35  # em off the middle that costs 1
_MOST_OFF = 3.0


def span_rows(
    parted: npt.NDArray[np.bool_],
    alive: Alive,
    pieces: Sequence[Piece],
    loose: Sequence[Piece],
    ys: Sequence[float],
    xs: Sequence[float],
    em: float,
    start: int,
) -> None:
    """Open sides in `parted` where labels span rows; rows before `start` are settled."""
    rows, cols = alive.shape[0], alive.shape[1] + 1
    for column in range(cols):
        own = [(p.top + p.bottom) / 2 for p in pieces if p.row >= start and p.first == p.last == column]
        between = [
            (p.top + p.bottom) / 2
            for p in loose
            if p.first == p.last == column and (p.top + p.bottom) / 2 > ys[start]
        ]
        if not between:
            continue
        labels = sorted(own + between)
        for top, bottom in _segments(labels, list(ys), start, rows, em):
            if bottom - top > 1:
                parted[top : bottom - 1, column] = False
                if column < cols - 1:
                    alive[top:bottom, column] = True
                if column:
                    alive[top:bottom, column - 1] = True


def _segments(
    labels: list[float], ys: list[float], start: int, rows: int, em: float
) -> list[tuple[int, int]]:
    """Rows cut into runs with one label in the middle, or single rows without."""
    cost = [np.inf] * (rows + 1)
    came = [(start, 0)] * (rows + 1)
    cost[start] = 0.0
    at = np.array(labels)
    for end in range(start + 1, rows + 1):
        for begin in range(start, end):
            if cost[begin] == np.inf:
                continue
            a, b = np.searchsorted(at, [ys[begin], ys[end]])
            if b - a > 1 or (b == a and end - begin > 1):
                continue
            own = (
                _EMPTY
                if a == b
                else min(_MOST_OFF, (abs(labels[a] - (ys[begin] + ys[end]) / 2) / em / _OFF) ** 2)
            )
            if cost[begin] + own < cost[end]:
                cost[end], came[end] = cost[begin] + own, (begin, end)
    result = []
    end = rows
    while end > start and cost[end] < np.inf:
        begin, _ = came[end]
        result.append((begin, end))
        end = begin
    return result[::-1]
