"""Runs of glyphs, from ink alone: what a table without rulings is seen by.

Connected components of the ink, without the strokes of rulings, are glued to runs along
the line: glyphs first, then their loose parts and punctuation, then neighbours up to half
a character apart, never across a ruling. Gluing components bottom-up goes back to the
docstrum (O'Gorman, "The document spectrum for page layout analysis", PAMI 1993). No text is recognised
and no network runs, so it costs some hundredths of a second and does not depend on an OCR engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from ..document import Box
from .geometry import Mask, as_mask
from .ink import Ink
from .strokes import Strokes

_EM_INCHES = 0.13  # of the type whose components `Ink.per_inch` is measured by, some of them low

# In em of the page's type.
_STROKE = 1.5  # a shorter stroke belongs to a character
_TALLEST = 3.2  # a title of 26 points beside 9-point type
_LONG = 8.0  # few chains of characters' strokes are so long
_THIN = 0.12  # thinner than the strokes of the boldest type are long
_LINE = 1.25  # a thin component longer than this is what is left of a ruling
_GLYPH = 0.42  # least height of what can carry a line; digits are 0.7 high, punctuation 0.25
_SPECK = 0.28  # below this in both directions: a point, a comma, a dot of a leader, or dirt
_LEADER = 2.0  # least length of a row of dots

# In heights of the line, which is 0.95 em for Chinese and 0.7 em for digits.
_TOUCHING = 0.25  # between glyphs that are one line beyond doubt
_SPACE = 0.42  # a wider gap ends a run; cells stand at least that far apart
_LOOSE = 0.35  # of a point or comma from its digit
_BELOW = 0.25  # how far a comma hangs below the line

_EVEN = (
    0.28  # of its darkness, by which a ruling's varies at most: 0.2 by fax, strokes of text by 0.3 and more
)
_TOUCHED = 0.36  # the same of a long ruling, which text may touch
_WHOLE = 0.92  # share of a long ruling that is inked, though text touches it; chains reach 0.89
_FAINT = 0.3  # of the usual darkness of ink: a crease reaches 0.2, thin strokes at 85 dpi stay above 0.4
_SOLID = 0.9  # quantile of darkness that is solid ink, though most of a page may shine through
_SAMPLED = 3  # every so many rows and columns tell the usual darkness
_MOST = 60_000  # components; a page of noise has more, a full A4 page of 7-point type 15,000
_RIM = 2  # pixels at the edge of the image
_DOTS = 5  # that make a leader

Boxes = npt.NDArray[np.int32]  # (count, 4): left, top, right, bottom
_Indices = npt.NDArray[np.intp]
_Ints = npt.NDArray[Any]
_Floats = npt.NDArray[np.float64]


def find_runs(ink: Ink, strokes: Strokes | None = None) -> tuple[Box, ...]:
    """Tight boxes around runs of glyphs, from top to bottom and left to right.

    A run is what stands on one line without a gap of more than about 0.45 em; a number stays
    together with its commas and point. Leaders of dots are runs lower than a third of an em.
    `strokes` are those of the rulings, which are no glyphs and part the runs on both sides.
    """
    em = _EM_INCHES * ink.per_inch
    rulings = _Rulings.of(ink, strokes, em)
    parts = _components(as_mask(cv2.subtract(_dark(ink), rulings.cover)), em)
    height, width = parts[:, 3] - parts[:, 1], parts[:, 2] - parts[:, 0]
    glyph = height >= _GLYPH * em
    speck = (height < _SPECK * em) & (width < _SPECK * em)
    lines = _glued(parts[glyph | ~speck], em, _TOUCHING, rulings)
    high = lines[:, 3] - lines[:, 1] >= _GLYPH * em
    carriers, loose = lines[high], np.concatenate([lines[~high], parts[~glyph & speck]])
    carriers, loose = _attached(carriers, loose, em, rulings)
    runs = _glued(carriers, em, _SPACE, rulings)
    found = np.concatenate([runs, _alone(loose, em, rulings)])
    found = found[np.lexsort((found[:, 0], found[:, 1]))]
    return tuple(Box(*box) for box in found.tolist())


def em_of(runs: Sequence[Box]) -> float:
    """Height in pixels of a full-height character of the page's type; 0 where there are no runs.

    Digits are lower than Chinese characters and a run of both is as high as these, so it is
    an upper quantile of the heights, weighted by width, that tells.
    """
    if not runs:
        return 0.0
    height = np.array([run.height for run in runs])
    width = np.array([run.width for run in runs])
    # Of what is no dash, half lies below the usual height; titles are higher by a third and more.
    kept = height > 0.4 * _weighted_quantile(height, height * width, 0.5)
    usual = _weighted_quantile(height[kept], width[kept], 0.5)
    kept = (height > 0.6 * usual) & (height < 1.45 * usual)
    return _weighted_quantile(height[kept], width[kept], 0.7)


def _weighted_quantile(values: _Floats, weights: _Floats, share: float) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    at = int(np.searchsorted(total, share * total[-1]))
    return float(values[order][min(at, len(values) - 1)])


@dataclass(frozen=True)
class _Rulings:
    """What is covered by rulings, and how much of a rectangle is, by direction."""

    cover: Mask
    horizontal: npt.NDArray[np.int32]  # (height + 1, width + 1) integral
    vertical: npt.NDArray[np.int32]

    @classmethod
    def of(cls, ink: Ink, strokes: Strokes | None, em: float) -> _Rulings:
        if strokes is None:
            nothing = np.zeros_like(ink.mask)
            zeros = np.zeros((ink.mask.shape[0] + 1, ink.mask.shape[1] + 1), np.int32)
            return cls(nothing, zeros, zeros)
        across = _printed(strokes.horizontal, ink.darkness, em, vertical=False)
        down = _printed(strokes.vertical, ink.darkness, em, vertical=True)
        # The ragged edge of a stroke, one pixel on either side of it.
        cover = cv2.bitwise_or(
            cv2.dilate(across, np.ones((3, 1), np.uint8)), cv2.dilate(down, np.ones((1, 3), np.uint8))
        )
        return cls(as_mask(cover), _integral(as_mask(across)), _integral(as_mask(down)))

    def between(self, a: Boxes, b: Boxes) -> npt.NDArray[np.bool_]:
        """Whether a vertical ruling parts the boxes of each pair, `a` being left of `b`."""
        left, right = np.minimum(a[:, 2], b[:, 0]), np.maximum(a[:, 2], b[:, 0])
        top, bottom = np.maximum(a[:, 1], b[:, 1]), np.minimum(a[:, 3], b[:, 3])
        least = 0.4 * np.maximum(bottom - top, 1)
        return np.asarray(_sums(self.vertical, left, top, right, bottom) > least)

    def above_or_below(self, a: Boxes, b: Boxes) -> npt.NDArray[np.bool_]:
        """Whether a horizontal ruling runs between the middles of each pair's boxes."""
        middle_a, middle_b = (a[:, 1] + a[:, 3]) // 2, (b[:, 1] + b[:, 3]) // 2
        top, bottom = np.minimum(middle_a, middle_b), np.maximum(middle_a, middle_b)
        least = 0.4 * np.maximum(b[:, 2] - b[:, 0], 1)
        return np.asarray(_sums(self.horizontal, b[:, 0], top, b[:, 2], bottom) > least)


