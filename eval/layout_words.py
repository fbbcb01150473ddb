"""The truth's words on a page as layout set it upright, and in the cells that it found there.

Layout is measured without recognition, but header rows, continued tables and frames without
content are told by words. So each text of the truth is put where it stands: its middle goes
from the truth's page over the scan to the page that was laid out, and into the cell there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..document import Box, Document, Page, Reading
from ..layout.engine import Grid
from ..layout.geometry import rows_of
from ..layout.words import Word, joined
from ..ocr.cutting import Place
from ..ocr.page import PageText
from .slices import PageTable, moved_points

if TYPE_CHECKING:
    from numpy.typing import NDArray

TRUTH = "truth"
"""Source of the readings."""
_INNER = 0.5  # share of a cell that its text is taken to fill, so that neighbours stay apart

TrueWords = Sequence[tuple[Box, str]]


def page_words(truth: Document, tables: Iterable[PageTable], page: int) -> TrueWords:
    """Boxes and texts of a page of the truth: a word per cell, and one per text outside.

    Args:
        truth: the document.
        tables: those of its tables that stand on the page.
        page: its number.
    """
    cells = [
        (_inner(cell.parts[0].box), cell.text)
        for piece in tables
        for cell in piece.table.cells
        if cell.text and cell.parts
    ]
    return cells + [(text.box, text.text) for text in truth.texts if text.page == page and text.text]


def moved(words: TrueWords, frame: Page, page: Page) -> tuple[Word, ...]:
    """Words of one page record on another of the same scan.

    Their middles move, and their sizes are swapped where one of the pages lies on its side.
    """
    if not words:
        return ()
    matrix = np.array(page.from_scan) @ np.linalg.inv(np.array(frame.from_scan))
    on_side = abs(matrix[0, 1]) > abs(matrix[0, 0])
    middles = moved_points(np.array([box.center for box, _ in words]), frame, page)
    placed = []
    for (box, text), (x, y) in zip(words, middles, strict=True):
        across, down = (box.height, box.width) if on_side else (box.width, box.height)
        around = Box(x - across / 2, y - down / 2, x + across / 2, y + down / 2)
        placed.append(Word(around, Reading(text, 1.0, TRUTH)))
    return tuple(placed)


def on_the_scan(words: TrueWords, frame: Page) -> TrueWords:
    """Words of a page record where they stand on its scan, for tools that read that."""
    scan = replace(
        frame, width=frame.scan.width, height=frame.scan.height, from_scan=rows_of(np.eye(3)), mesh=None
    )
    return [(word.box, word.reading.text) for word in moved(words, frame, scan)]


def filled(grids: Sequence[Grid], words: Sequence[Word]) -> PageText:
    """Each word in the cell that holds its middle, as if it had been read there."""
    cells: dict[Place, list[Word]] = {}
    outside: list[Word] = []
    astray: list[Word] = []
    edges = [np.array([cell.box.to_list() for cell in grid.cells]).reshape(-1, 4) for grid in grids]
    for word in words:
        inside = [n for n, grid in enumerate(grids) if grid.box.holds(*word.box.center)]
        place = next((p for n in inside if (p := _place(n, edges[n], word.box.center))), None)
        if place is not None:
            cells.setdefault(place, []).append(word)
        else:
            (astray if inside else outside).append(word)
    return PageText(
        cells={place: joined(held) for place, held in cells.items()},
        outside=tuple(outside),
        astray=tuple(astray),
        unread=(),
        boxes=tuple(word.box for word in words),
        readings=tuple((word.box, word.reading.text) for word in words),
    )


def _place(grid: int, edges: NDArray[np.float64], middle: tuple[float, float]) -> Place | None:
    """The smallest cell, of those with these edges (cells, 4), that holds a point."""
    x, y = middle
    left, top, right, bottom = edges.T
    holding = np.flatnonzero((left <= x) & (x <= right) & (top <= y) & (y <= bottom))
    if not holding.size:
        return None
    area = (right - left) * (bottom - top)
    return Place(grid, int(holding[np.argmin(area[holding])]))


def _inner(box: Box) -> Box:
    (x, y), width, height = box.center, _INNER * box.width, _INNER * box.height
    return Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
