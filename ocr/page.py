"""Reading a page: boxes detected, cut at rulings, recognised, and put into cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..document import Box, Reading
from ..layout.dashes import DASH
from ..layout.engine import Grid
from ..layout.ink import Ink
from ..layout.words import Word, joined
from ..source import Image, PageImage
from .cutting import Piece, Place, cut_at_rulings, cut_words
from .engine import Engine
from .unclaimed import PADDING, claim_ink, unclaimed_ink

_BELIEVED = 0.6  # ink that detection passed over is text only if it reads clearly
_DOUBTFUL = 0.5  # confidence at most of a cell in which some ink was not read
TEXT_LAYER = "text_layer"

Read = list[tuple[Piece, Reading]]


@dataclass(frozen=True)
class PageText:
    """What was read on a page.

    Attributes:
        cells: reading of each cell that bears text.
        outside: words outside all tables.
        astray: words inside a table that belong to none of its cells.
        unread: boxes of ink in cells in which nothing was read, or nothing to be believed.
        boxes: every box that was read, for pictures.
        readings: box and text of every word that was believed, whatever became of it; other
            grids can be filled with them.
    """

    cells: dict[Place, Reading]
    outside: tuple[Word, ...]
    astray: tuple[Word, ...]
    unread: tuple[Box, ...]
    boxes: tuple[Box, ...]
    readings: tuple[tuple[Box, str], ...]


def read_scan(engine: Engine, image: Image, ink: Ink, grids: Sequence[Grid]) -> PageText:
    """Read an upright page (height, width, 3) whose grids are known."""
    pieces, missed = claim_ink(ink, cut_at_rulings(engine.detect(image), grids), grids)
    readings = engine.recognize(crops(image, [*pieces, *missed]))
    detected = list(zip(pieces, readings[: len(pieces)], strict=True))
    return _gathered(detected, list(zip(missed, readings[len(pieces) :], strict=True)))


def read_layer(page: PageImage, ink: Ink, grids: Sequence[Grid], engine: Callable[[], Engine]) -> PageText:
    """Put the words of a page's text layer into cells; a layer is exact, so its confidence is 1.

    Pictures on the page, and ink in cells that the layer says nothing of, are read by the
    engine, which is loaded for that alone.
    """
    parts = cut_words(page.words or (), grids)
    read = [(piece, Reading(text, 1.0, TEXT_LAYER)) for piece, text in parts]
    boxes = [box for picture in page.pictures for box in _in_picture(engine(), page.image, picture)]
    pieces = cut_at_rulings(boxes, grids)
    missed = unclaimed_ink(ink, [piece for piece, _ in read] + pieces, grids)
    readings = engine().recognize(crops(page.image, [*pieces, *missed])) if pieces or missed else []
    read += zip(pieces, readings[: len(pieces)], strict=True)
    return _gathered(read, list(zip(missed, readings[len(pieces) :], strict=True)))


def _in_picture(engine: Engine, image: Image, picture: Box) -> list[Box]:
    """Boxes of text in a part of a page, in pixels of the page."""
    left, top = int(picture.left), int(picture.top)
    part = np.ascontiguousarray(_inside(image, picture))
    return [Box(b.left + left, b.top + top, b.right + left, b.bottom + top) for b in engine.detect(part)]


def crops(image: Image, pieces: Sequence[Piece]) -> list[Image]:
    """The parts of a page inside the pieces' boxes; lines that run upwards are turned.

    A box half again as high as wide holds vertical text, unless it is no higher than the
    page's lines are: then it is a lone 1.
    """
    line = float(np.median([piece.box.height for piece in pieces])) if pieces else 0.0
    parts = []
    for piece in pieces:
        part = _inside(image, piece.box)
        vertical = part.shape[0] >= 1.5 * part.shape[1] and piece.box.height > 2 * line
        parts.append(np.ascontiguousarray(np.rot90(part)) if vertical else part)
    return parts


def _inside(image: Image, box: Box) -> Image:
    """The pixels of a box, at least one."""
    height, width = image.shape[:2]
    left, top = max(0, min(int(box.left), width - 1)), max(0, min(int(box.top), height - 1))
    return image[top : max(top + 1, int(np.ceil(box.bottom))), left : max(left + 1, int(np.ceil(box.right)))]


def _gathered(detected: Read, missed: Read) -> PageText:
    """Readings by cell; `missed` is ink that detection passed over, which may be dirt."""
    by_cell: dict[Place, list[Word]] = {}
    outside: list[Word] = []
    astray: list[Word] = []
    unread: list[tuple[Place, Box]] = []
    for piece, reading in detected:
        if piece.place is None:
            (astray if piece.astray else outside).append(Word(piece.box, reading))
        elif reading.text:
            by_cell.setdefault(piece.place, []).append(Word(piece.box, reading))
        else:
            unread.append((piece.place, piece.box))
    for piece, reading in missed:
        if piece.place is None:
            continue
        if _believed(reading, by_cell.get(piece.place, ())):
            by_cell.setdefault(piece.place, []).append(Word(piece.box, reading))
        else:
            unread.append((piece.place, piece.box))
    unread = _without_dashes(unread, by_cell, float(np.median([p.box.height for p, _ in detected] or [0.0])))
    cells = {place: joined(words) for place, words in by_cell.items()}
    for place, _ in unread:
        if place in cells:  # its text may lack a digit
            cells[place] = replace(cells[place], confidence=min(cells[place].confidence, _DOUBTFUL))
    believed = [*outside, *astray, *(word for words in by_cell.values() for word in words)]
    return PageText(
        cells=cells,
        outside=tuple(word for word in outside if word.reading.text),
        astray=tuple(astray),
        unread=tuple(box for _, box in unread),
        boxes=tuple(piece.box for piece, _ in (*detected, *missed)),
        readings=tuple((word.box, word.reading.text) for word in believed if word.reading.text),
    )


def _without_dashes(
    unread: list[tuple[Place, Box]], by_cell: dict[Place, list[Word]], line: float
) -> list[tuple[Place, Box]]:
    """Unread ink but for flat strokes that are all there is in their cells: these are dashes, read now.

    A dash is as long as half a character, or more, and much flatter; `line` is the usual height of
    detected boxes, which are higher than their text.
    """
    alone = {place for place, _ in unread if place not in by_cell}
    counts = Counter(place for place, _ in unread)
    rest = []
    for place, box in unread:
        high, wide = box.height - 2 * PADDING, box.width - 2 * PADDING
        if place in alone and counts[place] == 1 and 0.3 * line <= wide <= 3 * line and high <= 0.35 * wide:
            by_cell[place] = [Word(box, Reading(DASH, _DOUBTFUL, "ink"))]
        else:
            rest.append((place, box))
    return rest


def _believed(reading: Reading, beside: Sequence[Word]) -> bool:
    """Whether passed-over ink is text: it reads clearly, and is more than a stroke beside text.

    A lone dash in a cell is a dash; beside a number the same stroke would be a minus.
    """
    alone = not beside
    return reading.confidence >= _BELIEVED and (alone or any(c.isalnum() for c in reading.text))