def _integral(mask: Mask) -> npt.NDArray[np.int32]:
    return cv2.integral(cv2.threshold(mask, 0, 1, cv2.THRESH_BINARY)[1], sdepth=cv2.CV_32S).astype(
        np.int32, copy=False
    )


def _sums(
    integral: npt.NDArray[np.int32], left: _Ints, top: _Ints, right: _Ints, bottom: _Ints
) -> npt.NDArray[np.int32]:
    bottom = np.maximum(top, bottom)
    found = integral[bottom, right] - integral[top, right] - integral[bottom, left] + integral[top, left]
    return np.asarray(found)


def _printed(strokes: Mask, darkness: Mask, em: float, *, vertical: bool) -> Mask:
    """Strokes of rulings alone, (height, width).

    A ruling is evenly dark from end to end; a chain of characters' strokes has gaps.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(strokes, connectivity=8)
    inked = np.flatnonzero(strokes > 0)
    label = labels.ravel()[inked]
    # A stroke steps from row to row where it slants: its crest is what counts.
    crest = cv2.dilate(darkness, np.ones((1, 5) if vertical else (5, 1), np.uint8))
    dark = crest.ravel()[inked].astype(np.float64)
    size = np.maximum(np.bincount(label, minlength=count), 1)
    mean = np.bincount(label, weights=dark, minlength=count) / size
    squares = np.bincount(label, weights=dark**2, minlength=count) / size
    length = stats[:, cv2.CC_STAT_HEIGHT if vertical else cv2.CC_STAT_WIDTH]
    long = length >= _LONG * em
    even = np.sqrt(np.maximum(squares - mean**2, 0)) < np.where(long, _TOUCHED, _EVEN) * mean
    whole = np.bincount(label, weights=dark > 0.5 * mean[label], minlength=count) / size > _WHOLE
    keep = (length >= _STROKE * em) & (even | whole & long)
    kept = np.zeros_like(strokes)
    kept.ravel()[inked] = np.where(keep[label], np.uint8(255), np.uint8(0))
    return kept


def _dark(ink: Ink) -> Mask:
    """The mask without what is much fainter than the page's type: creases, what shines through."""
    inked = ink.darkness[::_SAMPLED, ::_SAMPLED][ink.mask[::_SAMPLED, ::_SAMPLED] > 0]
    if not inked.size:
        return ink.mask
    least = _FAINT * float(np.quantile(inked, _SOLID))
    dark = as_mask(cv2.threshold(ink.darkness, least, 255, cv2.THRESH_BINARY)[1])
    return as_mask(cv2.bitwise_and(dark, ink.mask))


