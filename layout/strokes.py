"""Strokes: what is long and thin on a page, apart from the strokes of characters.

A stroke is a ridge of darkness (a top-hat across its direction) that survives opening with a
kernel longer than a character, after closing the gaps that scanning leaves. How dark a stroke
is beside the others of its page tells print from creases and from what shows through.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

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
_BRIDGES = 0.3  # from strokes longer than a low row is high
_DASH, _BETWEEN = 0.045, 0.075  # least dash, greatest gap between two
_THICKEST = 0.045  # a frame of 3 pt
_EVIDENT = 0.45  # longer than any stroke of a character of up to 30 pt
# Share of its darkness by which it varies along a stroke: of rulings 0.26 at most, of faint ones
# and short ones more, but beside those is paper; of chains of characters' strokes 0.28 at least.
_EVEN, _UNEVEN_WORD, _UNEVEN = 0.27, 0.32, 0.42
_CLEAR = 0.55  # share of such a ruling that has paper above or below
_WORDS = 2.0  # inches: longer than a chain of strokes
_FREE = 0.97  # of a dashed one
_FAINTEST = 26  # of 255: a tenth of solid ink; paper's grain stays below it
_FAINT = 0.28  # of the usual strength: what shows through has a quarter of it, a crease less
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
        ridges: for either direction, across × along it, darkness beyond that of the paper on both
            sides, 0 to 255; none where lines of the other direction cross.
    """

    horizontal: Mask
    vertical: Mask
    ink: Mask
    per_inch: float
    darkness: Mask
    ridges: tuple[Mask, Mask]


def find_strokes(ink: Ink) -> Strokes:
    """Separate the long thin strokes of a page by direction, without what is fainter than print."""
    planes = [(ink.darkness, ink.mask), (_turned(ink.darkness), _turned(ink.mask))]
    ridges = [_ridge(darkness, ink.per_inch) for darkness, _ in planes]
    faintest = max(_FAINTEST, _FAINT * _usual(ridges, ink.per_inch))
    level, upright = (
        _along_rows(ridge, *plane, faintest, ink.per_inch)
        for ridge, plane in zip(ridges, planes, strict=True)
    )
    least = _least_strength([level, upright], ink.per_inch)
    horizontal, vertical = (_printed(found, least, ink.per_inch) for found in (level, upright))
    return Strokes(
        horizontal, _turned(vertical), ink.mask, ink.per_inch, ink.darkness, (ridges[0], ridges[1])
    )


def _turned(mask: Mask) -> Mask:
    return np.ascontiguousarray(mask.T)


@dataclass(frozen=True)
class _Found:
    """Components of strokes along rows.

    Attributes:
        shape: (height, width) of the page.
        inked: (rows, columns) of the pixels of all components, and
        labels: the component of each.
        lengths: of each component, in pixels.
        strengths: of each, 0 to 255; negative for what is no stroke.
    """

    shape: tuple[int, int]
    inked: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]
    labels: npt.NDArray[np.int32]
    lengths: npt.NDArray[np.float64]
    strengths: npt.NDArray[np.float64]


def _ridge(darkness: Mask, per_inch: float) -> Mask:
    """Darkness of what is thin from above to below."""
    thickest = round(_THICKEST * per_inch) + 3
    return as_mask(cv2.morphologyEx(darkness, cv2.MORPH_TOPHAT, np.ones((thickest, 1), np.uint8)))


def _usual(ridges: list[Mask], per_inch: float) -> float:
    """Darkness that strokes of a page have, in the middle of all their length: 0 where there are none."""
    shades = np.zeros(256, np.float64)
    run = np.ones((1, round(_EVIDENT * per_inch)), np.uint8)
    for ridge in ridges:
        lasting = cv2.erode(cv2.dilate(ridge, np.ones((3, 1), np.uint8)), run)
        shades += cv2.calcHist([as_mask(lasting)], [0], None, [256], [0, 256]).ravel()
    shades[:_FAINTEST] = 0
    return float(np.searchsorted(np.cumsum(shades), shades.sum() / 2)) if shades.any() else 0.0


