"""The outline of a sheet that lies on something darker.

Its edges are lines that ought to be level or upright; on a photograph of a page without upright
rulings they are all that tells how its columns run. They count for less than what is printed:
sheets are cut and printed a little askew. What lies around the sheet is no part of the page,
and gives way to paper, or its edges would pass for rulings.
"""

from __future__ import annotations

import cv2
import numpy as np

from ..source import Image
from .courses import NONE, Courses, Values, together
from .geometry import Mask, as_mask

_SIDE = 400  # pixels: rulings and type disappear, a sheet's edges stay
_DARKER = 0.6  # of the sheet's light: what the surroundings are at most
_AROUND = 0.5  # of the picture's rim that shows surroundings, at least
_BRIGHT = 0.02  # of the surroundings that may be lighter than that; a dark heading bears light type
_LEAST = 0.2  # of the picture that the sheet takes up
_SOLID = 0.96  # of its convex hull that the sheet fills; more is missing of a shadowed page
_STRAIGHT = 1.5  # pixels at `_SIDE` within which most of an edge lies
_MOST = 0.7  # of an edge
_ASKEW = 0.004  # of its length by which an edge is usually out against the print
_FEWEST = 20  # pixels at `_SIDE` that make an edge
_NARROWEST = 16  # pixels at `_SIDE`: twice what ink and a frame are removed with
_EDGE = 5  # pixels at `_SIDE`, twice the width of the shadow along a sheet's edge


def find_sheet(light: Mask) -> Mask | None:
    """Where the sheet is, 255 there, at about `_SIDE` pixels; None where nothing darker surrounds it.

    Args:
        light: lightness of the picture (height, width).
    """
    scale = min(1.0, _SIDE / max(light.shape))
    if min(light.shape) * scale < _NARROWEST:
        return None
    small = cv2.resize(light, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    # Without ink, and without a frame drawn along the rim.
    light = as_mask(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8)))
    paper = float(np.percentile(light, 75))
    rim = np.concatenate([light[0], light[-1], light[:, 0], light[:, -1]])
    dark = rim < _DARKER * paper
    if dark.mean() < _AROUND:
        return None
    between = (paper + float(np.median(rim[dark]))) / 2
    contours, _ = cv2.findContours(
        as_mask((light > between).astype(np.uint8)), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
    )
    largest = max(contours, key=cv2.contourArea)
    hull = cv2.convexHull(largest)
    area = cv2.contourArea(hull)
    if area < _LEAST * light.size or cv2.contourArea(largest) < _SOLID * area:
        return None
    sheet = as_mask(cv2.fillConvexPoly(np.zeros(light.shape, np.uint8), hull.astype(np.int32), (255,)))
    around = cv2.dilate(sheet, np.ones((_EDGE, _EDGE), np.uint8)) == 0
    return sheet if (small[around] > _DARKER * paper).mean() < _BRIGHT else None


def follow_outline(sheet: Mask, scale: float) -> tuple[Courses, Courses]:
    """Edges above and below, and, with x and y exchanged, those on the left and right.

    Args:
        sheet: 255 where it is.
        scale: pixels of the page per pixel of `sheet`.
    """
    return _edges(sheet, scale), _edges(as_mask(cv2.transpose(sheet)), scale)


def paint_surroundings(image: Image, sheet: Mask) -> Image:
    """The picture with what lies around the sheet replaced by the paper nearest to it."""
    inner = cv2.erode(sheet, np.ones((_EDGE, _EDGE), np.uint8), borderValue=(255,))
    size = (sheet.shape[1], sheet.shape[0])
    small = cv2.medianBlur(cv2.resize(image, size, interpolation=cv2.INTER_LINEAR), 5)
    _, nearest = cv2.distanceTransformWithLabels(
        cv2.bitwise_not(inner), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    inside = inner > 0
    colours = np.zeros((int(nearest.max()) + 1, 3), np.uint8)
    colours[nearest[inside]] = small[inside]
    paper = cv2.blur(as_mask(colours[nearest]), (9, 9))
    whole = (image.shape[1], image.shape[0])
    painted = as_mask(cv2.resize(paper, whole, interpolation=cv2.INTER_LINEAR))
    mask = as_mask(cv2.resize(as_mask(inner), whole, interpolation=cv2.INTER_LINEAR) > 127)
    return as_mask(cv2.copyTo(image, mask, painted))


def _edges(sheet: Mask, scale: float) -> Courses:
    """The upper and the lower edge, where they are straight and inside the picture."""
    height = sheet.shape[0]
    inside = np.flatnonzero(sheet.any(axis=0))
    corner = inside.size // 20  # may be dog-eared
    x = inside[corner : inside.size - corner].astype(np.float64)
    if x.size < _FEWEST:
        return NONE
    columns = sheet[:, x.astype(np.int64)]
    upper = columns.argmax(axis=0).astype(np.float64)
    lower = height - columns[::-1].argmax(axis=0).astype(np.float64)
    return together(*(_edge(x + 0.5, y, height, scale) for y in (upper, lower)))


def _edge(x: Values, y: Values, height: int, scale: float) -> Courses:
    seen = (y > 1) & (y < height - 1)
    if np.count_nonzero(seen) < _FEWEST:
        return NONE
    x, y = x[seen], y[seen]
    third = x.size // 3
    slope = (np.median(y[-third:]) - np.median(y[:third])) / (np.median(x[-third:]) - np.median(x[:third]))
    rest = y - slope * x
    straight = np.abs(rest - np.median(rest)) < _STRAIGHT
    if straight.sum() < max(_FEWEST, _MOST * x.size):
        return NONE
    x, y = x[straight] * scale, y[straight] * scale
    noise, bias = np.full(x.size, scale), np.full(x.size, _ASKEW * (x[-1] - x[0]))
    return Courses(x, y, np.zeros(x.size, np.int64), noise, bias)
