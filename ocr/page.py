"""Reading a page: boxes detected, cut at rulings, recognised, and put into cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..document import Box, Reading
from ..layout.engine import Grid
from ..layout.geometry import Mask
from ..layout.words import Word, joined
from ..source import Image
from ..source import Word as LayerWord
from .cutting import Piece, Place, cut_at_rulings, place_whole
from .engine import Engine
from .unclaimed import unclaimed_ink

_BELIEVED = 0.6  # ink that detection passed over is text only if it reads clearly
TEXT_LAYER = "text_layer"


@dataclass(frozen=True)
class PageText:
    """What was read on a page.

    Attributes:
        cells: reading of each cell that bears text.
        outside: words outside all tables.
        astray: words inside a table that belong to none of its cells.
        unread: boxes of ink in cells in which nothing at all was read.
        boxes: every box that was read, for pictures.
    """

    cells: dict[Place, Reading]
    outside: tuple[Word, ...]
    astray: tuple[Word, ...]
    unread: tuple[Box, ...]
    boxes: tuple[Box, ...]


def read_scan(engine: Engine, image: Image, ink: Mask, grids: Sequence[Grid]) -> PageText:
    """Read an upright page (height, width, 3) whose grids are known."""
    pieces = cut_at_rulings(engine.detect(image), grids)
    missed = unclaimed_ink(ink, pieces, grids)
    readings = engine.recognize(crops(image, [*pieces, *missed]))
    read = list(zip(pieces, readings[: len(pieces)], strict=True))
    return _gathered(read + _believed(missed, readings[len(pieces) :]))


def read_layer(
    words: Iterable[LayerWord], image: Image, ink: Mask, grids: Sequence[Grid], engine: Callable[[], Engine]
) -> PageText:
    """Put the words of a text layer into cells; a layer is exact, so its confidence is 1.

    Ink in cells that the layer says nothing of, such as a pasted picture of a table, is
    read by the engine, which is loaded for that alone.
    """
    read = [(place_whole(word.box, grids), Reading(word.text, 1.0, TEXT_LAYER)) for word in words]
    missed = unclaimed_ink(ink, [piece for piece, _ in read], grids)
    if missed:
        read += _believed(missed, engine().recognize(crops(image, missed)))
    return _gathered(read)


def _believed(pieces: Sequence[Piece], readings: Sequence[Reading]) -> list[tuple[Piece, Reading]]:
    """Readings of passed-over ink, without the text of those that may well be dirt."""
    return [
        (piece, reading if reading.confidence >= _BELIEVED else replace(reading, text="", alternatives=()))
        for piece, reading in zip(pieces, readings, strict=True)
    ]


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


def _gathered(read: Sequence[tuple[Piece, Reading]]) -> PageText:
    by_cell: dict[Place, list[Word]] = {}
    blank: dict[Place, Box] = {}
    outside: list[Word] = []
    astray: list[Word] = []
    for piece, reading in read:
        word = Word(piece.box, reading)
        if piece.place is None:
            (astray if piece.astray else outside).append(word)
        elif reading.text:
            by_cell.setdefault(piece.place, []).append(word)
        else:
            blank.setdefault(piece.place, piece.box)
    return PageText(
        cells={place: joined(words) for place, words in by_cell.items()},
        outside=tuple(word for word in outside if word.reading.text),
        astray=tuple(astray),
        unread=tuple(box for place, box in blank.items() if place not in by_cell),
        boxes=tuple(piece.box for piece, _ in read),
    )
