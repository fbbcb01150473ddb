"""Seals and stamps: found by colour and shape, or by shape alone, and taken off the black ink.

Colour is taken away only where it forms a seal: a ring of a seal's size, or a compact outline,
round or square, of coloured strokes. Coloured text and rulings anywhere else are ink. Under a
seal, black and colour are parted by the law of Beer and Lambert, by which densities (negative
logarithms of the light let through) add up: black ink has the same density in every channel,
the seal's ink little in the channel of its own colour.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ..document import Box
from ..source import Image
from .geometry import Mask, as_mask
from .light import absorbed, paper_level
from .rings import Ring, find_rings

_COARSE = 50  # pixels per inch at which shapes are looked for
_COLOURED = 26  # of 255: difference between channels, as shares of the paper's light
_CONTRAST = 12  # of 255: by which a ring's stroke stands out
_MARGIN = 0.06  # inches beyond a ring's middle line: half its stroke, and blur
_LEAST, _MOST = 0.35, 2.6  # inches, width and height of stamps
_JOINED = 0.06  # inches between strokes of one stamp
_NEAR = 0.25  # inches around a stamp
_ON_PAPER = 0.85  # of the level there: what is darker is a picture or a coloured field, not paper
_OUTLINED = 0.7  # share of an outline along which there are strokes
_FILLED = 0.6  # share of a stamp's area that is ink: more is a coloured field or a picture

Outline = npt.NDArray[np.float32]  # (points, 2)


@dataclass(frozen=True)
class Seal:
    """Where a seal is.

    Attributes:
        box: around it, in pixels of the page.
        inside: (height, width) of the box in whole pixels, 255 where the seal is.
        coloured: whether it can be told from black ink by its colour.
        ring: (points, 2) of the middle of its ring, from the box's corner; its outline where it has none.
    """

    box: Box
    inside: Mask
    coloured: bool
    ring: npt.NDArray[np.int32]

    @property
    def window(self) -> tuple[slice, slice]:
        """Rows and columns of the page that `inside` covers."""
        left, top, right, bottom = (round(v) for v in self.box.to_list())
        return slice(top, bottom), slice(left, right)


def is_coloured(image: Image) -> bool:
    """Whether an image (height, width, 3) is more than a grey scan in three channels."""
    if not image.size:
        return False
    blue, green, red = cv2.split(np.ascontiguousarray(image[::3, ::3]))
    most = max(float(cv2.minMaxLoc(cv2.absdiff(green, plane))[1]) for plane in (blue, red))
    return most > _COLOURED // 2


def find_seals(image: Image, share: Mask, paper: Mask, per_inch: float, *, coloured: bool) -> list[Seal]:
    """Seals of a page, the coloured ones if there are any.

    Args:
        image: (height, width, 3) BGR.
        share: (height, width) share of light absorbed, 0 to 255.
        paper: (height, width) lightness of the paper.
        per_inch: pixels per inch of the sheet.
        coloured: whether the image has any colour.
    """
    scale = min(1.0, _COARSE / per_inch)
    coarse = per_inch * scale
    margin = _MARGIN * coarse
    found: list[Seal | None] = []
    if coloured:
        colour = _colourfulness(_reduced(image, scale), coarse)
        if np.count_nonzero(colour > _COLOURED) >= _LEAST * coarse:
            rings = find_rings(colour, coarse, _CONTRAST)
            circles = [_circle(ring) for ring in rings]
            level = as_mask(cv2.resize(paper, colour.shape[::-1], interpolation=cv2.INTER_NEAREST))
            circles += _outlines(colour, [_grown(circle, margin) for circle in circles], level, coarse)
            found = [_seal(circle, margin, scale, share.shape, coloured=True) for circle in circles]
    if not any(found):
        rings = find_rings(_reduced(share, scale), coarse, _CONTRAST)
        found = [_seal(_circle(ring), margin, scale, share.shape, coloured=False) for ring in rings]
    return [seal for seal in found if seal]


def _reduced(image: npt.NDArray[np.uint8], scale: float) -> npt.NDArray[np.uint8]:
    if scale == 1:
        return image
    size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    return as_mask(cv2.resize(image, size, interpolation=cv2.INTER_AREA))


def _colourfulness(small: Image, per_inch: float) -> Mask:
    """How far the channels differ in what they absorb, beside the paper's own colour."""
    parts = [absorbed(plane, paper_level(plane, per_inch)) for plane in map(as_mask, cv2.split(small))]
    most, least = (
        cv2.max(cv2.max(parts[0], parts[1]), parts[2]),
        cv2.min(cv2.min(parts[0], parts[1]), parts[2]),
    )
    return as_mask(cv2.subtract(most, least))


