"""Rings: circles of the size of a seal, among text and rulings.

A Hough transform by gradients (Kimme, Ballard and Sklansky, "Finding circles by an array of
accumulators", CACM 1975): every edge votes for the points that lie straight off it at a seal's
radius. A centre that many edges agree on is then asked for its circle: whether a stroke runs
along most of it, darker than what lies on either side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from .geometry import Mask, as_mask

SMALLEST, LARGEST = 0.5, 1.22  # inches of radius: seals measure 30 to 60 mm across
_EDGES = 12_000  # most edges that vote; of a seal's ring there are some 400 among the 30,000 of a full page
_OBLIQUE = 0.2  # least sine of an edge's angle to the page's axes
_BIN = 2  # pixels of the accumulator
_CENTRES = 6  # tried at most
_ANGLES = 180
_ASIDE = 0.1  # inches beside the ring's stroke, free of it
_ALONG = 0.5  # share of a circle that its stroke must follow: seals reach 0.8, text and rulings 0.3

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Ring:
    """A circle, in pixels, and the share of it along which a stroke runs."""

    x: float
    y: float
    radius: float
    share: float


def find_rings(plane: Mask, per_inch: float, contrast: float) -> list[Ring]:
    """Circles on a plane (height, width) that is 0 for paper, clearest first.

    Args:
        plane: darkness or colour, at about 50 pixels per inch: a ring's stroke is 2 to 3 pixels.
        per_inch: its scale.
        contrast: levels by which the stroke stands out on both sides.
    """
    low, high = round(SMALLEST * per_inch), round(LARGEST * per_inch)
    soft = as_mask(cv2.GaussianBlur(plane, (3, 3), 0))
    dx = cv2.Sobel(soft, cv2.CV_32F, 1, 0)
    dy = cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    steep = cv2.magnitude(dx, dy)
    # Rulings and most strokes of characters are level or upright; of a circle little is.
    oblique = np.minimum(np.abs(dx), np.abs(dy)) > _OBLIQUE * steep
    edges = np.flatnonzero((steep > 4 * contrast) & oblique)
    if edges.size < 2 * low:
        return []
    edges = edges[:: -(-edges.size // _EDGES)]
    y, x = (_floats(part) for part in np.divmod(edges, plane.shape[1]))
    norm = steep.ravel()[edges]
    along = _floats(dx.ravel()[edges] / norm), _floats(dy.ravel()[edges] / norm)
    found: list[Ring] = []
    for cx, cy in _centres(x, y, along, plane.shape, (low, high)):
        ring = _circle(soft, cx, cy, (low, high), per_inch, contrast)
        if ring and all(np.hypot(ring.x - r.x, ring.y - r.y) > ring.radius for r in found):
            found.append(ring)
    return sorted(found, key=lambda ring: -ring.share)


def _centres(
    x: Floats,
    y: Floats,
    along: tuple[Floats, Floats],
    shape: tuple[int, ...],
    radii: tuple[int, int],
) -> list[tuple[float, float]]:
    """Points that most edges point at, (x, y)."""
    reach = np.concatenate([s * np.arange(radii[0], radii[1] + 1, _BIN) for s in (-1, 1)]).astype(np.float32)
    rows = np.int32((shape[0] + 2 * radii[1]) // _BIN + 1)  # a seal may hang over the page's edge
    columns = np.int32((shape[1] + 2 * radii[1]) // _BIN + 1)
    u = ((x[:, None] + along[0][:, None] * reach + radii[1]) / _BIN).astype(np.int32)
    v = ((y[:, None] + along[1][:, None] * reach + radii[1]) / _BIN).astype(np.int32)
    votes = np.bincount((v * columns + u).ravel(), minlength=int(rows * columns))[: rows * columns]
    plane = cv2.blur(votes.reshape(rows, columns).astype(np.float32), (3, 3))
    usual = cv2.blur(plane, (2 * radii[0] // _BIN + 1,) * 2)  # where text is dense there are many votes
    plane = plane - usual
    centres = []
    for _ in range(_CENTRES):
        _, top, _, (column, row) = cv2.minMaxLoc(plane)
        if top <= 0:
            break
        centres.append((column * _BIN + _BIN / 2 - radii[1], row * _BIN + _BIN / 2 - radii[1]))
        cv2.circle(plane, (column, row), radii[0] // (2 * _BIN), (0.0,), -1)
    return centres


def _circle(
    plane: Mask, x: float, y: float, radii: tuple[int, int], per_inch: float, contrast: float
) -> Ring | None:
    """The clearest circle about a centre, which is moved by a few pixels for it."""
    aside = max(2, round(_ASIDE * per_inch / 2))
    best = _clearest(plane, (x, y), radii, aside, contrast, slack=2)
    if best.share < _ALONG:
        return None
    moves = [(x + dx, y + dy) for dx in (-2, -1, 0, 1, 2) for dy in (-2, -1, 0, 1, 2)]
    best = max((_clearest(plane, move, radii, aside, contrast) for move in moves), key=lambda r: r.share)
    return best if best.share >= _ALONG else None


def _clearest(
    plane: Mask,
    centre: tuple[float, float],
    radii: tuple[int, int],
    aside: int,
    contrast: float,
    slack: int = 0,
) -> Ring:
    """The radius at which most of the circle has a stroke; it may be `slack` pixels off."""
    x, y = centre
    radius = np.arange(radii[0] - aside, radii[1] + aside + 1, dtype=np.float32)
    angle = np.linspace(0, 2 * np.pi, _ANGLES, endpoint=False, dtype=np.float32)[:, None]
    u, v = _floats(x + np.cos(angle) * radius), _floats(y + np.sin(angle) * radius)
    around = cv2.remap(plane, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(0.0,))
    stands = cv2.subtract(around[:, aside:-aside], cv2.max(around[:, : -2 * aside], around[:, 2 * aside :]))
    if slack:
        stands = cv2.dilate(stands, np.ones((1, 2 * slack + 1), np.uint8))
    shares = (stands > contrast).mean(axis=0)
    top = int(shares.argmax())
    return Ring(x, y, float(radius[aside + top]), float(shares[top]))


def _floats(values: npt.NDArray[Any]) -> Floats:
    return values.astype(np.float32, copy=False)
