"""Grids from rulings: lines, then joints, then cells.

The rulings of a table cross in joints, and joints bound the smallest rectangles that the
table could have. Each side of such a rectangle either is ruled or is not, judged by the
ink along all of it; rectangles without a ruling between them are one cell. Cells are then
closed to rectangles, so that a result is complete and consistent by construction.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..document import Box
from ..errors import LimitExceeded
from .engine import Deadline, Found, Grid, GridCell, reading_order
from .evidence import PERHAPS, RULED, Evidence, gather
from .joints import anchored
from .options import LayoutOptions
from .regions import Region, find_regions
from .rulings import Ruling, Segments, join_segments
from .spans import Span, merge_spans, settle, without_unused
from .strokes import Strokes

_TABLE = 4  # cells from which structure inside a frame is a table of its own


def find_ruled(strokes: Strokes, segments: Segments, options: LayoutOptions, deadline: Deadline) -> Found:
    """Grids of an upright page; frames that hold a single cell are not tables."""
    regions = find_regions(strokes, segments)
    limits = []
    if len(regions) > options.max_tables:
        limits.append(f"{len(regions)} ruled regions on a page, more than max_tables ({options.max_tables})")
    grids: list[Grid] = []
    for region in regions[: options.max_tables]:
        if deadline.passed:
            limits.append(str(deadline))
            break
        try:
            grids += _grids(strokes, region, options.max_cells)
        except LimitExceeded as error:
            limits.append(str(error))
    return Found(tuple(reading_order(grids)), tuple(limits))


def _grids(strokes: Strokes, region: Region, most: int) -> list[Grid]:
    """The grid of a region, or those of the tables that it only frames."""
    if region.inside:
        found = [g for r in region.inside if (g := recover(strokes, r.segments, most)) and len(g.cells) > 1]
        inner = [g for g in found if len(g.cells) >= _TABLE]
        frame = recover(strokes, region.own, most)
        if inner and frame is None:
            return found
        if inner and frame is not None and all(_in_one_cell(grid, frame) for grid in inner):
            return [*inner, *([frame] if len(frame.cells) >= _TABLE else [])]
    grid = recover(strokes, region.segments, most)
    return [grid] if grid is not None and len(grid.cells) > 1 else []


def _in_one_cell(grid: Grid, frame: Grid) -> bool:
    return any(cell.box.overlap(grid.box) > 0.95 * grid.box.area for cell in frame.cells)


@dataclass(frozen=True)
class _Lattice:
    """Rulings of one region and how much of each side between joints bears ink."""

    rows: list[Ruling]  # horizontal
    columns: list[Ruling]  # vertical
    horizontal: Evidence  # (rows, columns - 1): along ruling i, from column j to j + 1
    vertical: Evidence  # (columns, rows - 1)

    def corner(self, row: int, column: int) -> tuple[float, float]:
        """(x, y) of a joint: two nearly perpendicular lines, one step of substitution each."""
        x = self.columns[column].at(self.rows[row].offset)
        y = self.rows[row].at(x)
        return self.columns[column].at(y), y


def recover(strokes: Strokes, segments: Segments, max_cells: int) -> Grid | None:
    """The grid of one region's segments, or None where too few rulings cross.

    Raises:
        LimitExceeded: more rectangles than `max_cells`.
    """
    rows, columns = (join_segments(group, strokes.per_inch) for group in segments)
    if len(rows) * len(columns) > 4 * max_cells:  # before work that grows with both
        raise LimitExceeded(f"rulings for more cells than max_cells ({max_cells})")
    rows, columns = anchored(rows, columns, strokes.darkness, strokes.per_inch)
    # One row of cells, or one column, must be closed: else a few lines would make a table of any text.
    if any(
        len(lines) < 2 or (len(lines) == 2 and not all(r.segments for r in lines))
        for lines in (rows, columns)
    ):
        return None
    if (len(rows) - 1) * (len(columns) - 1) > max_cells:
        raise LimitExceeded(f"rulings for more cells than max_cells ({max_cells})")
    horizontal, vertical = strokes.ridges
    lattice = _Lattice(
        rows,
        columns,
        gather(rows, columns, horizontal, strokes.per_inch),
        gather(columns, rows, vertical, strokes.per_inch),
    )
    inner = lattice.horizontal.inked[1:-1], lattice.vertical.inked.T[:, 1:-1]
    ruled = lattice.horizontal.ruled()[1:-1], lattice.vertical.ruled().T[:, 1:-1]
    shape = (len(rows) - 1, len(columns) - 1)
    spans = merge_spans(shape, *settle(shape, ruled, inner, least=0.1))
    boxes = [_box(lattice, span) for span in spans]
    score, reason = _score(lattice, spans)
    shape, spans = without_unused(shape, spans)
    cells = tuple(GridCell(*span, box) for span, box in zip(spans, boxes, strict=True))
    return Grid(Box.around(boxes), shape, cells, score, reason)


def _box(lattice: _Lattice, span: Span) -> Box:
    row, column, row_span, column_span = span
    left, top = lattice.corner(row, column)
    right, bottom = lattice.corner(row + row_span, column + column_span)
    return Box(left, top, max(left, right), max(top, bottom))


def _score(lattice: _Lattice, spans: list[Span]) -> tuple[float, str | None]:
    """Mean certainty over all sides: 1 where borders are fully inked and cells are free of lines."""
    across, down = lattice.horizontal.inked, lattice.vertical.inked.T
    border_h, border_v = np.zeros(across.shape, bool), np.zeros(down.shape, bool)
    for row, column, height, width in spans:
        border_h[[row, row + height], column : column + width] = True
        border_v[row : row + height, [column, column + width]] = True
    ink = np.concatenate([across.ravel(), down.ravel()])
    border = np.concatenate([border_h.ravel(), border_v.ravel()])
    reasons = {
        "rulings run through cells": int((~border & (ink >= RULED)).sum()),
        "sides are neither clearly ruled nor clearly open": int(((ink > PERHAPS) & (ink < RULED)).sum()),
        "borders of cells are not printed": int((border & (ink <= PERHAPS)).sum()),
    }
    reason = "; ".join(f"{count} of {ink.size} {what}" for what, count in reasons.items() if count)
    return round(float(np.where(border, ink, 1 - ink).mean()), 3), reason or None
