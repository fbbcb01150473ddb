"""The skew of a page: the one angle of all its lines.

It is the angle at which the ink's projections are sharpest (Postl, "Detection of linear
oblique structures and skew scan in digitized documents", ICPR 1986), taken over rows and
columns together, so that text and rulings of either direction count. It is searched from
coarse to fine: a wide bin forgives a wrong angle, and few points show where to look closer.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from .geometry import Mask

Points = npt.NDArray[np.float32]  # (2, n): x, y

_FEW = 200  # pixels of ink; fewer have no direction
_STEPS = ((0.5, 3.0, 12_000, 5), (0.1, 2.0, 30_000, 2), (0.02, 1.0, 60_000, 1))
"""Angle between two trials in degrees, width of a bin in pixels, points at most, and bands.

A wrong angle may bring lines of blocks side by side to one height, which on a sparse page is
sharper than the right angle is; so coarse projections go over one band of the page at a time.
"""
_MOST_REMAINDER = 0.15  # degrees; more is not what the projections left, but something else


def find_skew(mask: Mask, limit: float) -> float:
    """Degrees by which a page must turn counter-clockwise to be level; 0 if that is over `limit`.

    Args:
        mask: its ink, 255 where there is some, reduced to a thousand pixels or two.
        limit: the largest skew in degrees that is looked for.
    """
    found = cv2.findNonZero(mask) if limit else None
    if found is None or len(found) < _FEW:
        return 0.0
    points = found.reshape(-1, 2).T.astype(np.float32)
    centre, width = 0.0, limit
    for step, size, most, bands in _STEPS:
        part = np.ascontiguousarray(points[:, :: -(-points.shape[1] // most)]) / np.float32(size)
        angles = np.arange(centre - width, centre + width + step / 2, step, dtype=np.float64)
        centre = float(angles[np.argmax(_sharpness(part, angles, max(mask.shape) / size / bands))])
        width = step
    # A peak at the end of the range is no peak: the page is slanted further, or has no lines.
    if abs(centre) >= limit:
        return 0.0
    return round(centre + _remainder(part, centre), 3)


def _sharpness(points: Points, degrees: npt.NDArray[np.float64], band: float) -> list[float]:
    """Sum of squares of both projections, band by band, after each turn counter-clockwise."""
    x, y = points
    far = 2 * float(points.max()) + 2  # more than a band's projection can reach
    across, down = (np.floor(along / np.float32(band)) * np.float32(far) for along in (x, y))
    slopes = np.tan(np.radians(degrees)).astype(np.float32)
    return [_energy(y - slope * x + across) + _energy(x + slope * y + down) for slope in slopes]


def _energy(positions: Points) -> float:
    histogram = np.bincount((positions - positions.min()).astype(np.int32))
    return float(np.square(histogram, dtype=np.float64).sum())


def _remainder(points: Points, degrees: float) -> float:
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
    rows = (offset - offset.min()).astype(np.int64)
    counts = np.bincount(rows)
    nearby = np.convolve(counts, np.ones(5, np.int64), "same")
    strong = (nearby >= nearby.max() / 2) & (
        nearby == np.maximum.reduce([np.roll(nearby, k) for k in range(-4, 5)])
    )
    line = np.zeros(counts.size, np.int64)  # which line each row belongs to; 0 for none
    for number, row in enumerate(np.flatnonzero(strong), start=1):
        line[max(0, row - 2) : row + 3] = number
    owner = line[rows]
    kept = owner > 0
    owner, run, rise = owner[kept], along[kept], offset[kept]
    count = np.maximum(np.bincount(owner), 1)
    run = run - (np.bincount(owner, run) / count)[owner]
    rise = rise - (np.bincount(owner, rise) / count)[owner]
    return float(run @ rise), float(run @ run)
