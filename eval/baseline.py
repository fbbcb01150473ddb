"""img2table as the baseline: its grids, with its rotation on, filled with anybody's words.

img2table turns a page before it looks for tables and does not say by how much. So the angle
is taken from its own functions, the page is turned by them, and the matrix is kept; a test
holds that the pixels are those of `detect_rotation=True`. Grids are taken as img2table gives
them: equal boxes at neighbouring addresses are one spanning cell, as in its own HTML.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..document import Box, Cell, Part, Reading, Table, TablePart
from ..errors import EngineError
from ..layout.words import Word, joined

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..source import Image

Matrix = tuple[tuple[float, ...], ...]
Words = Iterable[tuple[Box | tuple[float, float], str]]
"""Texts with their boxes, or only the middles of those, in pixels of the scan."""

_EYE: Matrix = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
_TURNED = 0.25  # degrees from which img2table turns a page
_SOURCE = "words"


@dataclass(frozen=True, slots=True)
class BaselineCell:
    """A cell's address, spans, and box in pixels of the turned image."""

    row: int
    col: int
    row_span: int
    col_span: int
    box: Box


@dataclass(frozen=True, slots=True)
class BaselineTable:
    """A table as img2table gave it: every address of `shape` (rows, columns) is covered once."""

    shape: tuple[int, int]
    cells: tuple[BaselineCell, ...]
    box: Box


@dataclass(frozen=True, slots=True)
class Found:
    """What img2table made of a page.

    Attributes:
        tables: from top to bottom.
        matrix: 3×3, pixels of the scan to pixels of the image as img2table turned it;
            coordinates are continuous, pixel (0, 0) covers the square from 0 to 1.
        failure: why there are no tables, where it failed.
    """

    tables: tuple[BaselineTable, ...]
    matrix: Matrix = _EYE
    failure: str | None = None


class Baseline:
    """img2table 2.0 with its rotation on and without text recognition.

    Args:
        every_option: with implicit rows, implicit columns and tables without rulings, which by its
            own settings it does not look for.
    """

    name = "img2table"

    def __init__(self, *, every_option: bool = False) -> None:
        self.every_option = every_option
        try:
            import img2table  # noqa: F401
        except ImportError:
            raise EngineError(
                "the package is not installed", name=self.name, remedy="pip install 'img2table>=2.0,<2.1'"
            ) from None

    def find(self, image: Image) -> Found:
        """Tables of a scan (height, width, 3) BGR; a failure inside img2table is kept, not raised."""
        try:
            return _find(image, self.every_option)
        except Exception as error:  # whatever it raises, the page counts as one without tables
            return Found((), failure=f"{type(error).__name__}: {error}".splitlines()[0])


def filled(found: Found, words: Words, page: int = 1) -> tuple[Table, ...]:
    """The tables with each word in the cell that holds its middle, and boxes on the scan.

    A cell's text is joined as crossfoot joins the words of its own cells, so that only the
    grids differ. Words outside all cells are lost. Ids are `b1`, `b2` and so on.
    """
    moved = [_moved(place, text, found.matrix) for place, text in words]
    return tuple(
        _table(f"b{number}", table, moved, found.matrix, page)
        for number, table in enumerate(found.tables, start=1)
    )


def _find(image: Image, every: bool) -> Found:
    import cv2
    from img2table.document import Image as Img2TableImage

    turned, matrix = turn(image)
    encoded, data = cv2.imencode(".bmp", turned)  # bytes are the only way in; these cost the least
    if not encoded:
        raise ValueError("the page could not be handed over")
    tables = Img2TableImage(src=data.tobytes()).extract_tables(
        implicit_rows=every, implicit_columns=every, borderless_tables=every
    )
    kept = [table for entry in tables if (table := _grid(list(entry.content.values()))) is not None]
    return Found(tuple(sorted(kept, key=lambda t: (t.box.top, t.box.left))), matrix)


