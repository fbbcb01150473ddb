"""Regions of connected ruled structure, and which of them lie inside another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import cv2
import numpy as np
import numpy.typing as npt

from ..document import Box
from .rulings import Segment, Segments
from .strokes import Strokes

_SMALLEST = 0.2  # inches, the least width and height of a table: one row of small type
_REACH = 0.03  # inches over which strokes are connected
_PROBES = 9  # places along a segment at which its region is looked up
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
    _, found, stats, _ = cv2.connectedComponentsWithStats(both, connectivity=8)
    labels = found.astype(np.int32, copy=False)
    least = _SMALLEST * strokes.per_inch
    level = _by_label(labels, segments.horizontal)
    upright = _by_label(labels.T, segments.vertical)
    names = np.array(sorted(level.keys() | upright.keys()), np.int64)
    own = {n: Segments(tuple(level.get(n, ())), tuple(upright.get(n, ()))) for n in names.tolist()}
    left, top, width, height = stats[names, :4].T.astype(np.float64)
    boxes = np.stack([left, top, left + width, top + height], axis=1)
    regions = []
    free = np.ones(len(boxes), bool)
    waiting = np.flatnonzero((width >= least) & (height >= least))
    waiting = waiting[np.argsort(-(width * height)[waiting], kind="stable")]
    while waiting.size:
        outer = int(waiting[0])
        inside = free & (_share_inside(boxes, boxes[outer]) > _INSIDE)
        free &= ~inside
        inside[outer] = False
        large = [i for i in waiting.tolist() if inside[i]]
        small = np.setdiff1d(np.flatnonzero(inside), large).tolist()
        region = Region(
            _box(boxes, outer), own[int(names[outer])], _nested([*large, *small], boxes, own, names)
        )
        regions.append(region)
        waiting = waiting[1:][~inside[waiting[1:]]]
    return regions


def _nested(
    indices: list[int],
    boxes: npt.NDArray[np.float64],
    own: Mapping[int, Segments],
    names: npt.NDArray[np.int64],
) -> tuple[Region, ...]:
    """Regions in another, largest first, each with all that lies in it: deeper nesting is not told apart."""
    found: list[Region] = []
    left = np.array(indices, np.int64)
    while left.size:
        inside = _share_inside(boxes[left], boxes[left[0]]) > _INSIDE
        inside[0] = True
        of_it = left[inside]
        parts = tuple(Region(_box(boxes, i), own[int(names[i])]) for i in of_it[1:].tolist())
        found.append(Region(_box(boxes, int(of_it[0])), own[int(names[of_it[0]])], parts))
        left = left[~inside]
    return tuple(found)


def _box(boxes: npt.NDArray[np.float64], index: int) -> Box:
    return Box(*boxes[index].tolist())


def _share_inside(boxes: npt.NDArray[np.float64], outer: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Of each box, the share that lies in `outer`."""
    low, high = np.maximum(boxes[:, :2], outer[:2]), np.minimum(boxes[:, 2:], outer[2:])
    shared = np.clip(high - low, 0, None).prod(axis=1)
    share: npt.NDArray[np.float64] = shared / np.maximum((boxes[:, 2:] - boxes[:, :2]).prod(axis=1), 1)
    return share


def _by_label(labels: npt.NDArray[np.int32], segments: Sequence[Segment]) -> dict[int, list[Segment]]:
    """Segments by the label, across × along, that most of their length has; 0 is paper."""
    found: dict[int, list[Segment]] = {}
    for segment in segments:
        along = np.linspace(segment.start, segment.end - 1, _PROBES)
        across = segment.at + segment.slope * (along - segment.middle)
        rows, columns = (
            np.clip(np.rint(v).astype(np.int64), 0, side - 1)
            for v, side in zip((across, along), labels.shape, strict=True)
        )
        here = labels[rows, columns]
        if here.any():
            found.setdefault(int(np.bincount(here[here > 0]).argmax()), []).append(segment)
    return found
