"""Regions of connected ruled structure, and which of them lie inside another."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from ..document import Box
from .geometry import Mask, as_mask
from .strokes import Strokes

_SMALLEST = 0.25  # inches, the least width and height of a table
_REACH = 0.03  # inches over which strokes are connected
_INSIDE = 0.9  # share of a region that lies in another


@dataclass(frozen=True)
class Region:
    """Connected strokes, `own`, the box around them, and the regions that lie inside it.

    What lies inside may be a table in a page's frame, or a broken inner ruling.
    """

    box: Box
    own: Strokes
    inside: tuple[Region, ...]


def find_regions(strokes: Strokes) -> list[Region]:
    """Outermost regions, largest first; strokes too small for a table are left out."""
    reach = max(3, round(_REACH * strokes.per_inch)) | 1
    both = cv2.dilate(strokes.horizontal | strokes.vertical, np.ones((reach, reach), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(both, connectivity=8)
    least = _SMALLEST * strokes.per_inch
    boxes = {
        label: Box(left, top, left + width, top + height)
        for label, (left, top, width, height, _) in enumerate(stats[:count].tolist())
        if label and width >= least and height >= least
    }
    waiting = sorted(boxes, key=lambda label: -boxes[label].area)
    regions = []
    while waiting:
        outer, *others = waiting
        box = boxes[outer]
        inner = [n for n in others if box.overlap(boxes[n]) > _INSIDE * boxes[n].area]
        nested = tuple(Region(boxes[n], strokes, ()) for n in _outermost(inner, boxes))
        own = _only(strokes, as_mask(labels == outer)) if inner else strokes
        regions.append(Region(box, own, nested))
        waiting = [n for n in others if n not in inner]
    return regions


def _outermost(labels: list[int], boxes: dict[int, Box]) -> list[int]:
    """Those of `labels`, largest first, that lie in no other; deeper nesting is not looked for."""
    found: list[int] = []
    for label in labels:
        if not any(boxes[n].overlap(boxes[label]) > _INSIDE * boxes[label].area for n in found):
            found.append(label)
    return found


def _only(strokes: Strokes, mine: Mask) -> Strokes:
    """The strokes where the mask is 1."""
    return replace(strokes, horizontal=strokes.horizontal * mine, vertical=strokes.vertical * mine)
