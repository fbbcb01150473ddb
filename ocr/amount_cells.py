"""Which cells of a page should bear amounts, and where in them the one line of figures stands.

A cell is a candidate by its column, or by being printed like an amount where roles are not known
yet, as in a form or on the second page of a table; codes, names and line numbers are none. Its
figures are found by their ink, not by the detected box, which may cut a comma or a 1 off.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from ..amounts import normalize, parse, printed
from ..document import Box, Cell, Table
from ..layout.geometry import Mask
from ..layout.ink import Ink
from ..source import Image

_INSET = 0.012  # inches kept away from rulings; figures of a tight row stand close to them
_FIGURE = 0.05  # inches: two thirds of a 6-point figure
_DASH = 0.04  # inches: width of a minus
_THIN = 0.022  # inches: no ruling is thicker, no figure but a 1 as thin
_ALONG = 0.6  # of the cell's width: a stroke along its edge that long is a ruling
_ACROSS = 0.85  # of the cell's height, likewise
_GROWN = 0.3  # of a detected box's height: by which it is wider than its text on either side
_MARGIN = 0.3  # of the line's height, around the figures, as detection leaves it
_REACH = 0.9  # of the line's height: ink that detection left out on either side
_LEVEL = 0.15  # of the line's height: likewise above and below
_NUMERIC = 0.5  # of a text's characters, at least, in a misread number
_STRAY = 3  # letters that are read in a stroke of a signature
_MOST = 0.6  # of the filled cells of a column
_CONFUSED = frozenset("0123456789.,()%OoIl|SBZ:;'`·。，-—_一")
_STRUCK = re.compile(r"[^\d约近超万亿元年月日个]?\d[\d,]*\.\d{2,4}[^\d万亿元年月日个倍]?", re.ASCII)
_LONGEST = 44  # characters: MAX_DIGITS with their commas, and slack
_DECIMALS = re.compile(r"[.,]\d")
_SEPARATED = re.compile(r"\d[\d,.:;·]*[.,:;·]\d")


@dataclass(frozen=True, slots=True)
class AmountCell:
    """A cell to be read again.

    Attributes:
        table: index of its table on the page.
        index: of the cell in the table.
        line: box of its figures, tight, in pixels of the page.
        limits: box that no crop may leave, within the rulings.
        plain: boxes of the words that the plain reading was made of.
    """

    table: int
    index: int
    line: Box
    limits: Box
    plain: tuple[Box, ...] = ()


def find_amount_cells(
    tables: Sequence[Table], ink: Ink, words: Iterable[tuple[Box, str]]
) -> list[AmountCell]:
    """The cells of a page's tables that should bear amounts and hold one line of ink.

    Args:
        tables: described, each on this page alone.
        ink: of the page.
        words: box and text of what was read on it.
    """
    read = [(box, text) for box, text in words if text]
    centers = np.array([box.center for box, _ in read]).reshape(-1, 2)
    found: list[AmountCell] = []
    for number, table in enumerate(tables):
        lines = []
        for index in _candidates(table):
            box = table.cells[index].box
            if box is None or not box.area:
                continue
            inside = (centers >= [box.left, box.top]) & (centers <= [box.right, box.bottom])
            plain = _figures([read[i] for i in np.flatnonzero(inside.all(axis=1))])
            limits = _within(box, ink.per_inch)
            line = _line(ink, limits, plain)
            if line is not None:
                lines.append(AmountCell(number, index, line, limits, plain))
        found += _levelled(lines)
    return found


def looks_numeric(text: str) -> bool:
    """Whether a text may be a number that was misread: figures and what is taken for them.

    Beside decimals one letter more is taken for a figure (1044Q.08), of which no unit has any.
    """
    plain = "".join(normalize(text).split())
    if not plain or len(plain) > _LONGEST:
        return False
    strange = [c for c in plain if c not in _CONFUSED]
    if strange and not (len(strange) == 1 and strange[0].isascii() and _DECIMALS.search(plain)):
        return False
    return sum(c.isdigit() for c in plain) >= _NUMERIC * len(plain)


def crop(image: Image, cell: AmountCell, margin: float = _MARGIN) -> Image:
    """The figures of a cell with a margin, (height, width, 3); paper where the cell ends before it.

    Args:
        image: the upright page (height, width, 3) BGR.
        cell: one of its cells.
        margin: share of the line's height.
    """
    around = max(1.0, margin * cell.line.height)
    wanted = [
        cell.line.left - around,
        cell.line.top - around,
        cell.line.right + around,
        cell.line.bottom + around,
    ]
    left, top, right, bottom = (round(v) for v in wanted)
    limits = [round(v) for v in cell.limits.to_list()]
    height, width = image.shape[:2]
    x0, y0 = max(left, limits[0], 0), max(top, limits[1], 0)
    x1, y1 = min(right, limits[2], width), min(bottom, limits[3], height)
    part = np.ascontiguousarray(image[y0:y1, x0:x1])
    if not part.size:
        return np.full((1, 1, 3), 255, np.uint8)
    paper = np.median(part.reshape(-1, part.shape[-1]), axis=0).tolist()
    above, below, before, after = (max(0, b) for b in (y0 - top, bottom - y1, x0 - left, right - x1))
    padded = cv2.copyMakeBorder(part, above, below, before, after, cv2.BORDER_CONSTANT, value=paper)
    return np.asarray(padded, np.uint8)


def _candidates(table: Table) -> Iterator[int]:
    """Indices of cells that should bear amounts, in the table's order."""
    columns = [_bears_amounts(table, col) for col in range(table.shape[1])]
    for index, cell in enumerate(table.cells):
        if cell.header or "\n" in cell.text:
            continue
        kind = printed(cell.text)
        # A dash says all there is to say, and would only be made a number of.
        if columns[cell.col] and cell.col_span == 1:
            if kind != "dash" and (kind != "text" or _may_be_number(cell.text)):
                yield index
        elif cell.amount is not None or _misread(table, cell):
            yield index


