"""Setting a page upright: quarter turns, skew, perspective and bend are measured and undone.

All is measured on a reduced page, from the ink: first which way lines of text run and which end
is up, then the angle of all lines, then, along the lines themselves, where they meet and how
they curve. What was found makes one transform, and the page is resampled once.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np

from ..source import Image
from .courses import NONE, Courses, Values, follow_rulings, follow_text, link, long_enough, together
from .dewarp import Bend, find_bend, follow
from .geometry import Mask, Matrix, as_mask
from .glyphs import Parts, part_ink
from .mesh import Mesh, Points, mapped, resample, to_page
from .orientation import Orient, find_end, runs_upright
from .outline import find_sheet, follow_outline, paint_surroundings
from .perspective import rectification
from .skew import find_skew

_WORKING_SIDE = 1200  # pixels: type of 10.5 points on A4 is 15 high, and 0.02° half a pixel
_SURROUNDINGS = 0.02  # of the longer side: wider than any stroke, narrower than a shadow
_CONTRAST = 14  # grey levels below the surroundings: under about 8 paper grain becomes ink
_NEGLIGIBLE = 0.02  # degrees
_LARGEST = 1.5  # times the area of the level page that undoing a perspective may make of it
_LEAST_SIDE, _MOST_SIDE = 2, 32_000  # pixels; OpenCV's resampling counts in 16 bits
_ROTATIONS = {1: cv2.ROTATE_90_COUNTERCLOCKWISE, 2: cv2.ROTATE_180, 3: cv2.ROTATE_90_CLOCKWISE}
_EXCHANGE = np.array([(0, 1, 0), (1, 0, 0), (0, 0, 1.0)])  # of x and y


@dataclass(frozen=True)
class Upright:
    """A page set upright.

    Coordinates are continuous, as those of boxes are: pixel (0, 0) is the square from 0 to 1.

    Attributes:
        image: the upright page (height, width, 3).
        matrix: 3×3, from pixels of the original to pixels of `image`.
        degrees: skew that was undone, counter-clockwise.
        quarters: quarter turns that were undone, counter-clockwise.
        doubtful: whether it is unclear which end of the page is up.
        mesh: what refines `matrix` where a bent page was followed piecewise.
    """

    image: Image
    matrix: Matrix
    degrees: float
    quarters: int = 0
    doubtful: bool = False
    mesh: Mesh | None = None

    def to_page(self, points: Points) -> Points:
        """Points (n, 2) of the original on the upright page."""
        return to_page(self.matrix, self.mesh, points)


@dataclass(frozen=True)
class _Reduced:
    """A page reduced for measuring; `matrix` leads to it from the original."""

    parts: Parts
    matrix: Matrix


def make_upright(image: Image, max_skew: float, orient: Orient | None = None) -> Upright:
    """Set a page (height, width, 3) BGR upright, level and straight.

    The page grows so that no corner is lost; new corners take the paper's colour.

    Args:
        image: the page as it was scanned.
        max_skew: degrees; a larger skew is not looked for. 0 leaves the page as it is.
        orient: tells which end of the page is up; without it lines that run upright are taken
            to have been turned clockwise.
    """
    if max_skew == 0 or not _LEAST_SIDE <= min(image.shape[:2]) <= max(image.shape[:2]) <= _MOST_SIDE:
        return Upright(image, np.eye(3), 0.0)
    scale = min(1.0, _WORKING_SIDE / max(image.shape[:2]))
    small = _reduced(image, scale)
    light, parts = _inked(small)
    sheet = find_sheet(light)
    start = _Reduced(parts, np.diag([scale, scale, 1.0]))
    quarters = int(runs_upright(small, parts, orient))
    page = _turned(start, quarters)
    degrees = find_skew(page.parts.mask, max_skew)
    if abs(degrees) < _NEGLIGIBLE:
        degrees = 0.0
    level, turned = _levelled(page, degrees)
    upside_down, doubtful = find_end(_view(small, scale, level), level.parts, quarters == 1, orient)
    if upside_down:
        quarters += 2
        level, turned = _levelled(_turned(start, quarters), degrees)
    edges = _edges(sheet, quarters, max(small.shape))
    edges = edges[0].moved(turned), edges[1].moved(_EXCHANGE @ turned @ _EXCHANGE)
    matrix, bend = _straightening(level, edges, image)
    if sheet is not None:
        image = paint_surroundings(image, sheet)
    found = Upright(image, matrix, degrees, quarters, doubtful)
    if not degrees and bend is None and matrix is level.matrix:
        return _only_turned(found)
    paper = None if sheet is not None else _paper(small)
    if not _is_grey(small):
        return _resampled(found, bend, scale, paper)
    # One channel costs a third of three.
    grey = replace(found, image=as_mask(cv2.extractChannel(image, 0)))
    result = _resampled(grey, bend, scale, paper)
    return replace(result, image=as_mask(cv2.cvtColor(result.image, cv2.COLOR_GRAY2BGR)))


def skew(image: Image, max_skew: float) -> float:
    """Degrees by which a page whose text runs level must turn counter-clockwise to be upright."""
    scale = min(1.0, _WORKING_SIDE / max(image.shape[:2]))
    return find_skew(_inked(_reduced(image, scale))[1].mask, max_skew)


def _reduced(image: Image, scale: float) -> Image:
    """The page at `scale`: by whole steps first, which costs a tenth of any other reduction."""
    step = max(1, int(1 / scale))
    if step > 1:
        image = _resized(image, 1 / step, cv2.INTER_AREA)
    rest = scale * step  # no less than a half, where four neighbours are all that counts
    if rest < 1:
        image = _resized(image, rest, cv2.INTER_LINEAR)
    return image


def _resized(image: Image, scale: float, interpolation: int) -> Image:
    """A page at `scale`, a pixel wide and high at least."""
    width, height = (max(1, round(side * scale)) for side in (image.shape[1], image.shape[0]))
    return as_mask(cv2.resize(image, (width, height), interpolation=interpolation))


def _inked(small: Image) -> tuple[Mask, Parts]:
    """Lightness and ink of a reduced page; what is light in any colour, as a seal is, is no ink."""
    blue, green, red = cv2.split(small)
    light = as_mask(cv2.max(red, cv2.max(green, blue)))
    block = max(3, int(max(light.shape) * _SURROUNDINGS) | 1)
    mask = cv2.adaptiveThreshold(
        light, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, block, _CONTRAST
    )
    return light, part_ink(as_mask(mask))


def _turned(page: _Reduced, quarters: int) -> _Reduced:
    """The page after `quarters` quarter turns counter-clockwise."""
    if not quarters:
        return page
    matrix = _quarter_matrix(quarters, *page.parts.mask.shape)
    return _changed(page, lambda plane: cv2.rotate(plane, _ROTATIONS[quarters]), matrix)


def _quarter_matrix(quarters: int, height: float, width: float) -> Matrix:
    """What `quarters` quarter turns counter-clockwise do to a point of a page of this size."""
    turns = {
        1: ((0, 1, 0), (-1, 0, width)),
        2: ((-1, 0, width), (0, -1, height)),
        3: ((0, -1, height), (1, 0, 0)),
    }
    return np.array([*turns[quarters], (0, 0, 1)], np.float64)


def _view(small: Image, scale: float, page: _Reduced) -> Image:
    """A picture of a page that is level by now."""
    matrix = page.matrix @ np.diag([1 / scale, 1 / scale, 1.0])
    if np.array_equal(matrix, np.eye(3)):
        return small
    height, width = page.parts.mask.shape
    border = cv2.BORDER_REPLICATE
    return as_mask(cv2.warpAffine(small, matrix[:2], (width, height), borderMode=border))


def _edges(sheet: Mask | None, quarters: int, side: int) -> tuple[Courses, Courses]:
    """The edges of a sheet that ought to be level, and upright, after the quarter turns."""
    if sheet is None:
        return NONE, NONE
    scale = side / max(sheet.shape)
    return follow_outline(as_mask(cv2.rotate(sheet, _ROTATIONS[quarters])) if quarters else sheet, scale)


def _levelled(page: _Reduced, degrees: float) -> tuple[_Reduced, Matrix]:
    """The page after a turn counter-clockwise, large enough for its corners, and that turn."""
    if not degrees:
        return page, np.eye(3)
    height, width = page.parts.mask.shape
    turn = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0), (0, 0, 1)])
    low, high = _extent(turn, width, height)
    size = (int(np.ceil(high[0] - low[0])), int(np.ceil(high[1] - low[1])))
    matrix = _shift(low) @ turn

    def change(plane: Mask) -> Any:
        return cv2.warpAffine(plane, matrix[:2], size, flags=cv2.INTER_NEAREST)

    return _changed(page, change, matrix), matrix


def _changed(page: _Reduced, change: Callable[[Mask], Any], matrix: Matrix) -> _Reduced:
    parts = page.parts
    mask, glyphs, strokes = (as_mask(change(plane)) for plane in (parts.mask, parts.glyphs, parts.strokes))
    parts = replace(parts, mask=mask, glyphs=glyphs, strokes=strokes)
    return _Reduced(parts, matrix @ page.matrix)


def _straightening(
    page: _Reduced, edges: tuple[Courses, Courses], image: Image
) -> tuple[Matrix, Bend | None]:
    """What leads to a page whose perspective is undone too, and its bend after that.

    `edges` are those of the sheet that ought to be level, and upright.
    """
    height, width = page.parts.mask.shape
    parts = page.parts
    text = follow_text(parts.glyphs, parts.em)
    level, upright = (
        together(link(follow_rulings(strokes, parts.em), parts.em), edge)
        for strokes, edge in zip((parts.strokes, as_mask(cv2.transpose(parts.strokes))), edges, strict=True)
    )
    matrix = page.matrix
    # Once the perspective is roughly undone, what stands side by side can be told to be one
    # line, and long lines tell it exactly.
    for pieces in (long_enough, lambda text: long_enough(link(text, parts.em))):
        homography = rectification(
            level, pieces(text), upright, width, height, seen_whole=edges[0].count + edges[1].count > 0
        )
        if homography is not None and _is_bounded(homography @ matrix, image, page):
            matrix = homography @ matrix
            level, text = level.moved(homography), text.moved(homography)
            upright = upright.moved(_EXCHANGE @ homography @ _EXCHANGE)
    return matrix, find_bend(level, text, upright, width, height, parts.em)


def _is_bounded(matrix: Matrix, image: Image, page: _Reduced) -> bool:
    low, high = _extent(matrix, image.shape[1], image.shape[0])
    return bool((high - low).prod() < _LARGEST * page.parts.mask.size)


def _only_turned(found: Upright) -> Upright:
    height, width = found.image.shape[:2]
    if not found.quarters:
        return replace(found, matrix=np.eye(3))
    image = as_mask(cv2.rotate(found.image, _ROTATIONS[found.quarters]))
    return replace(found, image=image, matrix=_quarter_matrix(found.quarters, height, width))


def _is_grey(small: Image) -> bool:
    """Whether a page is grey, as its reduced picture shows, in which each pixel has its share."""
    blue, green, red = cv2.split(small)
    return not (cv2.countNonZero(cv2.absdiff(blue, green)) or cv2.countNonZero(cv2.absdiff(green, red)))


def _paper(small: Image) -> list[float]:
    """The colour of most of a page."""
    return [float(value) for value in np.median(small[::8, ::8].reshape(-1, 3), axis=0)]


def _resampled(found: Upright, bend: Bend | None, scale: float, paper: list[float] | None) -> Upright:
    """The page in its own resolution; `found.matrix` leads to the reduced one, before its bend.

    Where it would become too large to be resampled, only the quarter turns are undone. `paper` is
    the colour of new corners, None for that of the rim beside them.
    """
    image = found.image
    matrix = np.diag([1 / scale, 1 / scale, 1.0]) @ found.matrix
    low, high = _extent(matrix, image.shape[1], image.shape[0])
    if bend is not None:
        bend = bend.scaled(1 / scale)
        reach = np.abs(bend.moves).max(axis=(0, 1))
        low, high = low - reach, high + reach
    width, height = (max(1, math.ceil(side - 1e-6)) for side in high - low)
    if max(width, height) > _MOST_SIDE:
        return _only_turned(replace(found, degrees=0.0))
    mesh = None if bend is None else follow(bend, matrix, low, (width, height))
    matrix = _shift(low) @ matrix
    return replace(
        found, image=resample(image, matrix, mesh, (width, height), paper), matrix=matrix, mesh=mesh
    )


def _shift(origin: Values) -> Matrix:
    return np.array([(1, 0, -origin[0]), (0, 1, -origin[1]), (0, 0, 1)])


def _extent(matrix: Matrix, width: float, height: float) -> tuple[Values, Values]:
    """The smallest x and y, and the largest, of a page's corners after a homography."""
    corners = mapped(matrix, np.array([(0, 0), (width, 0), (0, height), (width, height)], np.float64))
    return corners.min(axis=0), corners.max(axis=0)
