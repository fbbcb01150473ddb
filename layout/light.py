"""Uneven light: how bright the paper is at every place, and how much darker the ink on it.

The paper is what fills most of every small neighbourhood: a median at reduced size, in
which strokes vanish, and a closing, in which dense print vanishes too. What is broader than
that, a shadow, a coloured cell or the desk around the page, stays in and so is no ink.
Reflected light is a product of lamp and paper, so ink is measured as a share of the paper's
level, not as a difference from it.
"""

from __future__ import annotations

import cv2
import numpy as np

from .geometry import Mask, as_mask

_COARSE = 32  # pixels per inch at which paper is looked for: a median of 5 pixels is fast there
_SMALL = 0.17  # inches, side of the median: strokes of type cover less than half of it
PRINT = 0.22  # inches: the closing takes away bold type of 16 pt; rows of tables may be filled
_FIELD = 2.0  # inches: coloured fields are narrower, at least one way
_MOST = 0.35  # inches: a field fills most of that much around it, whatever is written on it
_REVERSED = 0.3  # inches, the thickest print on a field
_EVEN = 24  # levels by which a field's own pixels differ: noise, and the blocks of a JPEG
_DARK = 0.8  # of the level around: what a field reflects at most
_DARKEST = np.uint8(24)  # of 255: what reflects less, a shadow or a black field, shows no ink


def paper_level(plane: Mask, per_inch: float, thickest: float = PRINT, *, fields: bool = False) -> Mask:
    """Level of the paper behind a plane (height, width), as `plane` would be without strokes.

    Args:
        plane: lightness, or one channel of a colour image.
        per_inch: pixels per inch of the sheet.
        thickest: inches, the thickest print; what is thicker both ways is taken for paper.
        fields: dark fields are paper even where they bear white print.
    """
    step = max(1, round(per_inch / _COARSE))
    coarse = per_inch / step
    # Sampled, not averaged: the mean of ink and paper is neither. In the middle of every step,
    # where enlarging puts the sample back.
    sample = _sampled(plane, step)
    small = as_mask(cv2.medianBlur(sample, round(_SMALL * coarse) | 1))
    closed = as_mask(cv2.morphologyEx(small, cv2.MORPH_CLOSE, _square(thickest * coarse)))
    dark = _fields(sample, coarse) if fields else None
    if dark is not None:
        bare = as_mask(cv2.morphologyEx(small, cv2.MORPH_OPEN, _square(_REVERSED * coarse)))
        own = (dark[0] > 0) & (cv2.absdiff(bare, dark[1]) < _EVEN)
        closed = np.where(own, bare, closed)
    smooth = cv2.blur(closed, (3, 3))
    height, width = plane.shape
    rows, columns = small.shape[0] * step, small.shape[1] * step
    whole = cv2.resize(smooth, (columns, rows), interpolation=cv2.INTER_LINEAR)
    below, right = max(0, height - rows), max(0, width - columns)
    if below or right:
        whole = cv2.copyMakeBorder(whole, 0, below, 0, right, cv2.BORDER_REPLICATE)
    return as_mask(np.ascontiguousarray(whole[:height, :width]))


def _fields(sample: Mask, per_inch: float) -> tuple[Mask, Mask] | None:
    """Where even fields are, a good deal darker than the paper around, and how light; None if nowhere.

    A field has one level, and most of every neighbourhood has that; bold print has not.
    """
    side = round(_MOST * per_inch) | 1
    most = as_mask(cv2.medianBlur(sample, side))
    wide = cv2.morphologyEx(most, cv2.MORPH_CLOSE, _square(_FIELD * per_inch))
    even = cv2.blur(np.where(cv2.absdiff(sample, most) < _EVEN, np.uint8(200), np.uint8(0)), (side, side))
    field = as_mask(np.where((most < _DARK * wide) & (even > 100), np.uint8(255), np.uint8(0)))
    return (field, most) if field.any() else None


def _sampled(plane: Mask, step: int) -> Mask:
    """Every `step`-th pixel each way, from the middle of a step, or of what there is of one."""
    first = (min(step // 2, size - 1) for size in plane.shape)
    return np.ascontiguousarray(plane[next(first) :: step, next(first) :: step])


def _square(side: float) -> Mask:
    return np.ones((max(3, round(side)),) * 2, np.uint8)


def absorbed(plane: Mask, paper: Mask) -> Mask:
    """Share of the paper's light that ink takes away, (height, width), 0 to 255."""
    return as_mask(cv2.divide(cv2.subtract(paper, plane), np.maximum(paper, _DARKEST), scale=255))


def reversed_print(plane: Mask, paper: Mask, per_inch: float) -> Mask | None:
    """Levels by which bright print stands out of dark fields, 0 to 255.

    White figures on a coloured header are no darker than their paper. None where no field is dark.
    """
    step = max(1, round(per_inch / _COARSE))
    level = _sampled(paper, step)
    wide = cv2.morphologyEx(level, cv2.MORPH_CLOSE, _square(_FIELD * per_inch / step))
    dark = as_mask(np.where(level < _DARK * wide, np.uint8(255), np.uint8(0)))
    dark[:1], dark[-1:], dark[:, :1], dark[:, -1:] = 0, 0, 0, 0  # what lies around the sheet
    inside = cv2.erode(dark, np.ones((3, 3), np.uint8))
    if not inside.any():
        return None
    field = cv2.resize(inside, plane.shape[::-1], interpolation=cv2.INTER_NEAREST)
    return as_mask(cv2.bitwise_and(cv2.subtract(plane, paper), field))
