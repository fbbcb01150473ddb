"""Traces of ink: how dark a page's solid ink is, what is its own, and what only shines through.

Traces are connected pixels that are darker than paper. The darkest pixel of each tells print
from show-through: print of a page is of one depth, however faint parts of it are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from .geometry import Mask, as_mask

# Shares of the depth of ink.
_TRACE = 0.12  # where a trace begins
_EDGE = 0.15  # where a stroke begins: the edge of a blurred one
_CORE = 0.22  # darkest pixel of every stroke; of faint ones on a fax it reaches 0.3
_WEAK = 0.3  # darkest pixel of what may be the other side of the sheet
_THROUGH = 0.03  # share of characters' ink that is weak: up to 0.01 in faint print, over 0.06 in show-through
_SHALLOW = 0.12  # of the paper's light: the least depth that is called ink
_GRAIN = 5.0  # multiples of the paper's noise that ink must exceed
_PAPER = 3.0  # multiples of that noise which are paper: one pixel in a thousand exceeds them
_SPECK = 0.035  # inches each way: dirt, which is as black as it likes
_CHARACTER = 0.5  # inches each way at most
_SOLID = 95  # percentile of strokes' pixels that is solid ink

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Traces:
    """Connected traces of ink.

    Attributes:
        where: (pixels,) flat indices of all pixels of traces.
        label: (pixels,) the trace that each belongs to.
        stats: (count, 5) as OpenCV has them; trace 0 is the paper.
        peaks: (count,) the largest share of light absorbed in each, 0 to 255.
        depth: the share of light that solid ink absorbs, 0 to 255.
        noise: standard deviation of the paper's grain, likewise.
        through: how deep show-through is, likewise; 0 without.
    """

    where: npt.NDArray[np.int64]
    label: npt.NDArray[np.int32]
    stats: npt.NDArray[np.int32]
    peaks: Mask
    depth: float
    noise: float
    through: float

    def darkness(self, share: Mask) -> Mask:
        """The share of light absorbed, stretched to the depth of ink, without show-through."""
        table = np.arange(256, dtype=np.float64)
        for level in (_PAPER * self.noise, self.through):
            table *= gate(level)
        return as_mask(cv2.LUT(share, np.clip(table * (255 / self.depth), 0, 255).round().astype(np.uint8)))

    def mask(self, share: Mask) -> Mask:
        """Pixels of the traces that are the page's own; show-through that touches them is left out."""
        mask = np.zeros_like(share)
        dark = share.ravel()[self.where] > max(_EDGE * self.depth, 1.1 * self.through)
        mask.ravel()[self.where[dark & self.own[self.label]]] = 255
        return mask

    @property
    def own(self) -> npt.NDArray[np.bool_]:
        """Which traces (count,) have a dark core."""
        own: npt.NDArray[np.bool_] = self.peaks >= max(_CORE * self.depth, 1.3 * self.through)
        own[0] = False
        return own


def gate(level: float, shut: float = 0.8, wide: float = 1.3) -> npt.NDArray[np.float64]:
    """Factors (256,) that shut out what absorbs no more than a level.

    Nothing is subtracted: a thin ruling just above the level stays as dark as it is.

    Args:
        level: share of light, 0 to 255; 0 shuts nothing out.
        shut: of the level; what is below is gone.
        wide: of the level; what is above stays as it is.
    """
    if level <= 0:
        return np.ones(256)
    return np.clip((np.arange(256) / level - shut) / (wide - shut), 0, 1)


def find_traces(share: Mask, noise: float, per_inch: float) -> Traces:
    """Find the traces of ink.

    Args:
        share: (height, width) share of light absorbed, 0 to 255.
        noise: standard deviation of the paper's grain, likewise.
        per_inch: pixels per inch of the sheet.
    """
    least = max(_GRAIN * noise, 255 * _SHALLOW * _TRACE)
    first = solid(np.bincount(share[::2, ::2].ravel(), minlength=256), least)
    traces = as_mask(cv2.threshold(share, max(least, _TRACE * first), 255, cv2.THRESH_BINARY)[1])
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(traces, connectivity=8)
    stats = _integers(boxes)
    points = cv2.findNonZero(traces)
    points = np.zeros((0, 1, 2), np.int32) if points is None else points
    where = points[:, 0, 1].astype(np.int64) * share.shape[1] + points[:, 0, 0]
    label, value = _integers(labels).ravel()[where], share.ravel()[where]
    peaks = np.zeros(count, np.uint8)
    np.maximum.at(peaks, label, value)
    large: npt.NDArray[np.bool_] = np.max(stats[:, 2:4], axis=1) > _SPECK * per_inch
    large[0] = False
    depth = solid(np.bincount(value[large[label]], minlength=256), least)
    through = _show_through(stats, peaks, large, depth, per_inch)
    return Traces(where, label, stats, peaks, depth, noise, through)


def solid(histogram: Counts, least: float) -> float:
    """Depth of solid ink from a histogram (256,) of shares: what the darkest parts of strokes reach.

    Counted among what is darker than `least`, then without the faint half of that.
    """
    floor = max(255 * _SHALLOW, 2 * least)
    first = _percentile(histogram, least)
    return float(max(floor, _percentile(histogram, max(least, 0.35 * first))))


def _percentile(histogram: Counts, above: float) -> int:
    """Level that `_SOLID` percent of what is above a level stay below."""
    counts = np.where(np.arange(256) > above, histogram, 0).cumsum()
    return int(np.searchsorted(counts, _SOLID / 100 * counts[-1])) if counts[-1] else 0


def _show_through(
    stats: npt.NDArray[np.int32], peaks: Mask, large: npt.NDArray[np.bool_], depth: float, per_inch: float
) -> float:
    """How deep the other side of the sheet shows, 0 where it does not.

    Characters of a page are of one depth; faint print thins out by degrees. A second lot of
    characters without a single dark pixel is the other side's, or a watermark.
    """
    character = large & (np.max(stats[:, 2:4], axis=1) < _CHARACTER * per_inch)
    weak = character & (peaks < _WEAK * depth)
    area = stats[:, 4]
    if area[weak].sum() <= _THROUGH * area[character].sum():
        return 0.0
    order = np.argsort(peaks[weak])
    weights = np.cumsum(area[weak][order])
    return float(peaks[weak][order][np.searchsorted(weights, 0.97 * weights[-1])])


def _integers(values: npt.NDArray[Any]) -> npt.NDArray[np.int32]:
    """The same array, typed, as `as_mask` does for masks."""
    return values.astype(np.int32, copy=False)
