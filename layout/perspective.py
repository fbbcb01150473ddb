"""The perspective of a photographed page, undone.

Level lines of a page meet in one point of its picture, upright ones in another; the line
through both points is the page's horizon (Liebowitz and Zisserman, "Metric Rectification for
Perspective Images of Planes", CVPR 1998). A line with intercept c and slope s passes through
the point (1, Y, W) where s = Y - W c, so each point is a straight line fitted to slopes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .courses import Courses, Values, together
from .geometry import Matrix

_SLOPE_NOISE = 2e-4  # that no line falls below: a quarter of a pixel over a page's width
_ENOUGH_TEXT = 8  # lines
_CREASED = 4e-3  # standard deviation of the slope of a lone line, which may be a crease
_ASKEW = 4e-3  # of a ruling against the text, at most; creases have more
_FEWEST = 4  # lines; two parameters and a check
_LEVEL = 1e-3  # standard deviation of the slope that a page has left once its skew was undone
_FEWEST_BENT = 5  # lines that tell W, of which two may be creases
_REACH = 0.45  # of the page: intercepts must spread at least this far, or W is a guess
_SIGNIFICANT = 4.5  # standard deviations, as the spread about the fit shows them
_EXPECTED = 3.5  # likewise, where there is another reason to believe it
_NOTICEABLE = 0.3  # pixels, of a thousand, by which a line is out; less is not worth a warp
_MOST = 0.35  # of W, in halves of the page's diagonal: a camera held at some 45 degrees
_ROUNDS = 16
_TUKEY = 4.7  # standard deviations at which a line has no say


Slopes = tuple[Values, Values, Values]
"""Intercepts, slopes, and standard deviations of these, of lines."""


@dataclass(frozen=True)
class Pencil:
    """Lines through one point (1, slope, bend): `slope` at the centre, less `bend` per unit below it.

    `error` is the standard deviation of `slope`.
    """

    slope: float
    bend: float = 0.0
    error: float = math.inf


def rectification(
    level: Courses, text: Courses, upright: Courses, width: int, height: int, *, seen_whole: bool = False
) -> Matrix | None:
    """The homography that makes lines level and upright and keeps the page's centre and scale.

    Where the lines show no perspective it is the turn that levels them best.

    Args:
        level: courses of rulings and edges that ought to be level.
        text: courses of lines of text.
        upright: courses of lines that ought to be upright, `x` and `y` exchanged.
        width, height: of the page in pixels.
        seen_whole: whether the sheet is seen lying on something. A photograph has perspective,
            what fills the picture is mostly a scan and has none; so less evidence will do.

    Returns:
        3×3 in continuous pixels, or None where the lines are as they should be.
    """
    unit = float(np.hypot(width, height)) / 2
    middle = width / 2, height / 2
    if not seen_whole:
        level, upright = _doubted(level), _doubted(upright)
    level = _printed(level, _slopes(level, *middle, unit), _slopes(text, *middle, unit))
    rows = _pencil(*_slopes(together(level, text), *middle, unit), seen_whole)
    cols = _pencil(*_slopes(upright, height / 2, width / 2, unit), seen_whole)
    normal = np.array([[1 / unit, 0, -width / 2 / unit], [0, 1 / unit, -height / 2 / unit], [0, 0, 1]])
    corners = np.array([(0, 0), (width, 0), (0, height), (width, height)], np.float64)
    for pair in (_completed(rows, cols), _without_bend(rows, cols)):
        if _moved(*pair, width, height) >= _NOTICEABLE:
            matrix: Matrix = np.linalg.inv(normal) @ _homography(*pair) @ normal
            if _is_sane(matrix, corners):
                return matrix
    return None


def _doubted(lines: Courses) -> Courses:
    """The same, of uncertain slopes where they are so few that they may all be creases."""
    if not 0 < lines.count < _FEWEST_BENT:
        return lines
    count = np.bincount(lines.line)
    last = np.cumsum(count) - 1
    length = lines.x[last] - lines.x[last - count + 1]
    return replace(lines, bias=np.maximum(lines.bias, (_CREASED * length)[lines.line]))


def _printed(level: Courses, lines: Slopes, text: Slopes) -> Courses:
    """The lines that run as the text does, where there is text enough to tell: a crease does not."""
    if text[0].size < _ENOUGH_TEXT:
        return level
    pencil = _pencil(*text)
    intercepts, slopes, errors = lines
    off = np.abs(slopes - pencil.slope + pencil.bend * intercepts)
    return level.only(off < _ASKEW + _SIGNIFICANT * np.hypot(errors, min(pencil.error, _ASKEW)))


def _completed(rows: Pencil, cols: Pencil) -> tuple[Pencil, Pencil]:
    """Both, where they are not merely turned; what is unknown of one is square to the other."""
    askew = abs(rows.slope + cols.slope) > _SIGNIFICANT * math.hypot(rows.error, cols.error)
    if not (rows.bend or cols.bend or askew):
        return _without_bend(rows, cols)
    if math.isinf(rows.error):
        rows = Pencil(-cols.slope)
    if math.isinf(cols.error):
        cols = Pencil(-rows.slope)
    return rows, cols


def _without_bend(rows: Pencil, cols: Pencil) -> tuple[Pencil, Pencil]:
    """The one turn that levels both best, as far as it is known better than it was before."""
    if math.isinf(rows.error) and math.isinf(cols.error):
        return Pencil(0.0), Pencil(0.0)
    weights = rows.error**-2, cols.error**-2
    slope = (weights[0] * rows.slope - weights[1] * cols.slope) / (sum(weights) + _LEVEL**-2)
    return Pencil(slope), Pencil(-slope)


def _homography(rows: Pencil, cols: Pencil) -> Matrix:
    """In units of half the page's diagonal about its centre."""
    level = np.array([1.0, rows.slope, rows.bend])
    upright = np.array([cols.slope, 1.0, cols.bend])
    horizon = np.cross(level, upright)
    flat = np.array([[1, 0, 0], [0, 1, 0], horizon / horizon[2]])
    axes = np.stack([level[:2] / np.hypot(*level[:2]), upright[:2] / np.hypot(*upright[:2])], axis=1)
    turn = np.eye(3)
    turn[:2, :2] = np.linalg.inv(axes)
    result: Matrix = turn @ flat
    return result


