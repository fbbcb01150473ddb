"""Strokes: what is long and thin on a page, apart from the strokes of characters.

A stroke is a ridge of darkness (a top-hat across its direction) that survives opening with a
kernel longer than a character, after closing the gaps that scanning leaves. How dark a stroke
is beside the others of its page tells print from creases and from what shows through.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from .geometry import Mask, as_mask
from .ink import Ink

# Inches. The largest type in tables is 12 pt: its strokes reach 0.145 in, the lowest rows
# of small print are 0.17 in high.
SHORTEST = 0.145
_GAP = 0.025
_BRIDGED = 0.1  # a fold breaks toner off over a millimetre or two
_THICKEST = 0.045  # a frame of 3 pt
_EVIDENT = 0.45  # longer than any stroke of a character of up to 30 pt
_FREE = 0.8  # share of a broken ruling that has paper above or below
_EVEN = 0.38  # of its darkness, by which a ruling's varies at most: characters' strokes vary by nearly half
_FAINTEST = 26  # of 255: a tenth of solid ink; paper's grain stays below it
_WEAK, _STRONG = 0.2, 0.6  # of the usual strength: between them print begins


@dataclass(frozen=True)
class Strokes:
    """Horizontal and vertical strokes of a page.

    Attributes:
        horizontal: (height, width) mask of strokes.
        vertical: the same.
        ink: mask of all ink.
        per_inch: its scale.
        darkness: of all ink, 0 to 255.
        ridges: for either direction, darkness beyond that of the paper on both sides, 0 to 255;
            none where lines of the other direction cross.
    """

    horizontal: Mask
    vertical: Mask
    ink: Mask
    per_inch: float
    darkness: Mask
    ridges: tuple[Mask, Mask]


def find_strokes(ink: Ink) -> Strokes:
    """Separate the long thin strokes of a page by direction, without what is fainter than print."""
    level = _along_rows(ink.darkness, ink.mask, ink.per_inch)
    upright = _along_rows(_turned(ink.darkness), _turned(ink.mask), ink.per_inch)
    least = _least_strength([level, upright], ink.per_inch)
    horizontal, vertical = (_printed(found, least, ink.per_inch) for found in (level, upright))
    ridges = level.ridge, _turned(upright.ridge)
    return Strokes(horizontal, _turned(vertical), ink.mask, ink.per_inch, ink.darkness, ridges)


def _turned(mask: Mask) -> Mask:
    return np.ascontiguousarray(mask.T)


@dataclass(frozen=True)
class _Found:
    """Components of strokes along rows: labels (height, width), and length and strength of each.

    The strength of what is no stroke is negative.
    """

    ridge: Mask
    labels: npt.NDArray[np.int32]
    lengths: npt.NDArray[np.float64]
    strengths: npt.NDArray[np.float64]


def _along_rows(darkness: Mask, ink: Mask, per_inch: float) -> _Found:
    length, gap = max(9, round(SHORTEST * per_inch)), max(2, round(_GAP * per_inch))
    thickest = round(_THICKEST * per_inch) + 3
    ridge = as_mask(cv2.morphologyEx(darkness, cv2.MORPH_TOPHAT, np.ones((thickest, 1), np.uint8)))
    # Averaged over the length of a gap, so that grain neither breaks a faint line nor makes one.
    dark = as_mask(cv2.threshold(cv2.blur(ridge, (gap, 1)), _FAINTEST, 255, cv2.THRESH_BINARY)[1])
    # Straight runs first: closing alone would chain the digits of a number to a stroke.
    runs = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((1, length // 2), np.uint8))
    # Thickening lets a slightly slanted line, which steps from row to row, pass as one.
    thick = cv2.dilate(runs, np.ones((3, 1), np.uint8))
    closed = cv2.morphologyEx(thick, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8))
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    return _measured(as_mask(opened), ridge, darkness, _crowded(ink, per_inch))


def _measured(strokes: Mask, ridge: Mask, darkness: Mask, crowded: Mask) -> _Found:
    """Components that are no chains of characters' strokes: those are broken, with ink above and below.

    A ruling either is evenly dark, or stands free.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(strokes, connectivity=8)
    inked = np.nonzero(strokes)  # a few percent of the page
    label = labels[inked]
    size = np.maximum(np.bincount(label, minlength=count), 1)
    # A stroke was thickened, and steps from row to row where it slants: its crest is what counts.
    crests = np.ones((5, 1), np.uint8)
    strengths = np.bincount(label, weights=cv2.dilate(ridge, crests)[inked], minlength=count) / size
    dark = cv2.dilate(darkness, crests)[inked].astype(np.float64)
    mean = np.bincount(label, weights=dark, minlength=count) / size
    squares = np.bincount(label, weights=dark**2, minlength=count) / size
    uneven = np.sqrt(np.maximum(squares - mean**2, 0)) > _EVEN * mean
    free = np.bincount(label, weights=crowded[inked] == 0, minlength=count) / size
    strengths[uneven & (free < _FREE)] = -1
    return _Found(ridge, labels.astype(np.int32, copy=False), stats[:, 2].astype(np.float64), strengths)


def _crowded(ink: Mask, per_inch: float) -> Mask:
    """Where there is ink both above and below, at the distance of a line's neighbours."""
    near, far = max(2, round(0.02 * per_inch)), max(4, round(0.06 * per_inch))
    reach = np.zeros((2 * far + 1, 1), np.uint8)
    reach[: far - near + 1] = 1  # `far` to `near` rows above
    below = np.ascontiguousarray(reach[::-1])
    return as_mask(cv2.bitwise_and(cv2.dilate(ink, reach), cv2.dilate(ink, below)))


def _least_strength(found: list[_Found], per_inch: float) -> float:
    """Darkness from which a stroke is print: in the widest gap below what is usual on the page."""
    lengths = np.concatenate([f.lengths[1:] for f in found])
    strengths = np.concatenate([f.strengths[1:] for f in found])
    evident = (lengths >= _EVIDENT * per_inch) & (strengths >= 0)
    if not evident.any():
        return 0.0
    order = np.argsort(strengths[evident])
    strengths, lengths = strengths[evident][order], lengths[evident][order]
    usual = strengths[np.searchsorted(np.cumsum(lengths), 0.7 * lengths.sum())]
    low, high = _WEAK * usual, _STRONG * usual
    steps = np.concatenate([[low], strengths[(strengths > low) & (strengths < high)], [high]])
    widest = int(np.argmax(np.diff(steps)))
    return float(steps[widest] + steps[widest + 1]) / 2


def _printed(found: _Found, least: float, per_inch: float) -> Mask:
    """The strokes that are dark enough, bridged where they are broken."""
    kept = found.strengths >= max(0.0, least)
    kept[0] = False
    mask = as_mask(np.where(kept[found.labels], np.uint8(255), np.uint8(0)))
    bridge = max(3, round(_BRIDGED * per_inch))
    return as_mask(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((1, bridge), np.uint8)))
