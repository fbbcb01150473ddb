"""The text of a table, apart from dirt, creases and what is left of rulings; and the size of its type."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..document import Box

Floats = npt.NDArray[np.float64]

_SPECK = 0.45  # em; a smaller run is dirt
_DASH = 0.25  # em; a flat run as wide as this stands for no amount, if
_DASHES, _FLUSH = 2, 0.15  # so many stand below one another within so many em
_TALLEST = 2.2  # em; a higher one is no line of text
_LONGEST_DASH, _FLAT = 2.5, 0.35  # em; a run longer and flatter than these is a line
_MOST_RUNS = 20_000


def text_of(runs: Sequence[Box]) -> tuple[Floats, float]:
    """Boxes (count, 4) of text, left, top, right, bottom, and its size in pixels."""
    boxes = np.array([b.to_list() for b in runs[:_MOST_RUNS]], np.float64).reshape(-1, 4)
    em = _em(boxes)
    return _outermost(_mended(boxes[_is_text(boxes, em)], em)), em


def _is_text(boxes: Floats, em: float) -> npt.NDArray[np.bool_]:
    """Which boxes are neither specks nor what is left of creases and rulings."""
    wide, high = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    small = np.maximum(wide, high) < _SPECK * em
    dash = small & (wide > _DASH * em) & (high < 0.5 * wide)
    ends = boxes[dash][:, [0, 2]]
    column = (np.abs(ends[:, None] - ends[None]) < _FLUSH * em).sum(1) >= _DASHES
    middles = (boxes[dash, 1] + boxes[dash, 3]) / 2
    row = (np.abs(middles[:, None] - middles[None]) < _FLUSH * em).sum(1) > _DASHES
    dash[dash] = column.any(1) | row
    speck = small & ~dash
    line = (high > _TALLEST * em) | ((wide > _LONGEST_DASH * em) & (high < _FLAT * em))
    return np.asarray(~(speck | line))


def _mended(boxes: Floats, em: float) -> Floats:
    """Halves of a character as one, where a stroke of it was taken for a ruling."""
    for shift in (0.0, 0.5):  # two ways of sorting into columns, so that no pair is always parted
        if len(boxes) < 2:
            break
        column = np.floor((boxes[:, 0] + boxes[:, 2]) / 2 / em + shift)
        boxes = boxes[np.lexsort((boxes[:, 1], column))]
        upper, lower = boxes[:-1], boxes[1:]
        wide = np.maximum(upper[:, 2] - upper[:, 0], lower[:, 2] - lower[:, 0])
        shared = np.minimum(upper[:, 2], lower[:, 2]) - np.maximum(upper[:, 0], lower[:, 0])
        gap = lower[:, 1] - np.minimum(upper[:, 3], lower[:, 3])
        high = np.maximum(upper[:, 3], lower[:, 3]) - np.minimum(upper[:, 1], lower[:, 1])
        halves = np.flatnonzero((shared > 0.8 * wide) & (gap < 0.15 * em) & (high < 1.15 * em))
        kept = np.ones(len(boxes), np.bool_)
        for k in halves.tolist():
            boxes[k + 1] = [
                *np.minimum(boxes[k, :2], boxes[k + 1, :2]),
                *np.maximum(boxes[k, 2:], boxes[k + 1, 2:]),
            ]
            kept[k] = False
        boxes = boxes[kept]
    return boxes


def _outermost(boxes: Floats) -> Floats:
    """Without those that lie in another."""
    order = np.argsort(boxes[:, 1], kind="stable")
    boxes = boxes[order]
    high = float((boxes[:, 3] - boxes[:, 1]).max(initial=0.0))
    kept = []
    for k, (left, top, right, bottom) in enumerate(boxes.tolist()):
        a, b = np.searchsorted(boxes[:, 1], [bottom - high - 1, top + 1])
        near = boxes[a:b]
        holds = (near[:, 0] <= left) & (near[:, 2] >= right) & (near[:, 1] <= top) & (near[:, 3] >= bottom)
        larger = (near[:, 2] - near[:, 0]) * (near[:, 3] - near[:, 1]) > (right - left) * (bottom - top)
        if not np.any(holds & larger):
            kept.append(k)
    return boxes[kept]


def _em(boxes: Floats) -> float:
    """Size of the type: a character is 0.95 of it high; text that is long counts most."""
    if not len(boxes):
        return 1.0
    heights, widths = boxes[:, 3] - boxes[:, 1], boxes[:, 2] - boxes[:, 0]
    order = np.argsort(heights, kind="stable")
    weights = np.cumsum(widths[order])
    return max(1.0, float(heights[order][np.searchsorted(weights, 0.8 * weights[-1])]) / 0.95)
