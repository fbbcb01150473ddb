"""Grids from rulings: lines, then joints, then cells.

The rulings of a table cross in joints, and joints bound the smallest rectangles that the
table could have. Each side of such a rectangle either is ruled or is not, judged by the
ink along all of it; rectangles without a ruling between them are one cell. Cells are then
closed to rectangles, so that a result is complete and consistent by construction.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from ..document import Box
from ..source import Image
from .engine import Grid, GridCell, reading_order
from .geometry import Mask, pixels_per_inch
from .options import LayoutOptions
from .rulings import Ruling, Strokes, find_segments, find_strokes, join_segments
from .spans import merge_spans

_RULED = 0.75  # share of a side that must bear ink; a character's stroke covers at most 0.65
_PERHAPS = 0.35  # enough where the ruling goes on at both ends
_LONG = 0.45  # inches: longer than any stroke of a character of up to 30 pt
_SMALLEST = 0.25  # inches, the least width and height of a table

Coverage = npt.NDArray[np.float64]


class LinesEngine:
    """Recovers ruled tables from the page's own rulings."""

    name = "lines"

    def __init__(self, options: LayoutOptions) -> None:
        self.options = options

    def find(self, image: Image, ink: Mask) -> list[Grid]:
        """Grids of an upright page; frames that hold a single cell are not tables."""
        per_inch = pixels_per_inch(ink.shape)
        strokes = find_strokes(ink, per_inch)
        grids = []
        for region in find_regions(strokes)[: self.options.max_tables]:
            grid = recover(strokes, region, self.options.max_cells)
            if grid is not None and len(grid.cells) > 1:
                grids.append(grid)
        return reading_order(grids)


