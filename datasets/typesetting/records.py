"""What comes out of typesetting a disclosure: pages, and a rectangle for everything on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ...document import TextRole
from .style import Style

Rect = tuple[float, float, float, float]
"""Left, top, right, bottom in points, from the top left corner of the readable page."""
TextPart = Literal[
    "cover", "contents", "heading", "body", "title", "number", "left", "right", "note", "page_number"
]


@dataclass(frozen=True, slots=True)
class PlacedPage:
    """A page of the PDF in points, readable side up.

    `turned` is by how many degrees clockwise it lies turned on the sheet that is scanned.
    """

    width: float
    height: float
    turned: int = 0


@dataclass(frozen=True, slots=True)
class PlacedPart:
    """A piece of a cell on one page (from 1), and the piece of its text that is printed there."""

    page: int
    rect: Rect
    text: str


@dataclass(frozen=True, slots=True)
class PlacedText:
    """A line or paragraph outside the grids, or the piece of it that stands on one page.

    `key` is that of its paragraph or table, empty for furniture of the page; `role` is that
    of the record, `part` what it is in the disclosure.
    """

    key: str
    role: TextRole
    part: TextPart
    page: int
    rect: Rect
    text: str


@dataclass(frozen=True)
class Typeset:
    """A typeset disclosure: its PDF, and the rectangle of everything in it.

    Attributes:
        pdf: every page readable side up, whatever its `turned` says.
        pages: from the first.
        cells: by (key of the table, row, col), the parts in reading order.
        parts: by key of the table, the rectangle of what is printed of it by page, repeated
            headers included.
        headers_repeated: by key of the table, pages on which header rows are printed
            again, and how many.
        texts: in reading order.
        mentions: by (key of the paragraph, index), page and rectangle; of a mention that
            a page break cuts, the first piece.
        sizes: by key of the table, the type size used, where narrower than the style's.
        style: how it was set.
    """

    pdf: bytes
    pages: tuple[PlacedPage, ...]
    cells: Mapping[tuple[str, int, int], tuple[PlacedPart, ...]]
    parts: Mapping[str, Mapping[int, Rect]]
    headers_repeated: Mapping[str, Mapping[int, int]]
    texts: tuple[PlacedText, ...]
    mentions: Mapping[tuple[str, int], tuple[int, Rect]]
    sizes: Mapping[str, float]
    style: Style
