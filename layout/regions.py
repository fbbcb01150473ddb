"""Regions of connected ruled structure, and which of them lie inside another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain

import cv2
import numpy as np
import numpy.typing as npt

from ..document import Box
from .rulings import Segment, Segments
from .strokes import Strokes

_SMALLEST = 0.2  # inches, the least width and height of a table: one row of small type
_REACH = 0.03  # inches over which strokes are connected
_INSIDE = 0.9  # share of a region that lies in another


@dataclass(frozen=True)
class Region:
    """Connected segments, `own`, the box around them, and the regions that lie inside it.

    What lies inside may be a table in a page's frame, or a broken inner ruling.
    """

    box: Box
    own: Segments
    inside: tuple[Region, ...] = ()

    @property
    def segments(self) -> Segments:
        """Its own, and those of what lies inside."""
        parts = (self.own, *(region.segments for region in self.inside))
        return Segments(*(tuple(chain.from_iterable(group)) for group in zip(*parts, strict=True)))


def find_regions(strokes: Strokes, segments: Segments) -> list[Region]:
    """Outermost regions, largest first; strokes too small for a table are left out."""
    reach = max(3, round(_REACH * strokes.per_inch)) | 1
    both = cv2.dilate(strokes.horizontal | strokes.vertical, np.ones((reach, reach), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(both, connectivity=8)
    least = _SMALLEST * strokes.per_inch
    level = _by_label((int(labels[_pixel(s.at, s.middle, labels.shape)]), s) for s in segments.horizontal)
    upright = _by_label((int(labels[_pixel(s.middle, s.at, labels.shape)]), s) for s in segments.vertical)
    names = np.array(sorted(level.keys() | upright.keys()), np.int64)
    own = {n: Segments(tuple(level.get(n, ())), tuple(upright.get(n, ()))) for n in names.tolist()}
    left, top, width, height = stats[names, :4].T.astype(np.float64)
    boxes = np.stack([left, top, left + width, top + height], axis=1)
    regions = []
    free = np.ones(len(boxes), bool)
    waiting = np.flatnonzero((width >= least) & (height >= least))
    waiting = waiting[np.argsort(-(width * height)[waiting], kind="stable")]
    while waiting.size:
        outer = waiting[0]
        inside = free & (_share_inside(boxes, boxes[outer]) > _INSIDE)
        free &= ~inside
        inside[outer] = False
        inner = [i for i in waiting.tolist() if inside[i]]
        rest = np.setdiff1d(np.flatnonzero(inside), inner).tolist()
        nested = [_region(boxes, own, names, i) for i in (*inner, *rest)]
        region = _region(boxes, own, names, int(outer))
        regions.append(replace(region, inside=tuple(nested)))
        waiting = waiting[1:][~inside[waiting[1:]]]
    return regions


def _region(
    boxes: npt.NDArray[np.float64], own: Mapping[int, Segments], names: npt.NDArray[np.int64], index: int
) -> Region:
    return Region(Box(*boxes[index].tolist()), own[int(names[index])])


def _share_inside(boxes: npt.NDArray[np.float64], outer: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Of each box, the share that lies in `outer`."""
    low, high = np.maximum(boxes[:, :2], outer[:2]), np.minimum(boxes[:, 2:], outer[2:])
    shared = np.clip(high - low, 0, None).prod(axis=1)
    share: npt.NDArray[np.float64] = shared / np.maximum((boxes[:, 2:] - boxes[:, :2]).prod(axis=1), 1)
    return share


def _pixel(row: float, column: float, shape: tuple[int, ...]) -> tuple[int, int]:
    return min(max(round(row), 0), shape[0] - 1), min(max(round(column), 0), shape[1] - 1)


def _by_label(labelled: Iterable[tuple[int, Segment]]) -> dict[int, list[Segment]]:
    found: dict[int, list[Segment]] = {}
    for label, segment in labelled:
        found.setdefault(label, []).append(segment)
    return found
