"""Ink in a table that text detection passed over: lone digits above all.

Detection is trained on lines of text and misses a single 1 or a dash in a wide cell. What
ink is left in a table, after rulings and all detected boxes, is gathered per cell and read
as well, so that no figure is lost because it is small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from ..document import Box
from ..layout.engine import Grid
from ..layout.geometry import Mask, clusters
from ..layout.ink import Ink
from .cutting import Piece, Place

_LEAST = 0.05  # inches: a 6-point digit without its serifs, beside type of 9 points; smaller is a speck
_DASH = 0.05  # inches: width from which a flat stroke may be a dash
_INSET = 0.02  # inches kept away from rulings, which are thick and rough at the edges
PADDING = 3.0
_BESIDE = 3.0  # pixels between a box, whose edge is cleared, and ink of a character that it cuts


def claim_ink(ink: Ink, pieces: Sequence[Piece], grids: Sequence[Grid]) -> tuple[list[Piece], list[Piece]]:
    """Give the ink of cells that no piece covers to the pieces, or to new ones.

    A detected box may begin in the middle of a character. The ink that it leaves over
    touches it, and makes the box larger: read by itself, half a 4 would be a 1.

    Returns:
        The pieces, some of them grown, and new pieces, each with its cell.
    """
    grown = list(pieces)
    new = []
    for piece in unclaimed_ink(ink, pieces, grids):
        beside = next((i for i, other in enumerate(grown) if _touches(other, piece)), None)
        if beside is None:
            new.append(piece)
        else:
            grown[beside] = replace(grown[beside], box=Box.around([grown[beside].box, piece.box]))
    return grown, new


def _touches(piece: Piece, left_over: Piece) -> bool:
    """Whether left-over ink stands in the piece's cell and line, right beside it."""
    a, b = piece.box, left_over.box
    level = min(a.bottom, b.bottom) - max(a.top, b.top)
    gap = max(a.left, b.left) - min(a.right, b.right)
    return piece.place == left_over.place and level > 0.5 * min(a.height, b.height) and gap <= _BESIDE


def unclaimed_ink(ink: Ink, pieces: Sequence[Piece], grids: Sequence[Grid]) -> list[Piece]:
    """Boxes of ink in cells that no piece covers, each with its cell.

    Args:
        ink: black ink of the upright page.
        pieces: what detection found, cut at rulings.
        grids: the tables of the page.
    """
    if not grids:
        return []
    rest = ink.mask.copy()
    for piece in pieces:
        left, top, right, bottom = (int(v) for v in piece.box.to_list())
        rest[max(0, top - 2) : bottom + 3, max(0, left - 2) : right + 3] = 0
    found: list[Piece] = []
    for index, grid in enumerate(grids):
        found += _in_grid(rest, grid, index, ink.per_inch)
    return found


def _in_grid(rest: Mask, grid: Grid, index: int, per_inch: float) -> list[Piece]:
    found = []
    for number, cell in enumerate(grid.cells):
        left, top, right, bottom = (int(v) for v in cell.box.to_list())
        inset = max(3, round(_INSET * per_inch))
        part = rest[top + inset : bottom - inset + 1, left + inset : right - inset + 1]
        if part.size == 0 or not part.any():
            continue
        for box in _lines(_glyphs(part, per_inch), per_inch):
            placed = Box(
                box.left + left + inset,
                box.top + top + inset,
                box.right + left + inset,
                box.bottom + top + inset,
            )
            found.append(Piece(_padded(placed, cell.box), Place(index, number)))
    return found


def _glyphs(part: Mask, per_inch: float) -> list[Box]:
    """Connected pieces of ink large enough to belong to a character, or to be a dash."""
    joined = cv2.dilate(part, np.ones((3, 3), np.uint8))  # strokes of one character come apart in poor scans
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    boxes = []
    for left, top, width, height, _ in stats[1:count].tolist():
        at_edge = top == 0 or top + height >= part.shape[0]  # flat ink there is a ruling's rough edge
        dash = width - 2 >= _DASH * per_inch and not at_edge
        if height - 2 >= _LEAST * per_inch or dash:
            boxes.append(Box(left, top, left + width, top + height))
    return boxes


def _lines(boxes: list[Box], per_inch: float) -> list[Box]:
    """One box per line of text."""
    groups = clusters((box.center[1] for box in boxes), 0.06 * per_inch)
    return [Box.around(boxes[i] for i in group) for group in groups]


def _padded(box: Box, limits: Box) -> Box:
    return Box(
        max(limits.left, box.left - PADDING),
        max(limits.top, box.top - PADDING),
        min(limits.right, box.right + PADDING),
        min(limits.bottom, box.bottom + PADDING),
    )
