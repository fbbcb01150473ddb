"""Ink layers: black ink apart from paper, shading, show-through and seals; the scale of its type.

How dark ink is on a page depends on the printer, the scanner and the light; so every bound
is a share of the page's own depth of ink, which is taken from its characters and strokes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from ..source import Image
from .geometry import Mask, as_mask
from .light import absorbed, paper_level

_RED = 48  # levels of red beyond blue and green: brownish paper reaches about 30
_A4_INCHES = 11.7  # the long side; disclosures are A4, whatever a file says of its dpi
_GLYPH_INCHES = 0.118  # median height of the characters of 10.5-point type, weighted by area
_ENOUGH = 30  # characters that make a median

# Shares of the depth of ink.
_TRACE = 0.1  # where a stroke begins; paper's grain is below, after the bound by its noise
_EDGE = 0.15  # pixels of strokes, out to where a slightly slanted line begins to cover a pixel
_CORE = 0.22  # darkest pixel of every stroke; of faint ones on a fax it reaches 0.3
_WEAK = 0.3  # peak of what may be the other side of the sheet; a faint fax's strokes reach 0.4
_THROUGH = 0.03  # share of characters' ink that is weak: up to 0.01 in faint print, over 0.06 in show-through
_SHALLOW = 0.12  # of the paper's light: the least depth that is called ink
_GRAIN = 5.0  # multiples of the paper's noise that ink must exceed
_PAPER = 3.0  # multiples of that noise which are paper: one pixel in a thousand exceeds them
_SPECK = 0.035  # inches each way: dirt, which is as black as it likes


@dataclass(frozen=True)
class Ink:
    """Black ink of a page.

    Attributes:
        mask: (height, width), 255 where there is ink of text or strokes.
        per_inch: pixels per inch, if the page's type is of 10.5 points. What is long or
            thin on a page is so beside its characters, at any resolution and on any sheet.
        darkness: (height, width), 0 for paper, 255 as dark as the page's solid ink. Thin
            rulings, which cover a part of each pixel, reach a third of that or less.
    """

    mask: Mask
    per_inch: float
    darkness: Mask


def grey(image: Image) -> Mask:
    """Lightness (height, width) in which red strokes are paper.

    A seal is red far more than it is blue or green; black ink, also under a seal, is not.
    """
    blue, green, red = cv2.split(image)
    seal = cv2.subtract(red, cv2.max(blue, green)) > _RED
    return np.where(seal, np.uint8(255), cv2.cvtColor(image, cv2.COLOR_BGR2GRAY))


def black_ink(image: Image) -> Ink:
    """Find the ink of a page (height, width, 3)."""
    light = grey(image)
    sheet = _sheet_scale(light)
    paper = paper_level(light, sheet)
    share = absorbed(light, paper)
    strokes = _Strokes.of(share, _noise(light, paper), sheet)
    darkness = strokes.darkness(share)
    mask = strokes.mask(darkness)
    return Ink(mask, _type_scale(mask), darkness)


@dataclass(frozen=True)
class _Strokes:
    """Connected traces of ink: what they say of the page's depth of ink and of show-through.

    Attributes:
        labels: (height, width), 0 for paper.
        stats: (count, 5) as OpenCV has them.
        peaks: (count,) the largest share of light absorbed in each, 0 to 255.
        depth: the share of light that solid ink absorbs, 0 to 255.
        noise: standard deviation of the paper's grain, likewise.
        through: how deep show-through is, likewise; 0 without.
    """

    labels: npt.NDArray[np.int32]
    stats: npt.NDArray[np.int32]
    peaks: Mask
    depth: float
    noise: float
    through: float

    @staticmethod
    def of(share: Mask, noise: float, per_inch: float) -> _Strokes:
        """Find them in the share of light absorbed (height, width)."""
        least = max(_GRAIN * noise, 255 * _SHALLOW * _TRACE)
        first = _depth(share[share > least], least)
        traces = as_mask(cv2.threshold(share, max(least, _TRACE * first), 255, cv2.THRESH_BINARY)[1])
        count, labels, stats, _ = cv2.connectedComponentsWithStats(traces, connectivity=8)
        where = np.flatnonzero(traces)
        label, value = labels.ravel()[where], share.ravel()[where]
        peaks = np.zeros(count, np.uint8)
        order = np.argsort(value, kind="stable")
        peaks[label[order]] = value[order]
        stats = _integers(stats)
        large: npt.NDArray[np.bool_] = np.max(stats[:, 2:4], axis=1) > _SPECK * per_inch
        large[0] = False
        depth = _depth(value[large[label]], least)
        return _Strokes(
            _integers(labels),
            stats,
            peaks,
            depth,
            noise,
            _show_through(stats, peaks, large, depth, per_inch),
        )

    def darkness(self, share: Mask) -> Mask:
        """The share of light absorbed, stretched to the depth of ink, without show-through."""
        table = np.arange(256, dtype=np.float64)
        # A gate, not a subtraction: a thin ruling just above show-through stays as dark as it is.
        for level in (_PAPER * self.noise, self.through):
            if level:
                table *= np.clip((table / level - 0.8) / 0.5, 0, 1)
        table = np.clip(table * (255 / self.depth), 0, 255)
        return as_mask(cv2.LUT(share, table.round().astype(np.uint8)))

    def mask(self, darkness: Mask) -> Mask:
        """Pixels of strokes that have a dark core."""
        strong = self.peaks >= max(_CORE * self.depth, 1.3 * self.through)
        strong[0] = False
        dark = darkness > 255 * _EDGE
        return as_mask(np.where(dark & strong[self.labels], np.uint8(255), np.uint8(0)))


def _integers(values: npt.NDArray[Any]) -> npt.NDArray[np.int32]:
    """The same array, typed, as `as_mask` does for masks."""
    return values.astype(np.int32, copy=False)


def _noise(light: Mask, paper: Mask) -> float:
    """Standard deviation of the paper's grain in levels, from what is brighter: no ink is."""
    brighter = cv2.subtract(light[::3, ::3], paper[::3, ::3])
    return float(np.percentile(brighter, 75)) / 0.67  # the upper quartile of a normal distribution


