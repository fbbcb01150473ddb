"""Text detection by differentiable binarization: a page in, boxes of text lines out.

Liao et al., "Real-time Scene Text Detection with Differentiable Binarization", AAAI 2020.
The network gives a map of the probability that a pixel belongs to the shrunk core of a
line of text; each connected core is fitted with a rectangle and grown back ("unclip").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pyclipper

from ..source import Image

Array = npt.NDArray[np.float32]

STRIDE = 32  # the network halves its input five times
_MEAN = np.array([0.485, 0.456, 0.406], np.float32) * 255
_SCALE = np.array([0.229, 0.224, 0.225], np.float32) * 255


@dataclass(frozen=True, slots=True)
class DBOptions:
    """Post-processing of the probability map; the values PaddleOCR's own pipeline uses.

    Attributes:
        threshold: a pixel above it is text.
        box_threshold: a box whose mean probability is below it is dropped; lower finds
            faint digits and more dirt.
        unclip: by how much a core is grown, times area over perimeter.
        max_boxes: bound on boxes per page.
    """

    threshold: float = 0.3
    box_threshold: float = 0.6
    unclip: float = 1.5
    max_boxes: int = 6000


def prepare(image: Image, side: int) -> Array:
    """Scale so that the longest side is at most `side`, round to the stride, normalise.

    Returns a batch of one: (1, 3, height, width).
    """
    height, width = image.shape[:2]
    ratio = min(1.0, side / max(height, width))
    size = tuple(max(STRIDE, round(int(length * ratio) / STRIDE) * STRIDE) for length in (width, height))
    resized = cv2.resize(image, size) if size != (width, height) else image
    normal = (resized.astype(np.float32) - _MEAN) / _SCALE  # (height, width, 3)
    return np.ascontiguousarray(normal.transpose(2, 0, 1)[None])


def quads(
    probability: Array, size: tuple[int, int], options: DBOptions | None = None
) -> list[npt.NDArray[np.int32]]:
    """Rectangles around the text of a probability map (rows, columns).

    Args:
        probability: the network's output for one page.
        size: (width, height) of the page that the rectangles are wanted for.
        options: thresholds; PaddleOCR's own when not given.

    Returns:
        One (4, 2) array per line: x, y of the corners, clockwise from the top left.
    """
    options = options or DBOptions()
    rows, columns = probability.shape
    mask = (probability > options.threshold).astype(np.uint8)
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    scale = np.array([size[0] / columns, size[1] / rows])
    found = []
    for contour in contours[: options.max_boxes]:
        corners, short_side = _rectangle(contour)
        if short_side < 3 or _mean_inside(probability, corners) < options.box_threshold:
            continue
        corners, short_side = _rectangle(_unclip(corners, options.unclip))
        if short_side < 5:
            continue
        # int() after round(): halves go to even, as in the reference implementation.
        scaled = np.clip(np.round(corners * scale), 0, size)
        found.append(scaled.astype(np.int32))
    return found


def _rectangle(points: npt.NDArray[Any]) -> tuple[Array, float]:
    """Corners of the smallest rectangle, clockwise from the top left, and its short side."""
    rectangle = cv2.minAreaRect(points)
    corners = sorted(cv2.boxPoints(rectangle).tolist())  # by x: two on the left, two on the right
    left, right = sorted(corners[:2], key=lambda p: p[1]), sorted(corners[2:], key=lambda p: p[1])
    return np.array([left[0], right[0], right[1], left[1]], np.float32), min(rectangle[1])


def _mean_inside(probability: Array, corners: Array) -> float:
    rows, columns = probability.shape
    left, top = np.clip(np.floor(corners.min(axis=0)), 0, [columns - 1, rows - 1]).astype(int)
    right, bottom = np.clip(np.ceil(corners.max(axis=0)), 0, [columns - 1, rows - 1]).astype(int)
    mask = np.zeros((bottom - top + 1, right - left + 1), np.uint8)
    cv2.fillPoly(mask, [(corners - [left, top]).astype(np.int32)], (1,))
    return float(cv2.mean(probability[top : bottom + 1, left : right + 1], mask)[0])


def _unclip(corners: Array, ratio: float) -> npt.NDArray[np.int32]:
    distance = cv2.contourArea(corners) * ratio / cv2.arcLength(corners, True)
    offset = pyclipper.PyclipperOffset()
    offset.AddPath(corners.astype(int).tolist(), pyclipper.JT_ROUND, pyclipper.ET_CLOSEDPOLYGON)
    return np.array(offset.Execute(distance)[0], np.int32).reshape(-1, 1, 2)
