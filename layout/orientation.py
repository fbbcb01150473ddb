"""By how many quarter turns a page lies turned.

Whether lines of text run level or upright shows in the ink alone: glyphs of a line stand
closer together than lines do, so closing small gaps along the lines fills more paper than
closing them across (run-length smoothing: Wong, Casey and Wahl, "Document Analysis System",
IBM J. Res. Dev. 1982). Which end is up is what a network is asked; without one, a page whose
lines run upright is taken to have been turned clockwise, as landscape tables mostly are.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from ..source import Image
from .geometry import Mask
from .glyphs import Parts

Orient = Callable[[Image], npt.NDArray[np.float64] | None]
"""Probabilities (4,) that an image lies turned clockwise by 0, 90, 180 and 270 degrees.

None where they cannot be told.
"""

_GAP = 0.7  # em: wider than gaps between glyphs, narrower than those between most lines
_CLEAR = 0.54  # share of what is filled along the lines; text has 0.55 to 0.75
_SURE = 0.65  # share of the probability that one end is up; a network may be softened to 0.97 at most
_CERTAIN = 0.7  # likewise, to turn a page whose lines ran level: most pages are the right way up
_OPEN = 1.5  # odds of e^1.5, 4.5 to 1; views of ordinary pages have 10 to 1 and more
_SLIGHT = 0.5  # likewise, for a page whose lines ran level
_LEAST = 1e-4  # of a probability
_MARGIN = 1.0  # em of paper around the ink that the network is shown


def runs_upright(image: Image, parts: Parts, orient: Orient | None) -> bool:
    """Whether lines of text run up or down the page and not across; False where there are none.

    Args:
        image: the page (height, width, 3) BGR.
        parts: its ink.
        orient: is asked where the ink leaves it open.
    """
    level = _levelness(parts.glyphs, parts.em)
    if not parts.legible or max(level, 1 - level) > _CLEAR:
        return parts.legible and level < 0.5
    probabilities = orient(image) if orient else None
    return probabilities is not None and float(max(probabilities[1], probabilities[3])) > 0.5


def find_end(image: Image, parts: Parts, was_upright: bool, orient: Orient | None) -> tuple[bool, bool]:
    """Whether a page whose lines run level by now is upside down, and whether that is in doubt.

    Args:
        image: the page (height, width, 3) BGR, at any resolution that shows its lines of text.
        parts: its ink.
        was_upright: whether its lines ran upright, so that either end may be up.
        orient: tells which end is up; None where nothing can.
    """
    if not parts.legible:
        return False, False
    share = _share(_around(image, parts.glyphs, parts.em), was_upright, orient) if orient else None
    if share is None:
        return False, was_upright
    if was_upright:
        return share < 0.5, max(share, 1 - share) < _SURE
    return share < 1 - _CERTAIN, 1 - _CERTAIN <= share < 0.5


def _levelness(glyphs: Mask, em: float) -> float:
    """Share of the paper filled when small gaps are closed along rows, against along columns."""
    reach = max(3, round(_GAP * em))
    padded = cv2.copyMakeBorder(glyphs, reach, reach, reach, reach, cv2.BORDER_CONSTANT, value=(0,))
    ink = cv2.countNonZero(glyphs)
    filled = [
        cv2.countNonZero(cv2.morphologyEx(padded, cv2.MORPH_CLOSE, np.ones(size, np.uint8))) - ink
        for size in ((1, reach), (reach, 1))
    ]
    return filled[0] / sum(filled) if sum(filled) else 0.5


def _share(image: Image, was_upright: bool, orient: Orient) -> float | None:
    """How likely it is that an image is the right way up and not upside down.

    A view that leaves it open is looked at again in two halves, where type appears larger.
    """
    odds = _odds(image, orient)
    # Most pages whose lines ran level are the right way up, so little has to speak for that.
    if odds is not None and -_OPEN < odds < (_OPEN if was_upright else _SLIGHT):
        along = int(image.shape[1] > image.shape[0])
        halves = np.array_split(image, 2, axis=along) if image.shape[along] > 1 else []
        more = [_odds(np.ascontiguousarray(half), orient) for half in halves]
        odds += sum(value for value in more if value is not None)
    return None if odds is None else float(1 / (1 + np.exp(-odds)))


def _odds(image: Image, orient: Orient) -> float | None:
    """The logarithm of the odds that an image is the right way up and not upside down."""
    probabilities = orient(image)
    if probabilities is None:
        return None
    up, down = np.maximum(probabilities[[0, 2]], _LEAST)
    return float(np.log(up / down))


def _around(image: Image, glyphs: Mask, em: float) -> Image:
    """The part of the page that bears text, which on a sparse page is all there is to see."""
    scale = image.shape[0] / glyphs.shape[0]
    left, top, width, height = (scale * v for v in cv2.boundingRect(glyphs))
    margin = scale * _MARGIN * em
    rows = slice(max(0, int(top - margin)), int(top + height + margin) + 1)
    cols = slice(max(0, int(left - margin)), int(left + width + margin) + 1)
    return image[rows, cols]