def _may_be_number(text: str) -> bool:
    """Whether a cell of a column of amounts says a number, if need be beside a stroke of a signature."""
    return looks_numeric(text) or _number_beside(text.split()) is not None or _between_strokes(text)


def _between_strokes(text: str) -> bool:
    """Whether a number with decimals stands in a text with one other character at either end.

    A stroke of a seal or a signature is read as any character, words that go with numbers are not.
    """
    return _STRUCK.fullmatch("".join(normalize(text).split())) is not None


def _number_beside(texts: Sequence[str]) -> int | None:
    """Which of several words is the only number, where each other one is a letter that is no unit."""
    numbers = [i for i, text in enumerate(texts) if _separated(text)]
    others = [text for i, text in enumerate(texts) if i not in numbers]
    stray = all(len(text) <= _STRAY and text.isascii() and text.isalpha() for text in others)
    return numbers[0] if len(numbers) == 1 and others and stray else None


def _figures(words: Sequence[tuple[Box, str]]) -> tuple[Box, ...]:
    """Boxes of a cell's words, or of the only one of them that is a number."""
    number = _number_beside([text for _, text in words])
    return tuple(box for box, _ in words) if number is None else (words[number][0],)


def _bears_amounts(table: Table, col: int) -> bool:
    """By role, or by its figures where there is no header to give it one."""
    role = table.columns[col].role if col < len(table.columns) else None
    if role in ("amount", "ratio"):
        return True
    if role in ("code", "line_number") or (role == "text" and table.header_rows):
        return False
    filled = [
        c.text
        for c in table.cells
        if c.col == col and not c.header and printed(c.text) not in ("blank", "dash")
    ]
    return len(filled) > 2 and sum(map(_separated, filled)) >= _MOST * len(filled)


def _misread(table: Table, cell: Cell) -> bool:
    """Whether a cell outside columns of amounts has commas or points among figures, and is none."""
    role = table.columns[cell.col].role if cell.col < len(table.columns) else None
    if role in ("code", "line_number") or parse(cell.text) is not None:
        return False
    return _separated(cell.text)


def _separated(text: str) -> bool:
    return looks_numeric(text) and _SEPARATED.search(normalize(text)) is not None


def _within(box: Box, per_inch: float) -> Box:
    """A cell without its rulings."""
    inset = max(2.0, round(_INSET * per_inch))
    across, along = min(inset, box.width / 4), min(inset, box.height / 4)
    return Box(box.left + across, box.top + along, box.right - across, box.bottom - along)