def _along_rows(ridge: Mask, darkness: Mask, ink: Mask, faintest: float, per_inch: float) -> _Found:
    length, gap = max(9, round(SHORTEST * per_inch)), max(2, round(_GAP * per_inch))
    # Averaged over the length of a gap, so that grain neither breaks a faint line nor makes one.
    dark = as_mask(cv2.threshold(cv2.blur(ridge, (gap, 1)), faintest, 255, cv2.THRESH_BINARY)[1])
    # At a joint neither line is a ridge, but it is dark: no gap.
    across = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((1, round(_THICKEST * per_inch) + 5), np.uint8))
    inked = cv2.threshold(darkness, faintest, 255, cv2.THRESH_BINARY)[1]
    dark = as_mask(cv2.bitwise_or(dark, cv2.bitwise_and(across, inked)))
    # Straight runs first: closing alone would chain the digits of a number to a stroke.
    runs = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((1, length // 2), np.uint8))
    # Thickening lets a slightly slanted line, which steps from row to row, pass as one.
    thick = cv2.dilate(runs, np.ones((3, 1), np.uint8))
    closed = cv2.morphologyEx(thick, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8))
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    opened = as_mask(cv2.bitwise_or(opened, _dashed(dark, ink, per_inch)))
    return _measured(opened, ridge, darkness, _beside(ink, per_inch, cv2.bitwise_and), per_inch)


def _dashed(dark: Mask, ink: Mask, per_inch: float) -> Mask:
    """Lines of dashes, with paper above and below; dots, as leaders are made of, are shorter."""
    alone = cv2.bitwise_and(dark, cv2.bitwise_not(_beside(ink, per_inch, cv2.bitwise_or)))
    dashes = cv2.morphologyEx(alone, cv2.MORPH_OPEN, np.ones((1, max(3, round(_DASH * per_inch))), np.uint8))
    between = np.ones((1, round(_BETWEEN * per_inch)), np.uint8)
    closed = cv2.morphologyEx(cv2.dilate(dashes, np.ones((3, 1), np.uint8)), cv2.MORPH_CLOSE, between)
    whole = np.ones((1, round(_EVIDENT * per_inch)), np.uint8)
    return as_mask(cv2.morphologyEx(closed, cv2.MORPH_OPEN, whole))


def _measured(strokes: Mask, ridge: Mask, darkness: Mask, crowded: Mask, per_inch: float) -> _Found:
    """Components that are no chains of characters' strokes: those are broken, with ink above and below.

    A ruling is evenly dark, or stands free.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(strokes, connectivity=8)
    inked = np.nonzero(strokes)  # a few percent of the page
    label = labels[inked].astype(np.int32, copy=False)
    size = np.maximum(np.bincount(label, minlength=count), 1)
    # A stroke was thickened, and steps from row to row where it slants: its crest is what counts.
    crests = np.ones((5, 1), np.uint8)
    strengths = np.bincount(label, weights=cv2.dilate(ridge, crests)[inked], minlength=count) / size
    dark = cv2.dilate(darkness, crests)[inked].astype(np.float64)
    mean = np.bincount(label, weights=dark, minlength=count) / size
    squares = np.bincount(label, weights=dark**2, minlength=count) / size
    uneven = np.sqrt(np.maximum(squares - mean**2, 0)) / np.maximum(mean, 1)
    free = np.bincount(label, weights=crowded[inked] == 0, minlength=count) / size
    lengths = stats[:, cv2.CC_STAT_WIDTH].astype(np.float64)
    # A short ruling has joints at both ends, where it is darker; chains are of a word's length.
    word = (lengths >= _EVIDENT * per_inch) & (lengths < _WORDS * per_inch)
    clear = (uneven <= np.where(word, _UNEVEN_WORD, _UNEVEN)) & (free >= _CLEAR)
    strengths[~((uneven <= _EVEN) | clear | (free >= _FREE))] = -1
    rows, columns = inked
    return _Found((strokes.shape[0], strokes.shape[1]), (rows, columns), label, lengths, strengths)


def _beside(ink: Mask, per_inch: float, both: Callable[[Any, Any], Any]) -> Mask:
    """Where there is ink above and (or) below, at the distance of a line's neighbours."""
    near, far = max(2, round(0.02 * per_inch)), max(4, round(0.06 * per_inch))
    reach = np.zeros((2 * far + 1, 1), np.uint8)
    reach[: far - near + 1] = 1  # `far` to `near` rows above
    below = np.ascontiguousarray(reach[::-1])
    return as_mask(both(cv2.dilate(ink, reach), cv2.dilate(ink, below)))


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
    # Only what is long is bridged: a short ruling would be joined to strokes of the text beyond its end.
    mask = _drawn(found, kept & (found.lengths >= _BRIDGES * per_inch))
    bridge = max(3, round(_BRIDGED * per_inch))
    closed = as_mask(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((1, bridge), np.uint8)))
    return as_mask(cv2.bitwise_or(closed, _drawn(found, kept)))


def _drawn(found: _Found, kept: npt.NDArray[np.bool_]) -> Mask:
    """Mask of some of the components."""
    mask = np.zeros(found.shape, np.uint8)
    mask[found.inked] = np.where(kept[found.labels], np.uint8(255), np.uint8(0))
    return mask
