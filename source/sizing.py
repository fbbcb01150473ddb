"""From a page's own pixels to the image that is worked on: square pixels, and not too many."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from ..document import Problem
from .options import SourceOptions
from .records import Image, MatrixRows


def work_image(
    pixels: npt.NDArray[np.uint8],
    number: int,
    options: SourceOptions,
    stretch: tuple[float, float] = (1.0, 1.0),
) -> tuple[Image, MatrixRows, tuple[Problem, ...]]:
    """Make pixels square by `stretch` (x, y), and few enough to work on.

    Args:
        pixels: (height, width) grey or (height, width, 3) BGR.
        number: the page's, for the problem that tells of a reduction.
        options: `work_pixels` is the bound.
        stretch: factors of at least 1.

    Returns:
        The BGR image, the matrix from `pixels` to it, and "page_reduced" where it was.
    """
    height, width = pixels.shape[:2]
    wide, high = width * stretch[0], height * stretch[1]
    size = (round(wide), round(high))
    problems: tuple[Problem, ...] = ()
    if wide * high > options.work_pixels:
        factor = math.sqrt(options.work_pixels / (wide * high))
        size = (max(1, int(wide * factor)), max(1, int(high * factor)))
        message = f"reduced from {width} × {height} to {size[0]} × {size[1]} pixels (--work-pixels)"
        problems = (Problem("info", "page_reduced", message, page=number, stage="source"),)
    if size != (width, height):
        smaller = size[0] <= width and size[1] <= height
        method = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=method), np.uint8)
    if pixels.ndim == 2:
        pixels = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR), np.uint8)
    matrix = ((size[0] / width, 0.0, 0.0), (0.0, size[1] / height, 0.0), (0.0, 0.0, 1.0))
    return np.ascontiguousarray(pixels), matrix, problems
