"""Rulings: long thin strokes of ink, apart from the strokes of characters.

A stroke is what survives opening with a kernel longer than a character, after closing
the gaps that scanning leaves. Strokes in one line make a ruling, whose position is fitted,
so that a slight slant or bend does not matter.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ..document import Box
from .geometry import Mask, as_mask, clusters

# Inches. The largest type in tables is 12 pt: its strokes reach 0.145 in, the lowest rows
# of small print are 0.17 in high.
_STROKE = 0.145
_GAP = 0.025
_THICKEST = 0.08
_UNBROKEN = 0.25
_PARTS = 5  # of a segment, judged each for itself
_FREE = 0.8  # share of a broken ruling that has paper above or below


@dataclass(frozen=True)
class Strokes:
    """Masks (height, width) of horizontal and vertical strokes, of all ink, and the scale."""

    horizontal: Mask
    vertical: Mask
    ink: Mask
    per_inch: float


@dataclass(frozen=True, slots=True)
class Segment:
    """A stroke's centre line: from `start` to `end` along, at `at` across, in pixels.

    `solid` is the share that bore ink before gaps were closed, in the fifth of its length
    where that share is least: a character's stroke has its gap where it ends.
    """

    start: float
    end: float
    at: float
    solid: float

    @property
    def length(self) -> float:
        """Pixels from end to end."""
        return self.end - self.start


@dataclass(frozen=True)
class Ruling:
    """Segments in one line; across = `offset` + `slope` · along."""

    segments: tuple[Segment, ...]
    offset: float
    slope: float

    def at(self, along: float) -> float:
        """Position across, at a position along."""
        return self.offset + self.slope * along

    @property
    def start(self) -> float:
        """Where the first segment starts."""
        return min(s.start for s in self.segments)

    @property
    def end(self) -> float:
        """Where the last segment ends."""
        return max(s.end for s in self.segments)


def find_strokes(ink: Mask, per_inch: float) -> Strokes:
    """Separate the long thin strokes of an ink mask by direction."""
    vertical = _strokes_along_rows(np.ascontiguousarray(ink.T), per_inch)
    horizontal = _strokes_along_rows(ink, per_inch)
    return Strokes(horizontal, np.ascontiguousarray(vertical.T), ink, per_inch)


def _strokes_along_rows(ink: Mask, per_inch: float) -> Mask:
    length, gap = max(9, round(_STROKE * per_inch)), max(2, round(_GAP * per_inch))
    # Straight runs first: closing alone would chain the digits of a number to a stroke.
    runs = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, length // 2), np.uint8))
    # Thickening lets a slightly slanted line, which steps from row to row, pass as one.
    thick = cv2.dilate(runs, np.ones((3, 1), np.uint8))
    closed = cv2.morphologyEx(thick, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8))
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    blobs = cv2.morphologyEx(opened, cv2.MORPH_OPEN, np.ones((round(_THICKEST * per_inch) + 2, 3), np.uint8))
    thin = cv2.subtract(opened, cv2.dilate(blobs, np.ones((3, 3), np.uint8)))
    return _without_text(as_mask(thin), ink, per_inch)


def _without_text(strokes: Mask, ink: Mask, per_inch: float) -> Mask:
    """Take away chains of characters' strokes: broken, and with ink above and below.

    A ruling either runs unbroken for longer than any character is wide, or stands free.
    """
    unbroken = cv2.morphologyEx(
        cv2.dilate(ink, np.ones((3, 1), np.uint8)),
        cv2.MORPH_OPEN,
        np.ones((1, round(_UNBROKEN * per_inch)), np.uint8),
    )
    near, far = max(2, round(0.02 * per_inch)), max(4, round(0.06 * per_inch))
    reach = np.zeros((2 * far + 1, 1), np.uint8)
    reach[: far - near + 1] = 1  # `far` to `near` rows above
    crowded = cv2.bitwise_and(cv2.dilate(ink, reach), cv2.dilate(ink, np.ascontiguousarray(reach[::-1])))
    count, labels = cv2.connectedComponents(strokes, connectivity=8)
    inked = np.nonzero(strokes)  # a few percent of the page
    label = labels[inked]
    size = np.maximum(np.bincount(label, minlength=count), 1)
    free = np.bincount(label, weights=crowded[inked] == 0, minlength=count) / size > _FREE
    free |= np.bincount(label, weights=unbroken[inked], minlength=count) > 0
    kept = np.zeros_like(strokes)
    kept[inked] = np.where(free[label], np.uint8(255), np.uint8(0))
    return kept


def find_segments(strokes: Strokes, area: Box, *, vertical: bool) -> list[Segment]:
    """Strokes within `area` as segments in page coordinates, along their own direction."""
    left, top, right, bottom = (round(v) for v in area.to_list())
    along, across = (top, left) if vertical else (left, top)
    mask = (strokes.vertical if vertical else strokes.horizontal)[top:bottom, left:right]
    ink = strokes.ink[top:bottom, left:right]
    if vertical:
        mask, ink = np.ascontiguousarray(mask.T), np.ascontiguousarray(ink.T)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    segments = []
    for index in range(1, count):
        x, y, width, height, pixels = (int(v) for v in stats[index])
        if width < 0.6 * _STROKE * strokes.per_inch:
            continue
        run = labels[y : y + height, x : x + width] == index
        solid = run & (ink[y : y + height, x : x + width] > 0)
        # A slanted or bent run is cut into pieces short enough to be straight.
        bent = height > 3 * pixels / width + 0.02 * width
        step = max(8, width // 12) if bent else width
        for start in range(0, width, step):
            segment = _segment(run[:, start : start + step], solid[:, start : start + step])
            if segment is not None:
                dx, dy = x + start + along, y + across
                segments.append(Segment(segment.start + dx, segment.end + dx, segment.at + dy, segment.solid))
    return segments


def _segment(run: npt.NDArray[np.bool_], solid: npt.NDArray[np.bool_]) -> Segment | None:
    """A straight piece of a run, in its own coordinates."""
    rows, columns = np.nonzero(run)
    if not rows.size:
        return None
    length = int(columns.max()) + 1
    inked = np.asarray(solid.any(axis=0))[:length]
    least = min(float(part.mean()) for part in np.array_split(inked, _PARTS) if part.size)
    return Segment(0.0, float(length), float(rows.mean()), least)


def join_segments(segments: list[Segment], per_inch: float) -> list[Ruling]:
    """Group segments that lie in one line into rulings, in order across.

    Two passes: near neighbours first, then a fit over each group, to which doubled and
    slightly shifted pieces are joined.
    """
    near = max(3.0, 0.02 * per_inch)
    groups = clusters((s.at for s in segments), near)
    rulings = [_fit([segments[i] for i in group]) for group in groups]
    return sorted(rulings, key=lambda r: r.at((r.start + r.end) / 2))


def merged(a: Ruling, b: Ruling) -> Ruling:
    """Two rulings as one line."""
    return _fit([*a.segments, *b.segments])


def _fit(segments: list[Segment]) -> Ruling:
    """A straight line through the segments, each weighing as much as it is long."""
    weights = np.array([s.length for s in segments])
    middles = np.array([(s.start + s.end) / 2 for s in segments])
    across = np.array([s.at for s in segments])
    mean = float(np.average(middles, weights=weights))
    centre = float(np.average(across, weights=weights))
    spread = float(np.average((middles - mean) ** 2, weights=weights))
    slope = 0.0
    if len(segments) > 2 and spread > 1:
        slope = float(np.average((middles - mean) * (across - centre), weights=weights)) / spread
        slope = float(np.clip(slope, -0.01, 0.01))
    return Ruling(tuple(sorted(segments, key=lambda s: s.start)), centre - slope * mean, slope)