def turn(image: Image) -> tuple[Image, Matrix]:
    """A page (height, width, 3) BGR as img2table turns it, and the matrix of its turn."""
    import cv2
    import numpy as np
    from img2table.document import rotation

    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    middles, height, mask = rotation.get_connected_components(img=grey)
    if len(middles) < 2:
        return image, _EYE
    angles = rotation.get_relevant_angles(centroids=middles, ref_height=height)
    angle = float(rotation.estimate_skew(angles=angles, thresh=mask))
    if abs(angle) < _TURNED:
        return image, _EYE
    turned = rotation.rotate_img_with_border(img=image, angle=angle)
    tall, wide = image.shape[:2]
    pivot = (wide // 2, tall // 2)
    matrix = np.vstack([cv2.getRotationMatrix2D(pivot, angle, 1.0), [0, 0, 1]])
    matrix[0, 2] += turned.shape[1] / 2 - pivot[0]
    matrix[1, 2] += turned.shape[0] / 2 - pivot[1]
    # It counts from the middle of the first pixel, this module from its corner.
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
    return turned, _rows(half @ matrix @ np.linalg.inv(half))


def _grid(content: Sequence[Sequence[Any]]) -> BaselineTable | None:
    boxes = [[_box(cell.bbox) for cell in row] for row in content]
    if not boxes or not boxes[0] or len({len(row) for row in boxes}) != 1:
        return None
    shape = (len(boxes), len(boxes[0]))
    taken: set[tuple[int, int]] = set()
    cells = []
    for row in range(shape[0]):
        for col in range(shape[1]):
            if (row, col) not in taken:
                cell = _spanning(boxes, row, col, taken)
                taken |= {
                    (r, c) for r in range(row, row + cell.row_span) for c in range(col, col + cell.col_span)
                }
                cells.append(cell)
    return BaselineTable(shape, tuple(cells), Box.around(cell.box for cell in cells))


def _spanning(boxes: list[list[Box]], row: int, col: int, taken: set[tuple[int, int]]) -> BaselineCell:
    """The largest rectangle of free addresses with one box, first to the right and then down."""
    box = boxes[row][col]
    right = col + 1
    while right < len(boxes[row]) and boxes[row][right] == box and (row, right) not in taken:
        right += 1
    below = row + 1
    while below < len(boxes) and all(boxes[below][c] == box for c in range(col, right)):
        below += 1
    return BaselineCell(row, col, below - row, right - col, box)


def _box(bbox: Any) -> Box:
    """A cell's box from the middle of one ruling to the middle of the next."""
    x, y = sorted((bbox.x1 + 0.5, bbox.x2 + 0.5)), sorted((bbox.y1 + 0.5, bbox.y2 + 0.5))
    return Box(x[0], y[0], x[1], y[1])


def _moved(place: Box | tuple[float, float], text: str, matrix: Matrix) -> Word:
    """A word in the turned image; its size stays, for a turn of a degree is not to swell long words."""
    size = (place.width, place.height) if isinstance(place, Box) else (0.0, 0.0)
    x, y = _mapped(place.center if isinstance(place, Box) else place, matrix)
    box = Box(x - size[0] / 2, y - size[1] / 2, x + size[0] / 2, y + size[1] / 2)
    return Word(box, Reading(text, 1.0, _SOURCE))


def _table(name: str, table: BaselineTable, words: Sequence[Word], matrix: Matrix, page: int) -> Table:
    import numpy as np

    back = _rows(np.linalg.inv(np.array(matrix)))
    inside: dict[int, list[Word]] = {}
    for word in words:
        owner = _owner(table, word)
        if owner is not None:
            inside.setdefault(owner, []).append(word)
    cells = tuple(
        Cell(
            row=cell.row,
            col=cell.col,
            row_span=cell.row_span,
            col_span=cell.col_span,
            parts=(Part(page, _around(cell.box, back)),),
            text=joined(inside[number]).text if number in inside else "",
        )
        for number, cell in enumerate(table.cells)
    )
    return Table(name, table.shape, cells, parts=(TablePart(page, _around(table.box, back)),))


def _owner(table: BaselineTable, word: Word) -> int | None:
    """The cell that holds a word's middle; on an edge, and where boxes overlap, the smallest."""
    holding = [n for n, cell in enumerate(table.cells) if cell.box.area and cell.box.holds(*word.box.center)]
    return min(holding, key=lambda n: (table.cells[n].box.area, n), default=None)


def _around(box: Box, matrix: Matrix) -> Box:
    """The smallest box around a box that is mapped."""
    corners = [_mapped((x, y), matrix) for x in (box.left, box.right) for y in (box.top, box.bottom)]
    x, y = [corner[0] for corner in corners], [corner[1] for corner in corners]
    return Box(min(x), min(y), max(x), max(y))


def _mapped(point: tuple[float, float], matrix: Matrix) -> tuple[float, float]:
    x, y = point
    across, down, scale = (row[0] * x + row[1] * y + row[2] for row in matrix)
    return across / scale, down / scale


def _rows(matrix: NDArray[Any]) -> Matrix:
    return tuple(tuple(float(value) for value in row) for row in matrix)