def _depth(values: npt.NDArray[np.uint8], least: float) -> float:
    """Depth of solid ink among the values of traces: what the darkest parts of strokes reach."""
    floor = max(255 * _SHALLOW, 2 * least)
    if not values.size:
        return floor
    first = float(np.percentile(values, 95))
    return max(floor, float(np.percentile(values[values >= 0.35 * first], 95)))


def _show_through(
    stats: npt.NDArray[np.int32], peaks: Mask, large: npt.NDArray[np.bool_], depth: float, per_inch: float
) -> float:
    """How deep the other side of the sheet shows, 0 where it does not.

    Characters of a page are of one depth; faint print thins out by degrees. A second lot of
    characters without a single dark pixel is the other side's, or a watermark.
    """
    character = large & (stats[:, 2:4] < 0.5 * per_inch).all(axis=1)
    weak = character & (peaks < _WEAK * depth)
    area = stats[:, 4]
    if area[weak].sum() <= _THROUGH * area[character].sum():
        return 0.0
    order = np.argsort(peaks[weak])
    weights = np.cumsum(area[weak][order])
    return float(peaks[weak][order][np.searchsorted(weights, 0.97 * weights[-1])])


def _sheet_scale(light: Mask) -> float:
    """Pixels per inch if the page is A4, within what scanners do."""
    return float(np.clip(max(light.shape) / _A4_INCHES, 72, 600))


def _type_scale(mask: Mask) -> float:
    """Pixels per inch from the height of the characters; from the sheet where there are few."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    width, height = stats[1:count, 2].astype(float), stats[1:count, 3].astype(float)
    squat = (width > 0.3 * height) & (width < 2.2 * height)
    glyph = squat & (height >= 5) & (width >= 3) & (height < 0.06 * max(mask.shape))
    if glyph.sum() < _ENOUGH:
        return _sheet_scale(mask)
    order = np.argsort(height[glyph])
    heights, weights = height[glyph][order], np.cumsum((width * height)[glyph][order])
    median = heights[np.searchsorted(weights, weights[-1] / 2)]
    return float(np.clip(median / _GLYPH_INCHES, 50, 700))
