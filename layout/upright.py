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
from .geometry import Mask, Matrix, as_mask
from .orientation import Orient, find_turn

_WORKING_SIDE = 1400  # pixels: 0.02° shifts the far end of a line by half a pixel
_SURROUNDINGS = 0.02  # of the longer side: wider than any stroke, narrower than a shadow
_CONTRAST = 14  # grey levels below the surroundings: under about 8 paper grain becomes ink
_MAX_POINTS = 200_000
_NEGLIGIBLE = 0.02  # degrees
_MOST_REMAINDER = 0.15  # degrees; more is not what the projections left, but something else


@dataclass(frozen=True)
class Upright:
    """An upright page (height, width, 3) and the 3×3 matrix that maps the original to it.

    Coordinates are continuous, as those of boxes are: pixel (0, 0) is the square from 0 to 1.
    `degrees` is the skew that was undone; `doubtful` says that it is unclear which end is up.
    """

    image: Image
    matrix: Matrix
    degrees: float
    quarters: int = 0
    doubtful: bool = False


def make_upright(image: Image, max_skew: float, orient: Orient | None = None) -> Upright:
    """Turn a page (height, width, 3) so that its text reads from left to right, level.

    The page grows so that no corner is lost; new corners take the paper's colour.

    Args:
        image: the page as scanned, BGR.
        max_skew: degrees; a larger skew is not looked for. 0 leaves the page as it is.
        orient: tells which end of a page is up.
    """
    if max_skew == 0:
        return Upright(image, np.eye(3), 0.0)
    small = _reduced(image)
    turn = find_turn(small, _ink(small), orient)
    quarters = np.ascontiguousarray(np.rot90(image, turn.quarters)) if turn.quarters else image
    matrix = _quarters(turn.quarters, *image.shape[:2])
    degrees = skew(quarters, max_skew)
    if abs(degrees) < _NEGLIGIBLE:
        return Upright(quarters, matrix, 0.0, turn.quarters, turn.doubtful)
    rotated, rotation = _rotate(quarters, degrees)
    return Upright(rotated, rotation @ matrix, degrees, turn.quarters, turn.doubtful)


def _quarters(quarters: int, height: int, width: int) -> Matrix:
    """What `np.rot90` does to a point of an image of this height and width."""
    turns = {
        0: ((1, 0, 0), (0, 1, 0)),
        1: ((0, 1, 0), (-1, 0, width)),
        2: ((-1, 0, width), (0, -1, height)),
        3: ((0, -1, height), (1, 0, 0)),
    }
    return np.array([*turns[quarters], (0, 0, 1)], np.float64)


def _rotate(image: Image, degrees: float) -> tuple[Image, Matrix]:
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
    return rotated.astype(np.uint8, copy=False), np.vstack([matrix, [0, 0, 1]])


def _reduced(image: Image) -> Image:
    shrink = min(1.0, _WORKING_SIDE / max(image.shape[:2]))
    if shrink == 1:
        return image
    small = cv2.resize(image, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    return small.astype(np.uint8, copy=False)


def _ink(small: Image) -> Mask:
    """Ink of a reduced page: darker than its surroundings in every colour, so that no seal counts."""
    blue, green, red = cv2.split(small)
    light = cv2.max(red, cv2.max(green, blue))
    block = max(3, int(max(small.shape) * _SURROUNDINGS) | 1)
    return as_mask(
        cv2.adaptiveThreshold(light, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, block, _CONTRAST)
    )


def skew(image: Image, max_skew: float) -> float:
    """Degrees by which the page must turn counter-clockwise to be upright."""
    y, x = np.nonzero(_ink(_reduced(image)))
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
    if abs(centre) >= max_skew:
        return 0.0
    return round(centre + _remainder(points, centre), 3)


def _remainder(points: npt.NDArray[np.float32], degrees: float) -> float:
    """What is left of the skew after turning by `degrees`, as the slope of the sharpest lines.

    A line that rises by less than its own thickness is sharpest when it is not turned at all, so
    projections alone miss the last tenth of a degree. One slope is fitted to all lines together.
    """
    slope = np.tan(np.radians(degrees))
    x, y = (values.astype(np.float64) for values in points)
    across, down = (_line_slope(x, y - slope * x), _line_slope(y, x + slope * y))
    spread = across[1] + down[1]
    rest = float(np.degrees(np.arctan((across[0] - down[0]) / spread))) if spread else 0.0
    return rest if abs(rest) <= _MOST_REMAINDER else 0.0


def _line_slope(along: npt.NDArray[np.float64], offset: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Covariance and variance along the lines, each line about its own middle, summed over strong lines."""
    start = offset.min()
    rows = (offset - start).astype(np.int64)
    counts = np.bincount(rows)
    nearby = np.convolve(counts, np.ones(5, np.int64), "same")
    strong = (nearby >= nearby.max() / 2) & (
        nearby == np.maximum.reduce([np.roll(nearby, k) for k in range(-4, 5)])
    )
    covariance = variance = 0.0
    for row in np.flatnonzero(strong):
        of_line = np.abs(offset - start - row - 0.5) <= 2.5
        run, rise = along[of_line], offset[of_line]
        run = run - run.mean()
        covariance += float(run @ (rise - rise.mean()))
        variance += float(run @ run)
    return covariance, variance


def _sharpness(points: npt.NDArray[np.float32], degrees: float) -> float:
    """Sum of squares of both projections, after turning by `degrees` counter-clockwise."""
    slope = np.float32(np.tan(np.radians(degrees)))
    x, y = points
    return _energy(y - slope * x) + _energy(x + slope * y)


def _energy(positions: npt.NDArray[np.float32]) -> float:
    histogram = np.bincount((positions - positions.min()).astype(np.int32))
    return float(np.square(histogram, dtype=np.float64).sum())
