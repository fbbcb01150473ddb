"""Pictures among the words of a page that is read from its text layer.

A pasted screenshot of a table is in no layer; where one stands, the page must be read by
its pixels. Producers slice pictures into strips, so images that touch are one picture:
the connected parts of a coarse drawing of where images lie.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from ..document import Box
from .geometry import Matrix, Rectangle, moved
from .records import Image
from .styles import CONTRAST
from .survey import PlacedImage, Survey
from .textlayer import Run

MAX_PICTURES = 50  # of one page
MIN_SIDE = 40  # pixels: less holds no table, and of stored ones is a stretched colour
MIN_SHARE = 0.005  # of the page: less is a logo or an icon
COVERED = 0.5  # share under words, with their surroundings, from which an image is background
FILLED = 0.5  # share of its box that images cover; rulings drawn as images cover less
CELLS = 1000  # of the drawing, at most, along the page's longer side; one is about a point

Mask = npt.NDArray[np.bool_]


def pasted_pictures(
    survey: Survey, words: Sequence[Run], to_image: Matrix, image: Image
) -> tuple[list[Box], int]:
    """The pictures on a page in pixels of `image`, from the top; and how many were too many."""
    if not survey.images:
        return [], 0
    scale = min(1.0, CELLS / max(survey.width, survey.height))
    under_words = _mask(survey, scale, [_with_surroundings(run) for run in words])
    # A background goes first, so that it does not swallow the pictures on it.
    placed = [i for i in survey.images if not _is_background(i.box, under_words, scale)]
    found = _apart([box for box in _groups(survey, placed, scale) if _is_large(box, survey, to_image, image)])
    found = [box for box in found if not _is_background(box, under_words, scale)]
    boxes = [within(moved(box, to_image), image) for box in found]
    boxes = sorted((b for b in boxes if _is_seen(b, image)), key=lambda b: b.area, reverse=True)
    return sorted(boxes[:MAX_PICTURES], key=lambda b: (b.top, b.left)), len(boxes[MAX_PICTURES:])


def within(box: Rectangle, image: Image) -> Box:
    """What of a rectangle lies on the image; empty, at the edge, where nothing does."""
    height, width = image.shape[:2]
    left, right = (min(max(0.0, x), width) for x in box[::2])
    top, bottom = (min(max(0.0, y), height) for y in box[1::2])
    return Box(left, top, right, bottom)


def _with_surroundings(run: Run) -> Rectangle:
    """A word with the gaps to the next word and line, as wide as it is high."""
    left, top, right, bottom = run.box
    gap = min(right - left, bottom - top)
    return left - gap, top - gap, right + gap, bottom + gap


def _cells(box: Rectangle, scale: float) -> tuple[slice, slice]:
    """The cells of the drawing that a box touches, at least one."""
    left, top, right, bottom = (max(0, int(edge * scale)) for edge in box)
    return slice(top, bottom + 1), slice(left, right + 1)


def _mask(survey: Survey, scale: float, boxes: Sequence[Rectangle]) -> Mask:
    mask = np.zeros((int(survey.height * scale) + 1, int(survey.width * scale) + 1), np.bool_)
    for box in boxes:
        mask[_cells(box, scale)] = True
    return mask


def _is_background(box: Rectangle, under_words: Mask, scale: float) -> bool:
    return float(under_words[_cells(box, scale)].mean()) > COVERED


def _groups(survey: Survey, images: Sequence[PlacedImage], scale: float) -> list[Rectangle]:
    """The boxes around images that touch, where they fill it and have pixels enough."""
    mask = _mask(survey, scale, [image.box for image in images])
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    stored = np.zeros(count)
    boxes: dict[int, Rectangle] = {}
    for image in images:
        rows, cols = _cells(image.box, scale)
        label = int(labels[rows.start, cols.start])
        stored[label] += image.size[0] * image.size[1]
        boxes[label] = _around(boxes.get(label, image.box), image.box)
    area = stats[:, cv2.CC_STAT_WIDTH] * stats[:, cv2.CC_STAT_HEIGHT]
    good = (stats[:, cv2.CC_STAT_AREA] >= FILLED * area) & (stored >= MIN_SIDE**2)
    return [box for label, box in boxes.items() if good[label]]


def _is_large(box: Rectangle, survey: Survey, to_image: Matrix, image: Image) -> bool:
    shown = within(moved(box, to_image), image)
    share = (box[2] - box[0]) * (box[3] - box[1]) / (survey.width * survey.height)
    return share >= MIN_SHARE and min(shown.width, shown.height) >= MIN_SIDE


def _apart(boxes: Sequence[Rectangle]) -> list[Rectangle]:
    """Unite boxes until none overlap; there are hundreds at most, for they are large."""
    apart: list[Rectangle] = []
    for new in boxes:
        box, before = new, -1
        while before != len(apart):
            before = len(apart)
            touching = [other for other in apart if _overlap(box, other)]
            apart = [other for other in apart if not _overlap(box, other)]
            for other in touching:
                box = _around(box, other)
        apart.append(box)
    return apart


def _around(one: Rectangle, other: Rectangle) -> Rectangle:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def _overlap(one: Rectangle, other: Rectangle) -> bool:
    across = one[0] < other[2] and other[0] < one[2]
    return across and one[1] < other[3] and other[1] < one[3]


def _is_seen(box: Box, image: Image) -> bool:
    """Whether anything is drawn there; a blank spacer need not be read."""
    patch = image[int(box.top) : int(box.bottom), int(box.left) : int(box.right)]
    return bool(patch.size) and int(np.ptp(patch.reshape(-1, 3), axis=0).max()) >= CONTRAST