def find_regions(strokes: Strokes) -> list[Box]:
    """Boxes of connected ruled structure, largest first; one inside another belongs to it."""
    reach = max(3, round(0.03 * strokes.per_inch)) | 1
    both = cv2.dilate(strokes.horizontal | strokes.vertical, np.ones((reach, reach), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(both, connectivity=8)
    least = _SMALLEST * strokes.per_inch
    boxes = []
    for left, top, width, height, _ in stats[1:count].tolist():
        if width >= least and height >= least:
            boxes.append(Box(left, top, left + width, top + height))
    boxes.sort(key=lambda box: -box.area)
    kept: list[Box] = []
    for box in boxes:
        if not any(box.overlap(other) > 0.9 * box.area for other in kept):
            kept.append(box)
    return kept


@dataclass(frozen=True)
class _Lattice:
    """Rulings of one region and how much of each side between joints bears ink."""

    rows: list[Ruling]  # horizontal
    columns: list[Ruling]  # vertical
    horizontal: Coverage  # (rows, columns - 1): along ruling i, from column j to j + 1
    vertical: Coverage  # (rows - 1, columns)

    def corner(self, row: int, column: int) -> tuple[float, float]:
        """(x, y) of a joint: two nearly perpendicular lines, one step of substitution each."""
        x = self.columns[column].at(self.rows[row].offset)
        y = self.rows[row].at(x)
        return self.columns[column].at(y), y


def recover(strokes: Strokes, region: Box, max_cells: int) -> Grid | None:
    """The grid of one region, or None where too few rulings cross or there are too many."""
    rows, columns = _anchored(
        _rulings(strokes, region, vertical=False), _rulings(strokes, region, vertical=True), strokes.per_inch
    )
    if len(rows) < 2 or len(columns) < 2 or (len(rows) - 1) * (len(columns) - 1) > max_cells:
        return None
    lattice = _Lattice(rows, columns, _coverage(rows, columns), _coverage(columns, rows).T)
    ruled_h, ruled_v = _decide(lattice.horizontal), _decide(lattice.vertical.T).T
    shape = (len(rows) - 1, len(columns) - 1)
    spans = merge_spans(shape, ruled_h[1:-1], ruled_v[:, 1:-1])
    cells = tuple(GridCell(r, c, rs, cs, _box(lattice, r, c, rs, cs)) for r, c, rs, cs in spans)
    score, reason = _score(lattice, ruled_h, ruled_v)
    return Grid(Box.around(cell.box for cell in cells), shape, cells, score, reason)


def _rulings(strokes: Strokes, region: Box, *, vertical: bool) -> list[Ruling]:
    mask = strokes.vertical if vertical else strokes.horizontal
    segments = find_segments(mask, region, vertical=vertical, per_inch=strokes.per_inch)
    return join_segments(segments, strokes.per_inch)


def _anchored(
    rows: list[Ruling], columns: list[Ruling], per_inch: float
) -> tuple[list[Ruling], list[Ruling]]:
    """Keep long rulings, and short ones that reach from one kept ruling to the next.

    The strokes of a character may be as long as a low row is high, but they are not
    anchored in the rulings on both sides.
    """
    slack = 0.12 * per_inch
    kept = [
        _bordered(_long(a, per_inch), _long(b, per_inch), slack)
        for a, b in ((rows, columns), (columns, rows))
    ]
    waiting = [[r for r in lines if not _is_long(r, per_inch)] for lines in (rows, columns)]
    grown = True
    while grown:
        grown = False
        for own, crossing in ((0, 1), (1, 0)):
            joins = [_coverage([r], kept[crossing]).max(initial=0.0) >= _RULED for r in waiting[own]]
            if any(joins):
                kept[own] = _sorted([*kept[own], *(r for r, j in zip(waiting[own], joins, strict=True) if j)])
                waiting[own] = [r for r, j in zip(waiting[own], joins, strict=True) if not j]
                grown = True
    return _supported(kept[0], kept[1]), _supported(kept[1], kept[0])


def _supported(lines: list[Ruling], crossing: list[Ruling]) -> list[Ruling]:
    """Without long strokes that rule no side: the strokes of a word may lie in one line."""
    coverage = _coverage(lines, crossing)
    return [r for r, sides in zip(lines, coverage, strict=True) if sides.max(initial=0.0) >= _RULED]


def _is_long(ruling: Ruling, per_inch: float) -> bool:
    return max((s.length for s in ruling.segments), default=0.0) >= _LONG * per_inch


def _long(rulings: list[Ruling], per_inch: float) -> list[Ruling]:
    return [r for r in rulings if _is_long(r, per_inch)]


def _sorted(rulings: list[Ruling]) -> list[Ruling]:
    return sorted(rulings, key=lambda r: r.at((r.start + r.end) / 2) if r.segments else r.offset)


def _bordered(lines: list[Ruling], crossing: list[Ruling], slack: float) -> list[Ruling]:
    if not lines or len(crossing) < 2:
        return lines
    first, last = float(np.median([c.start for c in crossing])), float(np.median([c.end for c in crossing]))
    middle = (crossing[0].offset + crossing[-1].offset) / 2
    result = list(lines)
    if first < lines[0].at(middle) - slack:
        result.insert(0, Ruling((), first, 0.0))
    if last > lines[-1].at(middle) + slack:
        result.append(Ruling((), last, 0.0))
    return result


def _coverage(lines: list[Ruling], crossing: list[Ruling]) -> Coverage:
    """Share of each side, from one crossing ruling to the next, that the line's segments cover.

    Returns (lines, crossing - 1).
    """
    sides = np.zeros((len(lines), max(0, len(crossing) - 1)))
    for i, line in enumerate(lines):
        stops = [c.at(line.offset + line.slope * c.offset) for c in crossing]
        for j, (start, end) in enumerate(pairwise(stops)):
            sides[i, j] = _covered(line, start, end)
    return sides


def _covered(line: Ruling, start: float, end: float) -> float:
    """Share of start … end on which the line has a segment; its own joints tell nothing."""
    if not line.segments:
        return 1.0  # a border that is not printed holds all the same
    inset = min(3.0, (end - start) / 4)
    first, last = start + inset, end - inset
    if last <= first:
        return 1.0
    shares = (max(0.0, min(s.end, last) - max(s.start, first)) for s in line.segments)
    return min(1.0, sum(shares) / (last - first))


def _decide(coverage: Coverage) -> npt.NDArray[np.bool_]:
    """Which sides are ruled: clearly, or perhaps while the ruling goes on at both ends."""
    sure = coverage >= _RULED
    going_on = np.zeros_like(sure)
    going_on[:, 1:-1] = sure[:, :-2] & sure[:, 2:]
    return sure | ((coverage >= _PERHAPS) & going_on)


def _box(lattice: _Lattice, row: int, column: int, row_span: int, column_span: int) -> Box:
    left, top = lattice.corner(row, column)
    right, bottom = lattice.corner(row + row_span, column + column_span)
    return Box(left, top, max(left, right), max(top, bottom))


def _score(
    lattice: _Lattice, ruled_h: npt.NDArray[np.bool_], ruled_v: npt.NDArray[np.bool_]
) -> tuple[float, str | None]:
    """Mean certainty of the decisions about sides: 1 where each is fully inked or empty."""
    coverage = np.concatenate([lattice.horizontal.ravel(), lattice.vertical.ravel()])
    ruled = np.concatenate([ruled_h.ravel(), ruled_v.ravel()])
    score = float(np.where(ruled, coverage, 1 - coverage).mean())
    doubtful = int(((coverage > _PERHAPS) & (coverage < _RULED)).sum())
    reason = (
        f"{doubtful} of {coverage.size} sides are neither clearly ruled nor clearly open"
        if doubtful
        else None
    )
    return round(score, 3), reason
