"""Rulings: segments of strokes that lie in one line, fitted with a straight line.

Lines of an upright page slant a little and not all alike, since a page is never quite flat:
how their slant changes down the page is fitted first, and what is in one line is judged with it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from .geometry import Mask
from .strokes import SHORTEST, Strokes

_PARTS = 5  # of a segment, judged each for itself
_DARK = 0.5  # of a segment's darkness: less is a gap
_LINE = 0.02  # inches across within which segments are one line
_SLANT = 0.02  # most slope that a line of an upright page has
_STRAIGHT = 0.02  # most slope beyond that, of a segment
_PIXEL = 1.5  # pixels to which the ends of a segment are measured
_TELLING = 0.8  # inches from which a segment's own slope says something


@dataclass(frozen=True, slots=True)
class Segment:
    """A stroke's centre line: from `start` to `end` along, at `at` across in its middle, in pixels.

    `solid` is the share that is dark, without the gaps that were closed, in the fifth of its length
    where that share is least: a character's stroke has its gap where it ends. `strength` is its
    darkness, 0 to 255, `slope` is across per along, and `width` is how wide it would be if it
    were as dark all over.
    """

    start: float
    end: float
    at: float
    solid: float
    strength: float = 255.0
    slope: float = 0.0
    width: float = 1.0

    @property
    def length(self) -> float:
        """Pixels from end to end."""
        return self.end - self.start

    @property
    def middle(self) -> float:
        """Half way along."""
        return (self.start + self.end) / 2


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

    @property
    def strength(self) -> float:
        """Darkness of the segments by length, 0 to 255."""
        lengths = [s.length for s in self.segments]
        return float(np.average([s.strength for s in self.segments], weights=lengths))


class Segments(NamedTuple):
    """Segments of both directions."""

    horizontal: tuple[Segment, ...]
    vertical: tuple[Segment, ...]


def find_segments(strokes: Strokes) -> Segments:
    """The strokes of a page as segments, along their own direction."""
    least = 0.6 * SHORTEST * strokes.per_inch
    turned, darkness = (np.ascontiguousarray(plane.T) for plane in (strokes.vertical, strokes.darkness))
    upright = turned, strokes.ridges[1], darkness
    level = strokes.horizontal, strokes.ridges[0], strokes.darkness
    return Segments(*(_segments(mask, ridge, darkness, least) for mask, ridge, darkness in (level, upright)))


def _segments(mask: Mask, ridge: Mask, darkness: Mask, least: float) -> tuple[Segment, ...]:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    segments = []
    for index in range(1, count):
        x, y, width, height, pixels = (int(v) for v in stats[index])
        if width < least:
            continue
        for rows in _separate(labels[y : y + height, x : x + width] == index):
            window = slice(y + rows.start, y + rows.stop), slice(x, x + width)
            run = labels[window] == index
            # A slanted or bent run is cut into pieces short enough to be straight.
            bent = len(rows) > 3 * pixels / width + 0.02 * width
            step = max(8, width // 12) if bent else width
            for start in range(0, width, step):
                piece = slice(start, start + step)
                found = _segment(run[:, piece], ridge[window][:, piece], darkness[window][:, piece])
                if found is not None:
                    along, across = x + start, y + rows.start
                    moved = replace(
                        found, start=found.start + along, end=found.end + along, at=found.at + across
                    )
                    segments.append(moved)
    return tuple(segments)


def _separate(run: npt.NDArray[np.bool_]) -> list[range]:
    """Rows of each line of a run: strokes of text may stand between two and touch both."""
    inked = run.sum(axis=1)
    strong = np.flatnonzero(
        np.diff(np.concatenate([[False], inked >= inked.max() / 2, [False]]).astype(np.int8))
    )
    lines = strong.reshape(-1, 2).tolist()
    if len(lines) == 1:
        return [range(run.shape[0])]
    return [range(max(0, first - 1), min(run.shape[0], last + 1)) for first, last in lines]


def _segment(run: npt.NDArray[np.bool_], ridge: Mask, darkness: Mask) -> Segment | None:
    """A straight piece of a run, in its own coordinates; its crest weighs most in its position."""
    dark = np.where(run, ridge, 0)
    crest = dark.max(axis=0)
    strength = float(np.median(crest[crest > 0])) if crest.any() else 0.0
    # At its joints a line is no ridge, but it is dark; the run's own ends were blurred past the line's.
    inked = np.where(run, darkness, 0).max(axis=0) >= max(1.0, _DARK * strength)
    if not inked.any():
        return None
    first, last = int(inked.argmax()), inked.size - int(inked[::-1].argmax())
    solid = min(float(part.mean()) for part in np.array_split(inked[first:last], _PARTS) if part.size)
    rows, columns = np.nonzero(run[:, first:last])
    weights = dark[rows, columns + first].astype(np.float64) + 1
    middle, at = float(np.average(columns, weights=weights)), float(np.average(rows, weights=weights))
    spread = float(np.average((columns - middle) ** 2, weights=weights))
    tilt = float(np.average((columns - middle) * (rows - at), weights=weights))
    slope = tilt / spread if spread > 1 else 0.0
    centre = at + slope * ((last - first - 1) / 2 - middle)
    ink = dark.sum(axis=0)[crest > 0]
    width = float(np.median(ink)) / strength if strength else 0.0
    return Segment(float(first), float(last), centre, solid, strength, slope, width)


def join_segments(segments: Sequence[Segment], per_inch: float) -> list[Ruling]:
    """Group segments that lie in one line into rulings, in order across."""
    if not segments:
        return []
    drift = _Drift(segments, per_inch)
    origin = float(np.median([s.middle for s in segments]))
    # What slants otherwise than the lines about it was drawn by a pen.
    segments = [s for s in segments if abs(s.slope - drift(s.at)) <= _STRAIGHT + _PIXEL / s.length]
    level = [s.at - drift(s.at) * (s.middle - origin) for s in segments]
    groups = _lines(segments, level, max(3.0, _LINE * per_inch))
    rulings = [_fit([segments[i] for i in group], drift(segments[group[0]].at)) for group in groups]
    return sorted(rulings, key=lambda r: r.at(origin))


def _lines(segments: Sequence[Segment], level: Sequence[float], near: float) -> list[list[int]]:
    """Indices of segments in one line each: the longest found a line, the others join the nearest.

    Not by chaining: strokes of text that stands close would lead from one ruling to the next.
    """
    founders: list[float] = []  # in rising order
    groups: list[list[int]] = []
    for index in sorted(range(len(segments)), key=lambda i: (-segments[i].length, level[i])):
        place = bisect_left(founders, level[index])
        beside = [i for i in (place - 1, place) if 0 <= i < len(founders)]
        nearest = min(beside, key=lambda i: abs(founders[i] - level[index]), default=None)
        if nearest is not None and abs(founders[nearest] - level[index]) <= near:
            groups[nearest].append(index)
        else:
            founders.insert(place, level[index])
            groups.insert(place, [index])
    return groups


def merged(a: Ruling, b: Ruling) -> Ruling:
    """Two rulings as one line."""
    return _fit([*a.segments, *b.segments], (a.slope + b.slope) / 2)


class _Drift:
    """Slope of lines as a linear function of where they lie across, fitted to the long segments."""

    def __init__(self, segments: Sequence[Segment], per_inch: float) -> None:
        long = [s for s in segments if s.length >= _TELLING * per_inch and abs(s.slope) <= _SLANT]
        self.middle = self.constant = self.rate = 0.0
        if len(long) < 3:
            return
        at, slope = np.array([s.at for s in long]), np.array([s.slope for s in long])
        weights = np.array([s.length for s in long]) ** 1.5  # the error of a slope falls so with length
        for _ in range(3):
            self.middle = float(np.average(at, weights=weights))
            spread = float(np.average((at - self.middle) ** 2, weights=weights))
            self.constant = float(np.average(slope, weights=weights))
            covariance = float(np.average((at - self.middle) * (slope - self.constant), weights=weights))
            self.rate = covariance / spread if spread > (0.5 * per_inch) ** 2 else 0.0
            rest = np.abs(slope - [self(a) for a in at])
            weights = weights / (1 + (rest / 0.001) ** 2)  # Cauchy: a bent piece must not tilt all

    def __call__(self, at: float) -> float:
        return self.constant + self.rate * (at - self.middle)


def _fit(segments: list[Segment], slope: float) -> Ruling:
    """A straight line through the ends of segments; a short line takes the slope of its place."""
    weights = np.array([s.length for s in segments for _ in range(2)])
    ends = np.array([(s.start, s.end) for s in segments]).ravel()
    rise = np.array([(-s.slope * s.length / 2, s.slope * s.length / 2) for s in segments]).ravel()
    across = np.array([s.at for s in segments for _ in range(2)]) + rise
    mean, centre = float(np.average(ends, weights=weights)), float(np.average(across, weights=weights))
    spread = float(np.average((ends - mean) ** 2, weights=weights))
    extent = float(ends.max() - ends.min())
    if extent > 0 and spread > 1 and _trusted(segments, extent):
        slope = float(np.average((ends - mean) * (across - centre), weights=weights)) / spread
    slope = float(np.clip(slope, -_SLANT, _SLANT))
    return Ruling(tuple(sorted(segments, key=lambda s: s.start)), centre - slope * mean, slope)


def _trusted(segments: list[Segment], extent: float) -> bool:
    """Whether a line is inked over enough of its length to say how it slants."""
    return sum(s.length for s in segments) >= 0.5 * extent and extent >= 60