def _components(mask: Mask, em: float) -> Boxes:
    """Boxes of the components that can be glyphs or parts of them."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    stats = stats[1:count]
    width, height, pixels = stats[:, 2], stats[:, 3], stats[:, 4]
    thin = np.minimum(width, height) < _THIN * em
    line = thin & (np.maximum(width, height) > _LINE * em)
    huge = (height > _TALLEST * em) | (width > 3 * _TALLEST * em) & (height > 0.5 * _TALLEST * em)
    grain = pixels < max(2.0, 0.004 * em * em)
    # What the sheet's edge cuts is its shadow, or cannot be read.
    right, bottom = stats[:, 0] + width, stats[:, 1] + height
    cut = (np.minimum(stats[:, 0], stats[:, 1]) < _RIM) | (right > mask.shape[1] - _RIM)
    cut |= bottom > mask.shape[0] - _RIM
    kept = stats[~(line | huge | grain | cut)]
    if len(kept) > _MOST:
        kept = kept[np.argsort(-kept[:, 4], kind="stable")[:_MOST]]
    left, top = kept[:, 0], kept[:, 1]
    boxes = np.stack([left, top, left + kept[:, 2], top + kept[:, 3]], axis=1)
    return boxes.astype(np.int32)


def _glued(boxes: Boxes, em: float, space: float, rulings: _Rulings) -> Boxes:
    """Join boxes that share more than half of a line's height and are at most `space` heights apart."""
    if len(boxes) < 2:
        return boxes
    a, b = _pairs(boxes, 2 * space * em, em)
    first, second = boxes[a], boxes[b]
    height = first[:, 3] - first[:, 1], second[:, 3] - second[:, 1]
    low, high = np.minimum(*height), np.maximum(*height)
    shared = np.minimum(first[:, 3], second[:, 3]) - np.maximum(first[:, 1], second[:, 1])
    gap = second[:, 0] - np.maximum(first[:, 2], second[:, 0] - 10**6)
    joined = (shared > 0.5 * low) & (gap <= space * high) & (high >= _GLYPH * em)
    joined[joined] &= ~rulings.between(first[joined], second[joined])
    return _merged(boxes, _groups(len(boxes), a[joined], b[joined]))


def _pairs(boxes: Boxes, reach: float, em: float) -> tuple[_Indices, _Indices]:
    """Pairs (a, b) of boxes, a starting left of b, near enough to be tested.

    b starts at most `reach` right of a's end, and their middles are within two bands of an em.
    """
    band = ((boxes[:, 1] + boxes[:, 3]) / (2 * em)).astype(np.int64)
    page = int(boxes[:, 2].max() + reach) + 2
    key = band * page + boxes[:, 0]
    order = np.argsort(key, kind="stable")
    keys = key[order]
    starts, stops = [], []
    own = np.arange(len(boxes))
    for step in (-1, 0, 1):
        base = (band[order] + step) * page
        starts.append(np.searchsorted(keys, base + boxes[order, 0], "left"))
        end = np.minimum(boxes[order, 2] + int(reach), page - 1)
        stops.append(np.searchsorted(keys, base + end, "right"))
    begin, end = np.concatenate(starts), np.concatenate(stops)
    counts = np.minimum(np.maximum(end - begin, 0), 64)  # a line of noise has hundreds
    a = np.repeat(np.tile(own, 3), counts)
    within = np.arange(len(a)) - np.repeat(np.cumsum(counts) - counts, counts)
    b = np.repeat(begin, counts) + within
    kept = a != b
    return order[a[kept]], order[b[kept]]


def _groups(count: int, a: _Indices, b: _Indices) -> _Indices:
    """The smallest index that each of `count` things is connected to."""
    label = np.arange(count)
    while True:
        low = np.minimum(label[a], label[b])
        spread = label.copy()
        np.minimum.at(spread, label[a], low)
        np.minimum.at(spread, label[b], low)
        spread = spread[spread]
        while not np.array_equal(spread, spread[spread]):
            spread = spread[spread]
        if np.array_equal(spread, label):
            return label
        label = spread[label]


def _merged(boxes: Boxes, group: _Indices) -> Boxes:
    """The box around each group."""
    _, index = np.unique(group, return_inverse=True)
    merged = np.empty((int(index.max()) + 1, 4), np.int32)
    merged[:, :2], merged[:, 2:] = np.iinfo(np.int32).max, 0
    np.minimum.at(merged[:, 0], index, boxes[:, 0])
    np.minimum.at(merged[:, 1], index, boxes[:, 1])
    np.maximum.at(merged[:, 2], index, boxes[:, 2])
    np.maximum.at(merged[:, 3], index, boxes[:, 3])
    return merged


