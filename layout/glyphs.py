"""Glyphs apart from strokes, by size alone, in the ink of a reduced page."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .geometry import Mask, as_mask

_A4_EM = 15 / 1200  # of the longer side: type of 10.5 points on A4
_LARGEST = 0.06  # of the longer side: what is larger is no glyph
_SMALLEST = 4  # pixels; below are specks
_FEW = 12  # glyphs; fewer have no direction


@dataclass(frozen=True)
class Parts:
    """The ink of a page (height, width), 255 where there is some.

    Attributes:
        mask: all of it.
        glyphs: what may be glyphs.
        strokes: what is too large for them: rulings, frames, pictures.
        em: size of the type in pixels, or what it usually is.
        legible: whether there are glyphs enough to tell how they run.
    """

    mask: Mask
    glyphs: Mask
    strokes: Mask
    em: float
    legible: bool


def part_ink(mask: Mask) -> Parts:
    """Part the ink by the size of its connected components; specks are in neither part."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    sides = stats[:, 2:4].max(axis=1).astype(np.float64)
    small = (sides >= _SMALLEST) & (sides < _LARGEST * max(mask.shape))
    small[0] = False  # the paper
    legible = int(np.count_nonzero(small)) >= _FEW
    em = _A4_EM * max(mask.shape)
    if legible:
        order = np.argsort(sides[small])
        areas = np.cumsum((stats[:, 2] * stats[:, 3]).astype(np.float64)[small][order])
        em = float(sides[small][order][np.searchsorted(areas, areas[-1] / 2)])
    glyphs = small & (sides < 2.5 * em) & (sides >= 0.2 * em)
    strokes = sides >= 2.5 * em
    strokes[0] = False
    kinds = (glyphs + 2 * strokes).astype(np.uint8)[labels]
    return Parts(
        mask, as_mask((kinds == 1) * np.uint8(255)), as_mask((kinds == 2) * np.uint8(255)), em, legible
    )
