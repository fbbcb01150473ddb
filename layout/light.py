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

_COARSE = 50  # pixels per inch at which paper is looked for: a sixth of the width of a table's row
_SMALL = 5  # side of the median there, 0.1 in: strokes of type cover less than half of it
PRINT = 0.22  # inches: the closing takes away bold type of 16 pt; rows of tables may be filled
_DARKEST = np.uint8(24)  # of 255: what reflects less, a shadow or a black field, shows no ink


def paper_level(plane: Mask, per_inch: float, thickest: float = PRINT) -> Mask:
    """Level of the paper behind a plane (height, width), as `plane` would be without strokes.

    Args:
        plane: lightness, or one channel of a colour image.
        per_inch: pixels per inch of the sheet.
        thickest: inches, the thickest print; what is thicker both ways is taken for paper.
    """
    step = max(1, round(per_inch / _COARSE))
    # Sampled, not averaged: the mean of ink and paper is neither. In the middle of every step,
    # where enlarging puts the sample back.
    small = cv2.medianBlur(np.ascontiguousarray(plane[step // 2 :: step, step // 2 :: step]), _SMALL)
    side = max(3, round(thickest * per_inch / step))
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    smooth = cv2.blur(closed, (3, 3))
    height, width = plane.shape
    rows, columns = small.shape[0] * step, small.shape[1] * step
    whole = cv2.resize(smooth, (columns, rows), interpolation=cv2.INTER_LINEAR)
    below, right = max(0, height - rows), max(0, width - columns)
    if below or right:
        whole = cv2.copyMakeBorder(whole, 0, below, 0, right, cv2.BORDER_REPLICATE)
    return as_mask(np.ascontiguousarray(whole[:height, :width]))


def absorbed(plane: Mask, paper: Mask) -> Mask:
    """Share of the paper's light that ink takes away, (height, width), 0 to 255."""
    return as_mask(cv2.divide(cv2.subtract(paper, plane), np.maximum(paper, _DARKEST), scale=255))