def _attached(carriers: Boxes, loose: Boxes, em: float, rulings: _Rulings) -> tuple[Boxes, Boxes]:
    """Give each loose part to the nearest line that it can belong to; the lines, and what is left."""
    if not len(carriers) or not len(loose):
        return carriers, loose
    every = np.concatenate([carriers, loose])
    a, b = _pairs(every, _LOOSE * 2 * em, em)
    # One of a pair carries, the other is loose.
    a, b = np.where(a < len(carriers), a, b), np.where(a < len(carriers), b, a)
    mixed = (a < len(carriers)) & (b >= len(carriers))
    a, b = a[mixed], b[mixed]
    line, part = every[a], every[b]
    height = line[:, 3] - line[:, 1]
    gap = np.maximum(np.maximum(part[:, 0] - line[:, 2], line[:, 0] - part[:, 2]), 0)
    middle = (part[:, 1] + part[:, 3]) / 2
    fits = (gap <= _LOOSE * height) & (middle > line[:, 1] - 0.1 * height)
    fits &= (middle < line[:, 3] + _BELOW * height) & (part[:, 3] - part[:, 1] <= height)
    # A flat stroke may stand well above the rest of its character, as in 元.
    whole = np.maximum(line[:, 3], part[:, 3]) - np.minimum(line[:, 1], part[:, 1])
    fits |= (gap == 0) & (whole <= em) & (part[:, 2] - part[:, 0] >= _SPECK * em)
    a, b, gap, line, part = a[fits], b[fits], gap[fits], line[fits], part[fits]
    leftmost, rightmost = (
        np.where((line[:, 0] <= part[:, 0])[:, None], line, part),
        np.where((line[:, 0] <= part[:, 0])[:, None], part, line),
    )
    free = ~rulings.between(leftmost, rightmost) & ~rulings.above_or_below(line, part)
    a, b, gap = a[free], b[free], gap[free]
    order = np.lexsort((a, gap))
    owners, first = np.unique(b[order], return_index=True)
    owner = a[order][first]
    grown = _merged(
        np.concatenate([carriers, every[owners]]), np.concatenate([np.arange(len(carriers)), owner])
    )
    left = np.ones(len(loose), bool)
    left[owners - len(carriers)] = False
    return grown, loose[left]


def _alone(loose: Boxes, em: float, rulings: _Rulings) -> Boxes:
    """What no line took: characters of flat strokes, dashes and rows of dots; the rest is dirt."""
    if not len(loose):
        return loose
    width, height = loose[:, 2] - loose[:, 0], loose[:, 3] - loose[:, 1]
    speck = (width < _SPECK * em) & (height < _SPECK * em)
    flat = _stacked(loose[~speck], em)
    width, height = flat[:, 2] - flat[:, 0], flat[:, 3] - flat[:, 1]
    dash = (width >= 2 * height) & (width >= _SPECK * em)
    return np.concatenate(
        [flat[dash | (np.maximum(width, height) >= _GLYPH * em)], _leaders(loose[speck], em)]
    )


def _stacked(flat: Boxes, em: float) -> Boxes:
    """Flat strokes one above the other are one character: 二, 三."""
    if len(flat) < 2:
        return flat
    a, b = _pairs(flat, 0.0, em)
    first, second = flat[a], flat[b]
    shared = np.minimum(first[:, 2], second[:, 2]) - np.maximum(first[:, 0], second[:, 0])
    narrow = np.minimum(first[:, 2] - first[:, 0], second[:, 2] - second[:, 0])
    high = np.maximum(first[:, 3], second[:, 3]) - np.minimum(first[:, 1], second[:, 1])
    joined = (shared > 0.5 * narrow) & (high <= em)
    return _merged(flat, _groups(len(flat), a[joined], b[joined]))


def _leaders(dots: Boxes, em: float) -> Boxes:
    """Rows of at least `_DOTS` dots."""
    if len(dots) < _DOTS:
        return dots[:0]
    a, b = _pairs(dots, 0.6 * em, em)
    first, second = dots[a], dots[b]
    level = np.abs(first[:, 1] + first[:, 3] - second[:, 1] - second[:, 3]) <= 0.2 * em
    near = second[:, 0] - first[:, 2] <= 0.6 * em
    group = _groups(len(dots), a[level & near], b[level & near])
    counts = np.unique(group, return_counts=True)[1]
    rows = _merged(dots, group)
    kept = (counts >= _DOTS) & (rows[:, 2] - rows[:, 0] >= _LEADER * em)
    return rows[kept]