def _outlines(colour: Mask, rings: list[Outline], paper: Mask, per_inch: float) -> list[Outline]:
    """Outlines of coloured stamps on a coarse plane, beside the rings."""
    ink = as_mask(cv2.threshold(colour, _COLOURED, 255, cv2.THRESH_BINARY)[1])
    cv2.fillPoly(ink, [ring.round().astype(np.int32) for ring in rings], (0,))
    outlines: list[Outline] = []
    reach = max(2, round(_JOINED * per_inch))
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    for label in range(1, count):
        left, top, width, height, _ = (int(v) for v in stats[label])
        if not _LEAST * per_inch <= min(width, height) <= max(width, height) <= _MOST * per_inch:
            continue
        near = round(_NEAR * per_inch)
        around = paper[max(0, top - near) : top + height + near, max(0, left - near) : left + width + near]
        level = np.median(paper[top : top + height, left : left + width])
        if level < _ON_PAPER * np.percentile(around, 90):
            continue
        own = labels[top : top + height, left : left + width] == label
        strokes = as_mask(np.where(own, ink[top : top + height, left : left + width], np.uint8(0)))
        outline = _outline(strokes, per_inch)
        if outline is not None:
            outlines.append(outline + np.array([left, top], np.float32))
    return outlines


def _outline(strokes: Mask, per_inch: float) -> Outline | None:
    """The convex hull of strokes, if it is a stamp's: strokes run along most of it, and it is not full."""
    points = cv2.findNonZero(strokes)
    hull = cv2.convexHull(points).astype(np.int32)
    inside = np.zeros_like(strokes)
    cv2.fillPoly(inside, [hull], (255,))
    area = cv2.countNonZero(inside)
    if not area or cv2.countNonZero(strokes) > _FILLED * area:
        return None
    edge = np.zeros_like(strokes)
    cv2.polylines(edge, [hull], isClosed=True, color=(255,))
    reach = max(1, round(0.02 * per_inch))
    near = cv2.dilate(strokes, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    if cv2.countNonZero(cv2.bitwise_and(edge, near)) < _OUTLINED * cv2.countNonZero(edge):
        return None
    return hull.reshape(-1, 2).astype(np.float32)


def _grown(outline: Outline, margin: float) -> Outline:
    """An outline moved outwards."""
    arms = outline - outline.mean(axis=0)
    reach = np.maximum(np.hypot(*arms.T), 1e-3)[:, None]
    grown: Outline = outline + (arms * (margin / reach)).astype(np.float32)
    return grown


def _circle(ring: Ring) -> Outline:
    angle = np.linspace(0, 2 * np.pi, 90, endpoint=False, dtype=np.float32)[:, None]
    middle = np.array([ring.x, ring.y], np.float32)
    points = middle + ring.radius * np.hstack([np.cos(angle), np.sin(angle)])
    return points.astype(np.float32)


def _seal(
    ring: Outline, margin: float, scale: float, shape: tuple[int, ...], *, coloured: bool
) -> Seal | None:
    """What a coarse ring and the margin beyond it enclose on the page; None where that lies off it."""
    ring, outline = ((points + 0.5) / scale for points in (ring, _grown(ring, margin)))
    (left, top), (right, bottom) = np.floor(outline.min(axis=0)), np.ceil(outline.max(axis=0))
    left, right = (int(np.clip(v, 0, shape[1])) for v in (left, right))
    top, bottom = (int(np.clip(v, 0, shape[0])) for v in (top, bottom))
    if right - left < 2 or bottom - top < 2:
        return None
    corner = np.array([left, top], np.float32)
    inside = np.zeros((bottom - top, right - left), np.uint8)
    cv2.fillPoly(inside, [(outline - corner).round().astype(np.int32)], (255,))
    return Seal(Box(left, top, right, bottom), inside, coloured, (ring - corner).round().astype(np.int32))
