"""The courses of a page's lines: rulings, lines of text and the edges of the sheet, as points.

What ought to be level is followed from left to right, so that the slopes of all lines give the
perspective of a photograph, and their curves the bend of a page. Upright lines are followed on
the transposed page and come back with x and y exchanged.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from .geometry import Mask, Matrix, as_mask
from .mesh import mapped

Values = npt.NDArray[np.float64]  # (n,)
Numbers = npt.NDArray[np.int64]  # (n,)

_RULING = 2.5  # em: the shortest run of ink that is no part of a glyph
_BRIDGED = 2.0  # em: gaps of a broken ruling that are followed across
_WORD_GAP = 1.2  # em: gaps inside a piece of text
_STEP = 1.0  # em between points of a course
_LEAST_POINTS = 4
_TEXT_HEIGHT = 2.2  # em; blobs are higher where two lines of text have run together
_LEAST_TEXT = 1.5  # em: a short number
_RULING_NOISE = 0.02  # em: how exactly a point lies on its line
_TEXT_NOISE = 0.1  # em; glyphs of a line differ in where their ink is
_TEXT_BIAS = 0.05  # em by which one end of a line of text may stand higher, being other glyphs
_LINK_GAP = 20.0  # em from one piece of a line of text to the next, from column to column
_LINK_RISE = 0.3  # em: the next line is 1.3 away at least
_MOST_LINES = 4000  # a page of noise has more
_MOST_LINKED = 1500  # pieces; they are compared two by two


@dataclass(frozen=True)
class Courses:
    """Points (n,) of lines that ought to be level, line after line, each from left to right.

    Attributes:
        x, y: where they are, in pixels; `y` should be the same all along a line.
        line: the number of the line that each belongs to, from 0.
        noise: standard deviation of `y` about its line, in pixels.
        bias: likewise, of one end of its line against the other: what does not average out.
    """

    x: Values
    y: Values
    line: Numbers
    noise: Values
    bias: Values

    @property
    def count(self) -> int:
        """Number of lines."""
        return int(self.line[-1]) + 1 if self.line.size else 0

    def moved(self, matrix: Matrix) -> Courses:
        """The courses after a homography."""
        x, y = mapped(matrix, np.column_stack([self.x, self.y])).T
        return replace(self, x=x, y=y)

    def at(self, points: Numbers) -> Courses:
        """Some of the points, in this order; the numbers of their lines stay."""
        return Courses(
            self.x[points], self.y[points], self.line[points], self.noise[points], self.bias[points]
        )

    def only(self, kept: npt.NDArray[np.bool_]) -> Courses:
        """The lines (count,) that are kept, numbered anew."""
        number = np.cumsum(kept) - 1
        found = self.at(np.flatnonzero(kept[self.line]))
        return replace(found, line=number[found.line])


NONE = Courses(np.zeros(0), np.zeros(0), np.zeros(0, np.int64), np.zeros(0), np.zeros(0))
"""No lines."""


def together(*parts: Courses) -> Courses:
    """All lines of all parts."""
    starts = np.cumsum([0, *(part.count for part in parts)])
    return Courses(
        np.concatenate([part.x for part in parts]),
        np.concatenate([part.y for part in parts]),
        np.concatenate([part.line + start for part, start in zip(parts, starts, strict=False)]),
        np.concatenate([part.noise for part in parts]),
        np.concatenate([part.bias for part in parts]),
    )


def follow_rulings(strokes: Mask, em: float) -> Courses:
    """Rulings of a page that is level to within about two degrees.

    Args:
        strokes: ink without glyphs, 255 where there is some.
        em: size of the type in pixels.
    """
    # A ruling that rises by a pixel or two has no long run in any one row; three rows have.
    thick = cv2.dilate(strokes, np.ones((3, 1), np.uint8))
    length = max(9, round(_RULING * em))
    runs = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    runs = _closed(as_mask(runs), max(3, round(_BRIDGED * em)))
    least = (_LEAST_POINTS + 1) * _STEP
    found = _followed(runs, as_mask(cv2.bitwise_and(strokes, runs)), em, least, 0.5)
    return long_enough(replace(found, noise=np.full(found.x.size, _RULING_NOISE * em)))


def follow_text(glyphs: Mask, em: float) -> Courses:
    """Pieces of lines of text, the shortest ones of one or two points; `link` puts them together.

    Args:
        glyphs: ink that may be glyphs.
        em: their size in pixels.
    """
    blobs = _closed(glyphs, max(3, round(_WORD_GAP * em)))
    found = _followed(blobs, glyphs, em, _LEAST_TEXT, _TEXT_HEIGHT)
    size = found.x.size
    return replace(found, noise=np.full(size, _TEXT_NOISE * em), bias=np.full(size, _TEXT_BIAS * em))


def long_enough(courses: Courses) -> Courses:
    """Those with points enough to have a slope."""
    return courses.only(np.bincount(courses.line) >= _LEAST_POINTS) if courses.count else courses


def link(pieces: Courses, em: float, flat: Values | None = None) -> Courses:
    """Pieces of text at one height put together to one line.

    Args:
        pieces: on a page that is level by now.
        em: size of the type in pixels.
        flat: their `y` once the bend of the page is undone, where it is bent.
    """
    flat = pieces.y if flat is None else flat
    if pieces.count > _MOST_LINKED:
        size = np.bincount(pieces.line)
        kept = size >= np.sort(size)[-_MOST_LINKED]
        pieces, flat = pieces.only(kept), flat[kept[pieces.line]]
    if not 2 <= pieces.count <= 2 * _MOST_LINKED:
        return pieces
    count = np.bincount(pieces.line)
    last = np.cumsum(count) - 1
    left, right = pieces.x[last - count + 1], pieces.x[last]
    height = np.bincount(pieces.line, flat) / count
    gap = left[None, :] - right[:, None]  # from each to each
    rise = np.abs(height[None, :] - height[:, None])
    near = (gap > 0) & (gap < _LINK_GAP * em) & (rise < _LINK_RISE * em)
    cost = np.where(near, gap + 10 * rise, np.inf)
    after = cost.argmin(axis=1)
    # Only where each is the other's nearest: of two pieces side by side, one stays alone.
    mutual = np.isfinite(cost.min(axis=1)) & (cost.argmin(axis=0)[after] == np.arange(pieces.count))
    owner = np.arange(pieces.count)
    for piece in np.argsort(left):
        if mutual[piece]:
            owner[after[piece]] = owner[piece]
    line = np.unique(owner, return_inverse=True)[1].reshape(-1)[pieces.line]
    return replace(pieces, line=line).at(np.lexsort((pieces.x, line)))


def _closed(mask: Mask, gap: int) -> Mask:
    padded = cv2.copyMakeBorder(mask, 0, 0, gap, gap, cv2.BORDER_CONSTANT, value=(0,))
    closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8))
    return as_mask(closed[:, gap:-gap])


def _followed(blobs: Mask, ink: Mask, em: float, least: float, height: float) -> Courses:
    """Points along wide blobs: the middle of their ink, one every em; sizes are in em."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(blobs, connectivity=8)
    wide = stats[:, cv2.CC_STAT_WIDTH]
    # A line may rise by a twentieth of its length on top of its own height.
    kept = (wide >= least * em) & (stats[:, cv2.CC_STAT_HEIGHT] <= height * em + 0.05 * wide)
    kept[0] = False  # the paper
    if np.count_nonzero(kept) > _MOST_LINES:
        kept &= wide > np.sort(wide[kept])[-_MOST_LINES]
    found = cv2.findNonZero(ink)
    if not kept.any() or found is None:
        return NONE
    number = np.where(kept, np.cumsum(kept), 0).astype(np.int32) - 1
    x, y = found.reshape(-1, 2).T
    line = number[labels[y, x]].astype(np.int64)
    x, y, line = x[line >= 0], y[line >= 0], line[line >= 0]
    if not line.size:
        return NONE
    columns = int(blobs.shape[1] / (_STEP * em)) + 1
    place = line * columns + (x / (_STEP * em)).astype(np.int64)
    count = np.bincount(place)
    # A dash or a lone point says little about where its line is.
    at = np.flatnonzero(count >= 0.3 * np.median(count[count > 0]))
    along = np.bincount(place, x)[at] / count[at] + 0.5  # pixel centres, in continuous coordinates
    across = np.bincount(place, y)[at] / count[at] + 0.5
    numbers = np.unique(at // columns, return_inverse=True)[1].reshape(-1)
    return Courses(along, across, numbers, np.zeros(at.size), np.zeros(at.size))