def _moved(rows: Pencil, cols: Pencil, width: int, height: int) -> float:
    """Pixels by which the far end of a line is out, at most."""
    bend = (abs(rows.bend) + abs(cols.bend)) / math.hypot(width, height)  # half of either side, in units
    return max(abs(rows.slope) * width, abs(cols.slope) * height, bend * width * height)


def _is_sane(matrix: Matrix, corners: npt.NDArray[np.float64]) -> bool:
    """Whether no corner is drawn out or pressed together by more than a photograph does."""
    depth = matrix[2] @ np.vstack([corners.T, np.ones(len(corners))])
    return bool(depth.min() > 0.6 and depth.max() < 1.6)


def _slopes(courses: Courses, x: float, y: float, unit: float) -> Slopes:
    """Intercept, slope and its standard deviation of each line, about (x, y) in units."""
    line, count = courses.line, np.bincount(courses.line)
    along, off = (courses.x - x) / unit, (courses.y - y) / unit
    middle, level = np.bincount(line, along) / count, np.bincount(line, off) / count
    run = along - middle[line]
    spread = np.maximum(np.bincount(line, run * run), 1e-12)
    slope = np.bincount(line, run * off) / spread
    rest = off - level[line] - slope[line] * run
    # A line that bends or wanders is known less well than its points are.
    noise = np.bincount(line, np.maximum(rest**2, (courses.noise / unit) ** 2)) / count
    bias = np.bincount(line, courses.bias / unit) / count / np.sqrt(12 * spread / count)
    return level - slope * middle, slope, np.sqrt(noise / spread + bias**2 + _SLOPE_NOISE**2)


def _pencil(intercepts: Values, slopes: Values, errors: Values, expected: bool = False) -> Pencil:
    """The point that lines meet in, by least squares in which outliers lose their say."""
    if slopes.size < _FEWEST:
        return Pencil(0.0)
    design = np.stack([np.ones_like(intercepts), -intercepts], axis=1)
    weight = 1 / errors**2
    say = np.ones_like(slopes)
    solution = np.zeros(2)
    solution[0] = _weighted_median(slopes, weight)
    for round_ in range(_ROUNDS):
        off = np.abs(slopes - design @ solution) / errors
        scale = max(1.0, 1.4826 * float(np.median(off)))
        # The least sum of distances first, which no line is out of, and from there the lines nearby.
        if round_ < _ROUNDS // 2:
            say = 1 / np.maximum(1.0, off)
        else:
            say = np.square(np.maximum(0, 1 - np.square(off / (_TUKEY * scale))))
        normal = (design * (weight * say)[:, None]).T @ design + np.diag([1e-9, 1e-3])
        solution = np.linalg.solve(normal, (design * (weight * say)[:, None]).T @ slopes)
    strong = say > 0.2
    if np.count_nonzero(strong) < _FEWEST:
        return Pencil(0.0)
    count = np.count_nonzero(strong)
    # Few lines scatter less about what is fitted to them than they do about the truth, and one
    # crease or page number far from all others would settle W alone.
    fitted = 1.0 if expected else count / (count - 2)
    errors_of = scale * fitted * np.sqrt(np.diag(np.linalg.inv(normal)))
    low, high = np.percentile(intercepts[strong], (0, 100) if expected else (15, 85))
    enough = count >= (_FEWEST if expected else _FEWEST_BENT) and high - low > _REACH
    clear = abs(solution[1]) > (_EXPECTED if expected else _SIGNIFICANT) * errors_of[1]
    if enough and clear and abs(solution[1]) < _MOST:
        return Pencil(float(solution[0]), float(solution[1]), float(errors_of[0]))
    weight = weight * say
    return Pencil(float(weight @ slopes / weight.sum()), 0.0, scale * float(weight.sum()) ** -0.5)


def _weighted_median(values: Values, weights: Values) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])
