"""The edges of a sheet that lies on something darker, as lines that ought to be level or upright.

On a photograph of a page without upright rulings they are all that tells how its columns run.
They count for less than what is printed: sheets are cut and printed a little askew.
"""

from __future__ import annotations

import cv2
import numpy as np

from .courses import NONE, Courses, Values, together
from .geometry import Mask, as_mask

_SIDE = 400  # pixels: rulings and type disappear, a sheet's edges stay
_DARKER = 0.75  # of the sheet's light: what the surroundings are at most
_AROUND = 0.5  # of the picture's rim that shows surroundings, at least
_STRAIGHT = 1.5  # pixels at `_SIDE` within which most of an edge lies
_MOST = 0.7  # of an edge
_ASKEW = 0.004  # of its length by which an edge is usually out against the print


def follow_outline(light: Mask) -> tuple[Courses, Courses]:
    """Edges above and below, and, with x and y exchanged, those on the left and right.

    Args:
        light: lightness of the picture (height, width).
    """
    scale = max(1.0, max(light.shape) / _SIDE)
    small = as_mask(cv2.resize(light, None, fx=1 / scale, fy=1 / scale, interpolation=cv2.INTER_AREA))
    sheet = _sheet(small)
    if sheet is None:
        return NONE, NONE
    return _edges(sheet, scale), _edges(as_mask(cv2.transpose(sheet)), scale)


def _sheet(light: Mask) -> Mask | None:
    """Where the sheet is, 255 there; None where there are no darker surroundings."""
    light = as_mask(cv2.morphologyEx(light, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8)))  # without ink
    paper = float(np.percentile(light, 75))
    rim = np.concatenate([light[0], light[-1], light[:, 0], light[:, -1]])
    dark = rim < _DARKER * paper
    if dark.mean() < _AROUND:
        return None
    between = (paper + float(np.median(rim[dark]))) / 2
    _, labels, stats, _ = cv2.connectedComponentsWithStats(as_mask((light > between).astype(np.uint8)))
    largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    return as_mask((labels == largest).astype(np.uint8) * np.uint8(255))


def _edges(sheet: Mask, scale: float) -> Courses:
    """The upper and the lower edge, where they are straight and inside the picture."""
    height = sheet.shape[0]
    inside = np.flatnonzero(sheet.any(axis=0))
    if inside.size < 20:
        return NONE
    x = inside[inside.size // 20 : -(inside.size // 20)].astype(np.float64)  # without rounded corners
    columns = sheet[:, x.astype(np.int64)]
    upper = columns.argmax(axis=0).astype(np.float64)
    lower = height - columns[::-1].argmax(axis=0).astype(np.float64)
    return together(*(_edge(x + 0.5, y, height, scale) for y in (upper, lower)))


def _edge(x: Values, y: Values, height: int, scale: float) -> Courses:
    seen = (y > 1) & (y < height - 1)
    if np.count_nonzero(seen) < 20:
        return NONE
    x, y = x[seen], y[seen]
    third = x.size // 3
    slope = (np.median(y[-third:]) - np.median(y[:third])) / (np.median(x[-third:]) - np.median(x[:third]))
    rest = y - slope * x
    straight = np.abs(rest - np.median(rest)) < _STRAIGHT
    if straight.mean() < _MOST * seen.mean() or straight.sum() < 20:
        return NONE
    x, y = x[straight] * scale, y[straight] * scale
    noise, bias = np.full(x.size, scale), np.full(x.size, _ASKEW * (x[-1] - x[0]))
    return Courses(x, y, np.zeros(x.size, np.int64), noise, bias)