def _line(ink: Ink, limits: Box, words: Sequence[Box]) -> Box | None:
    """The box of the only line of ink in a cell; None where there is none, or several."""
    left, top = int(limits.left), int(limits.top)
    part = ink.mask[top : int(np.ceil(limits.bottom)), left : int(np.ceil(limits.right))]
    pieces = [
        Box(b.left + left, b.top + top, b.right + left, b.bottom + top) for b in _pieces(part, ink.per_inch)
    ]
    read = [b for word in words if (b := _shrunk(word, limits)) is not None]
    if read:
        lines = _stacked(read)
        return _around(lines[0], pieces) if len(lines) == 1 else None
    middle = Box(
        limits.left, limits.top + 0.15 * limits.height, limits.right, limits.bottom - 0.15 * limits.height
    )
    large = [b for b in pieces if b.height >= _FIGURE * ink.per_inch or _is_dash(b, ink.per_inch, middle)]
    lines = _stacked(large)
    return _with_small(lines[0], pieces) if len(lines) == 1 else None


def _around(read: Box, pieces: Sequence[Box]) -> Box:
    """What was read as text, and the ink right beside it; what is left of a seal stands further off."""
    reach, level = _REACH * read.height, _LEVEL * read.height
    near = Box(read.left - reach, read.top - level, read.right + reach, read.bottom + level)
    parts = [
        Box(
            max(b.left, near.left), max(b.top, near.top), min(b.right, near.right), min(b.bottom, near.bottom)
        )
        for b in pieces
        if near.holds(*b.center)
    ]
    return Box.around([read, *parts])


def _shrunk(word: Box, limits: Box) -> Box | None:
    """A detected box without the margin that detection leaves, within the cell."""
    margin = min(_GROWN * word.height, word.width / 3)
    down = 0.15 * word.height
    left, right = max(word.left + margin, limits.left), min(word.right - margin, limits.right)
    top, bottom = max(word.top + down, limits.top), min(word.bottom - down, limits.bottom)
    return Box(left, top, right, bottom) if left < right and top < bottom else None


def _pieces(part: Mask, per_inch: float) -> list[Box]:
    """The connected pieces of ink in a cell without what is left of its rulings."""
    if not part.size or not part.any():
        return []
    count, _, stats, _ = cv2.connectedComponentsWithStats(part, connectivity=8)
    height, width = part.shape
    pieces = []
    for x, y, w, h, _area in stats[1:count].tolist():
        at_edge = x == 0 or y == 0 or x + w == width or y + h == height
        flat = h <= _THIN * per_inch and w >= _ALONG * width
        upright = w <= _THIN * per_inch and h >= _ACROSS * height
        if not (at_edge and (flat or upright)):
            pieces.append(Box(x, y, x + w, y + h))
    return pieces


def _is_dash(box: Box, per_inch: float, middle: Box) -> bool:
    """Flat ink away from the rulings above and below."""
    return box.width >= _DASH * per_inch and box.top > middle.top and box.bottom < middle.bottom


def _stacked(boxes: Sequence[Box]) -> list[Box]:
    """Lines of text: boxes that share a part of their height."""
    lines: list[Box] = []
    for box in sorted(boxes, key=lambda b: -b.height):
        beside = next((i for i, line in enumerate(lines) if _level(line, box)), None)
        if beside is None:
            lines.append(box)
        else:
            lines[beside] = Box.around([lines[beside], box])
    return lines


def _level(line: Box, box: Box) -> bool:
    shared = min(line.bottom, box.bottom) - max(line.top, box.top)
    return shared > 0.3 * min(line.height, box.height)


def _with_small(line: Box, pieces: Sequence[Box]) -> Box:
    """The line with the points, commas and broken strokes right beside it."""
    near = [
        b
        for b in pieces
        if b.center[1] > line.top
        and b.top < line.bottom
        and b.left < line.right + line.height
        and b.right > line.left - line.height
    ]
    return Box.around([line, *near])


def _levelled(cells: list[AmountCell]) -> list[AmountCell]:
    """Lines at least nearly as high as most of the table: a dash alone would fill its crop."""
    if not cells:
        return cells
    usual = float(np.median([cell.line.height for cell in cells]))
    return [_at_least(cell, 0.75 * usual) for cell in cells]


def _at_least(cell: AmountCell, height: float) -> AmountCell:
    """The cell with a line of so many pixels, if it is lower."""
    line, low = cell.line, max(0.0, height - cell.line.height) / 2
    return replace(cell, line=Box(line.left, line.top - low, line.right, line.bottom + low)) if low else cell
