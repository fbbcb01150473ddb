"""The bend of a page, from the curves of its lines.

A sheet that curls is a smooth surface, so what its lines deviate by is a smooth field: nodes
of a coarse grid, with what points between them are moved by found by interpolation. One least
squares asks that every line be level after the move, whatever its height, and that the field
be no rougher than paper is (a thin-plate penalty; cf. Bookstein, "Principal Warps", PAMI 1989).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .courses import Courses, Values, link, long_enough, together
from .geometry import Matrix
from .mesh import Mesh, Points, inverse, mapped

Field = npt.NDArray[np.float64]  # (rows, columns) of nodes

_INTERVALS = 10  # of the spline along the longer side: sheets curl over a quarter of theirs and more
_LONG = 0.2  # of the page's width: lines that show a bend
_FEWEST = 4  # rulings
_FEWEST_TEXT = 10  # lines of text, and rulings
_BENT = 0.3  # pixels of the reduced page, in the mean along a line: a sagitta of one
_CHANCE = 6.0 * 4  # coefficients of a cubic, at twice the standard deviation that chance gives them
_ROUGHNESS = 0.2  # em: usual second difference between neighbouring nodes of a sheet that curls
_STRETCH = 0.15  # em: usual difference between a node and the one below; all lines at one height
# would be level too, and only this speaks against it
_REACH = 100.0  # em: how far nodes may move at all; keeps those steady that no line comes near
_BETTER = 0.2  # likewise, by which most lines must become straighter, or a few wild ones bent the page
_STEEPEST = 0.25  # change of the move per pixel; more would fold the paper over
_ROUNDS = 3
_TUKEY = 4.7
_MOST_POINTS = 2500
_CELLS = 48  # of the mesh along the longer side: some five to each interval
_INVERSIONS = 6  # each leaves at most `_STEEPEST` of the error


@dataclass(frozen=True)
class Bend:
    """How far points of a page have to be moved for its lines to be straight, in pixels.

    Attributes:
        moves: (rows, columns, 2), to the right and down, of the control points of a cubic
            B-spline, spread evenly over the page and one step beyond it on every side.
        width, height: of the page.
    """

    moves: npt.NDArray[np.float64]
    width: float
    height: float

    def scaled(self, factor: float) -> Bend:
        """The bend of the same page at `factor` times the resolution."""
        return Bend(self.moves * factor, self.width * factor, self.height * factor)

    def at(self, points: Points) -> Points:
        """The moves (n, 2) of points (n, 2)."""
        corners, shares = _surroundings(points, self.width, self.height, self.moves.shape[:2])
        moves = self.moves.reshape(-1, 2)
        moved = np.zeros((len(points), 2))
        for node, share in zip(corners, shares, strict=True):
            moved += share[:, None] * moves[node]
        return moved

    def undone(self, points: Points) -> Points:
        """The points that are moved to `points`."""
        found = points
        for _ in range(_INVERSIONS):
            found = points - self.at(found)
        return found


def find_bend(
    level: Courses, text: Courses, upright: Courses, width: int, height: int, em: float
) -> Bend | None:
    """What straightens the lines of a page, or None where they are straight enough.

    Args:
        level: courses of rulings that ought to be level.
        text: pieces of lines of text.
        upright: courses of rulings that ought to be upright, `x` and `y` exchanged.
        width, height: of the page in pixels.
        em: size of its type in pixels.
    """
    down = _field(together(level, long_enough(link(text, em))), width, height, em)
    if down is not None and text.count:
        # Pieces of one line stand at one height only now that the bend is roughly undone.
        flat = text.y + _basis(text, width, height, down.shape) @ down.ravel()
        down = _field(together(level, long_enough(link(text, em, flat))), width, height, em)
    right = _field(upright, height, width, em)
    if down is None and right is None:
        return None
    still = np.zeros(_shape(width, height))
    moves = (still if right is None else right.T, still if down is None else down)
    return Bend(np.stack(moves, axis=-1), float(width), float(height))


def follow(bend: Bend, matrix: Matrix, origin: Values, size: tuple[int, int]) -> Mesh:
    """The mesh of a bent page.

    Args:
        bend: of the page.
        matrix: 3×3, from the scan to the page before its bend is undone.
        origin: (x, y) on the straightened page that becomes its (0, 0).
        size: (width, height) of the straightened page.
    """
    step = 2 * math.ceil(max(size) / _CELLS / 2)
    # From half a cell outside, so that every pixel lies between four points.
    x, y = (step * (np.arange(math.ceil(side / step) + 2, dtype=np.float64) - 0.5) for side in size)
    page = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    scan = mapped(inverse(matrix), bend.undone(page + origin))
    return Mesh(x, y, scan.reshape(y.size, x.size, 2))


def _shape(width: int, height: int) -> tuple[int, int]:
    interval = max(width, height) / _INTERVALS
    return max(2, round(height / interval)) + 3, max(2, round(width / interval)) + 3


def _field(courses: Courses, width: int, height: int, em: float) -> Field | None:
    """How far down points must be moved for the lines to be level; None if they are, or are wild."""
    courses = _thinned(_long(courses, width))
    rulings = np.unique(courses.line[courses.bias == 0]).size
    if rulings < _FEWEST and courses.count < _FEWEST_TEXT:
        return None
    if _sway(courses, width, height) < _BENT:
        return None
    shape = _shape(width, height)
    basis = _basis(courses, width, height, shape)
    rough = _roughness(shape) / (_ROUGHNESS * em) ** 2 + _stretch(shape) / (_STRETCH * em) ** 2
    rough += np.eye(basis.shape[1]) / (_REACH * em) ** 2
    weight = 1 / courses.noise**2
    say = np.ones_like(weight)
    for _ in range(_ROUNDS):
        steady, off = about_lines(basis, courses.y, courses.line, weight * say)
        normal = (steady * (weight * say)[:, None]).T @ steady + rough
        moves = np.linalg.solve(normal, -(steady * (weight * say)[:, None]).T @ off)
        left = (off + steady @ moves) / courses.noise
        scale = max(1.0, 1.4826 * float(np.median(np.abs(left))))
        say = np.square(np.maximum(0, 1 - np.square(left / (_TUKEY * scale))))
        say = np.maximum(say, 1e-3)  # no line without any weight
    after = replace(courses, y=courses.y + basis @ moves)
    if not np.median(_unevenness(courses) - _unevenness(after)) >= _BETTER**2:
        return None
    field = moves.reshape(shape)
    steepest = max(
        np.abs(np.diff(field, axis=0)).max() * (shape[0] - 3) / height,
        np.abs(np.diff(field, axis=1)).max() * (shape[1] - 3) / width,
    )
    return field - field.mean() if steepest < _STEEPEST else None


def _long(courses: Courses, width: int) -> Courses:
    """Lines that are long enough to show a bend."""
    if not courses.count:
        return courses
    count = np.bincount(courses.line)
    last = np.cumsum(count) - 1
    return courses.only(courses.x[last] - courses.x[last - count + 1] > _LONG * width)


def _sway(courses: Courses, width: int, height: int) -> float:
    """How far lines wave together: what a common cubic, changing down the page, explains of it.

    In pixels, root mean square along the lines; 0 where chance would explain as much.
    """
    x, y = courses.x / width - 0.5, courses.y / height - 0.5
    shapes = np.stack([x**power * y**change for power in (1, 2, 3) for change in (0, 1)], axis=1)
    steady, off = about_lines(shapes, courses.y, courses.line, np.ones(x.size))
    say = np.ones(x.size)
    for _ in range(_ROUNDS):  # towards the least sum of distances, so that a crease has little say
        root = np.sqrt(say)
        share = np.linalg.lstsq(steady * root[:, None], off * root, rcond=None)[0]
        common = steady @ share
        say = 1 / np.maximum(1, np.abs(off - common) / courses.noise)
    found = float(np.sqrt(np.mean(common**2)))
    left = 1.4826 * float(np.median(np.abs(off - common)))
    chance = left * math.sqrt(_CHANCE / courses.count)
    return found if found > chance else 0.0


def _unevenness(courses: Courses) -> Values:
    """Variance of the height of each line."""
    count = np.bincount(courses.line)
    off = courses.y - (np.bincount(courses.line, courses.y) / count)[courses.line]
    result: Values = np.bincount(courses.line, off * off) / count
    return result


def _thinned(courses: Courses) -> Courses:
    """Every so many points, so that a page full of lines costs no more than others.

    Lines of which less than two points are left tell nothing, and go.
    """
    thin = courses.at(np.arange(0, courses.x.size, max(1, -(-courses.x.size // _MOST_POINTS))))
    return thin.only(np.bincount(thin.line) > 1)


def _basis(courses: Courses, width: int, height: int, shape: tuple[int, int]) -> npt.NDArray[np.float64]:
    """Shares (points, nodes) of the nodes in what each point is moved by."""
    points = np.column_stack([courses.x, courses.y])
    basis = np.zeros((courses.x.size, shape[0] * shape[1]))
    for node, share in zip(*_surroundings(points, width, height, shape), strict=True):
        basis[np.arange(courses.x.size), node] = share
    return basis


def _surroundings(
    points: Points, width: float, height: float, shape: tuple[int, ...]
) -> tuple[list[npt.NDArray[np.int64]], list[Values]]:
    """The sixteen nodes around each point, and their shares in it."""
    rows, columns = shape
    i, down = _cubic(points[:, 1] / height, rows)
    j, right = _cubic(points[:, 0] / width, columns)
    pairs = [(a, b) for a in range(4) for b in range(4)]
    return [(i + a) * columns + j + b for a, b in pairs], [down[a] * right[b] for a, b in pairs]


def _cubic(share: Values, count: int) -> tuple[npt.NDArray[np.int64], list[Values]]:
    """The first of the four control points that matter at `share` of a side, and their weights."""
    place = np.clip(share, 0, 1) * (count - 3)
    first = np.minimum(place.astype(np.int64), count - 4)
    t = place - first
    weights = [(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3]
    return first, [weight / 6 for weight in weights]


def _roughness(shape: tuple[int, int]) -> npt.NDArray[np.float64]:
    """Sum of the squared second differences of a field, as a matrix over its nodes."""
    rows, columns = shape
    down, right = (_second_differences(n) for n in shape)
    mixed = np.kron(np.diff(np.eye(rows), axis=0), np.diff(np.eye(columns), axis=0))
    along, across = np.kron(down, np.eye(columns)), np.kron(np.eye(rows), right)
    result: npt.NDArray[np.float64] = along.T @ along + across.T @ across + 2 * mixed.T @ mixed
    return result


def _stretch(shape: tuple[int, int]) -> npt.NDArray[np.float64]:
    """Sum of the squared differences of a field from row to row, as a matrix over its nodes."""
    down = np.kron(np.diff(np.eye(shape[0]), axis=0), np.eye(shape[1]))
    result: npt.NDArray[np.float64] = down.T @ down
    return result


def _second_differences(count: int) -> npt.NDArray[np.float64]:
    return np.diff(np.eye(count), n=2, axis=0)


def about_lines(
    basis: npt.NDArray[np.float64], y: Values, line: npt.NDArray[np.int64], weight: Values
) -> tuple[npt.NDArray[np.float64], Values]:
    """`basis` and `y` less their weighted means over the points of each line."""
    starts = np.flatnonzero(np.diff(line, prepend=-1))
    number = np.cumsum(np.diff(line, prepend=-1) != 0) - 1
    total = np.add.reduceat(weight, starts)
    means = np.add.reduceat(basis * weight[:, None], starts, axis=0) / total[:, None]
    level = np.add.reduceat(y * weight, starts) / total
    return basis - means[number], y - level[number]
