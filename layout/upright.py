"""Setting a page upright: its skew is measured and undone.

The skew is the angle at which the ink's projections are sharpest (Postl, "Detection of
linear oblique structures and skew scan in digitized documents", ICPR 1986), taken over
rows and columns together, so that text and rulings of either direction count.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ..source import Image
from .geometry import Matrix
from .ink import black_ink

_WORKING_SIDE = 1400  # pixels: 0.02° shifts the far end of a line by half a pixel
_MAX_POINTS = 200_000
_NEGLIGIBLE = 0.02  # degrees


@dataclass(frozen=True)
class Upright:
    """An upright page (height, width, 3) and the 3×3 matrix that maps the original to it."""

    image: Image
    matrix: Matrix
    degrees: float


def make_upright(image: Image, max_skew: float) -> Upright:
    """Measure a skew of up to `max_skew` degrees and rotate it away.

    The page grows so that no corner is lost; new corners take the paper's colour.
    """
    degrees = skew(image, max_skew)
    if abs(degrees) < _NEGLIGIBLE:
        return Upright(image, np.eye(3), 0.0)
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    new_width, new_height = round(width * cos + height * sin), round(height * cos + width * sin)
    shift = np.array([[0, 0, (new_width - width) / 2], [0, 0, (new_height - height) / 2]])
    matrix = matrix.astype(np.float64) + shift
    paper = [float(v) for v in np.median(image[::16, ::16].reshape(-1, 3), axis=0)]
    rotated = cv2.warpAffine(
        image,
        matrix,
        (new_width, new_height),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=paper,
    )
    return Upright(rotated.astype(np.uint8, copy=False), np.vstack([matrix, [0, 0, 1]]), degrees)


def skew(image: Image, max_skew: float) -> float:
    """Degrees by which the page must turn counter-clockwise to be upright."""
    shrink = min(1.0, _WORKING_SIDE / max(image.shape[:2]))
    small = (
        cv2.resize(image, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA) if shrink < 1 else image
    )
    y, x = np.nonzero(black_ink(small.astype(np.uint8, copy=False)).mask)
    if x.size < 200 or max_skew == 0:
        return 0.0
    step = -(-x.size // _MAX_POINTS)
    points = np.stack([x[::step], y[::step]]).astype(np.float32)
    centre, width = 0.0, max_skew
    for resolution in (0.25, 0.05, 0.01):
        angles = np.arange(centre - width, centre + width + resolution / 2, resolution)
        centre = float(angles[np.argmax([_sharpness(points, float(angle)) for angle in angles])])
        width = resolution
    # A peak at the end of the range is no peak: the page is slanted further, or has no lines.
    return 0.0 if abs(centre) >= max_skew else round(centre, 3)


def _sharpness(points: npt.NDArray[np.float32], degrees: float) -> float:
    """Sum of squares of both projections, after turning by `degrees` counter-clockwise."""
    slope = np.float32(np.tan(np.radians(degrees)))
    x, y = points
    return _energy(y - slope * x) + _energy(x + slope * y)


def _energy(positions: npt.NDArray[np.float32]) -> float:
    histogram = np.bincount((positions - positions.min()).astype(np.int32))
    return float(np.square(histogram, dtype=np.float64).sum())
