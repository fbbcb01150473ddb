"""Where things lie on a PDF page.

One frame serves all: points (1/72 inch) of the page as it is shown, after CropBox and
/Rotate, from its upper left corner, y down. Matrices lead from and to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..document import ScanSource

Matrix = npt.NDArray[np.float64]  # (3, 3), for column vectors (x, y, 1)
Rectangle = tuple[float, float, float, float]  # left, top, right, bottom
Pixels = npt.NDArray[np.uint8]  # grey (height, width) or BGR (height, width, 3)


@dataclass(frozen=True, eq=False, slots=True)
class View:
    """A page in pixels, drawn or taken from an image on it; `to_pixels` leads from the page there."""

    pixels: Pixels
    to_pixels: Matrix
    dpi: float
    source: ScanSource


def as_matrix(rows: Any) -> Matrix:
    """Rows of numbers as a matrix."""
    return np.asarray(rows, dtype=np.float64)


def inverse(matrix: Matrix) -> Matrix:
    """The way back."""
    return as_matrix(np.linalg.inv(matrix))


def scaling(x: float, y: float) -> Matrix:
    """Multiplies both coordinates."""
    return np.diag([x, y, 1.0])


def quarter_turns(turns: int, size: tuple[int, int]) -> Matrix:
    """Where pixels go when an image of `size` (width, height) is turned clockwise."""
    width, height = size
    matrix = np.eye(3)
    for _ in range(turns):
        matrix = as_matrix([[0, -1, height], [1, 0, 0], [0, 0, 1]]) @ matrix
        width, height = height, width
    return matrix


def moved(box: Rectangle, matrix: Matrix) -> Rectangle:
    """The upright rectangle around a box's image; `matrix` turns by quarters only."""
    left, top, right, bottom = box
    (x0, x1), (y0, y1) = (matrix[:2] @ [[left, right], [top, bottom], [1, 1]]).tolist()
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def center(box: Rectangle) -> tuple[float, float]:
    """The middle of a box, (x, y)."""
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
