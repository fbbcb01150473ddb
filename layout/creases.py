"""Creases of a folded sheet: found in its margins, followed across it and taken off.

A crease is the one thin dark line that runs from edge to edge of a sheet, through margins where
nothing is printed. What it looks like there and between the lines of print is measured piece by
piece along it and subtracted, so that print across it and rulings beside it stay.
"""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import numpy.typing as npt

from .geometry import Mask

_EDGE, _MARGIN = 0.06, 0.4  # inches from the sheet's edge, between which nothing is printed
_SLANT = 0.05  # most slope: a sheet is folded along its edges, give or take
_FAINT = 51.0  # levels of 255: no shadow of a crease takes away more of the light, while print does
_STANDS_OUT = 4.0  # levels of 255 above the margin's own grain
_HALF = 0.08  # inches to either side: the crease, and the step in the light beside it
_PIECES = 32  # along a crease, each measured for itself
_UNBROKEN = 0.75  # share of pieces that show the crease between their print
_MOST = 5  # lines each way: a sheet has a few creases, and more lines are a ruled paper's

Values = npt.NDArray[np.float64]


def without_creases(share: Mask, per_inch: float) -> Mask:
    """The share of light absorbed (height, width), 0 to 255, without what creases absorb.

    Args:
        share: as it was measured.
        per_inch: pixels per inch of the sheet.
    """
    bare = share
    for turned in (False, True):
        plane = bare.T if turned else bare
        lines = _lines(plane, per_inch)
        if lines and bare is share:
            bare = share.copy()
            plane = bare.T if turned else bare
        for start, end in lines:
            _take_off(plane, start, end, round(_HALF * per_inch))
    return bare


def _lines(plane: Mask, per_inch: float) -> list[tuple[float, float]]:
    """Heights of creases at the left and the right edge."""
    edge, margin = round(_EDGE * per_inch), round(_MARGIN * per_inch)
    width = plane.shape[1]
    if width < 6 * margin or margin - edge < 4:
        return []
    sides = [_peaks(plane[:, edge:margin], edge), _peaks(plane[:, width - margin : width - edge], edge)]
    if not all(0 < len(peaks) <= 2 * _MOST for peaks in sides):
        return []
    centre = (edge + margin) / 2
    rated = []
    for left, right in itertools.product(*sides):
        slope = (right - left) / (width - 2 * centre)
        if abs(slope) <= _SLANT:
            ends = left - slope * centre, right + slope * centre
            rated.append((_unbroken(plane, ends), left, right, ends))
    found: dict[int, tuple[float, float]] = {}
    ended: set[int] = set()
    for share, left, right, ends in sorted(rated, reverse=True):
        if share >= _UNBROKEN and left not in found and right not in ended:
            found[left] = ends
            ended.add(right)
    return list(found.values()) if len(found) <= _MOST else []


def _peaks(strip: Mask, edge: int) -> list[int]:
    """Rows in which all of a margin is a little darker than above and below."""
    level = cv2.blur(strip.mean(axis=1).reshape(-1, 1), (1, 3)).ravel()
    usual = float(np.median(level))
    least = usual + max(_STANDS_OUT, 6 * float(np.median(np.abs(level - usual))))
    reach = 7
    inner = np.abs(np.arange(level.size) - (level.size - 1) / 2) < (level.size - 1) / 2 - edge
    highest = cv2.dilate(level.reshape(-1, 1), np.ones((reach, 1))).ravel()
    return [int(y) for y in np.flatnonzero((level == highest) & (level > least) & (level < _FAINT) & inner)]


def _unbroken(plane: Mask, ends: tuple[float, float]) -> float:
    """Share of a line's pieces that are a little darker than paper even between their print."""
    rows, columns = _band(plane, *ends, 1)
    pieces = np.array_split(plane[rows, columns].max(axis=0), _PIECES)
    return float(np.mean([np.percentile(piece, 30) > _STANDS_OUT for piece in pieces]))


def _take_off(plane: Mask, start: float, end: float, half: int) -> None:
    """Subtract a crease from a plane, in place.

    As much as most pixels of a piece have, but nowhere much more than in the margins: a ruling
    may run beside it.
    """
    rows, columns = _band(plane, start, end, half)
    band = plane[rows, columns].astype(np.float64)  # (2 · half + 1, width)
    ends = np.array_split(np.arange(band.shape[1]), _PIECES)
    profiles = np.array([np.median(band[:, piece], axis=1) for piece in ends])  # (pieces, 2 · half + 1)
    bound = 1.5 * cv2.dilate(np.maximum(profiles[0], profiles[-1])[None], np.ones((1, 3)))
    profiles = cv2.blur(np.minimum(profiles, bound), (1, 3))
    middles = [float(piece.mean()) for piece in ends]
    along = np.arange(band.shape[1])
    fitted = np.array([np.interp(along, middles, profile) for profile in profiles.T])
    plane[rows, columns] = np.clip(band - fitted, 0, 255).astype(np.uint8)


def _band(
    plane: Mask, start: float, end: float, half: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Rows and columns (2 · half + 1, width) of the pixels along a line."""
    width = plane.shape[1]
    middle = np.round(np.linspace(start, end, width)).astype(np.int64)
    rows = np.clip(middle + np.arange(-half, half + 1)[:, None], 0, plane.shape[0] - 1)
    return rows, np.broadcast_to(np.arange(width), rows.shape)
