"""Lay a whole disclosure out with typst and read back exactly where everything came to stand.

Invisible marks travel with the text through typst's layout: two in every row of a table,
others between the words of paragraphs and of cells that a page break may cut. Rulings are
drawn centred on the edges between cells, so a cell's rectangle runs from the middle of a
ruling to the middle of the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..document import TextRole
from .content import DisclosureContent
from .style import Style

Rect = tuple[float, float, float, float]
"""Left, top, right, bottom in points, from the top left corner of the readable page."""
MAX_PAGES = 400


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
    of the record, `part` what it is in the disclosure: cover, contents, heading, body,
    title, number, left, right, note or page_number.
    """

    key: str
    role: TextRole
    part: str
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
        headers_repeated: by key of the table, pages on which header rows are printed
            again, and how many.
        texts: in reading order.
        mentions: by (key of the paragraph, index), page and rectangle.
        sizes: by key of the table, the type size used, where narrower than the style's.
        style: how it was set.
    """

    pdf: bytes
    pages: tuple[PlacedPage, ...]
    cells: Mapping[tuple[str, int, int], tuple[PlacedPart, ...]]
    headers_repeated: Mapping[str, Mapping[int, int]]
    texts: tuple[PlacedText, ...]
    mentions: Mapping[tuple[str, int], tuple[int, Rect]]
    sizes: Mapping[str, float]
    style: Style


def typeset_disclosure(content: DisclosureContent, style: Style) -> Typeset:
    """Set `content` as `style` says; the same arguments give the same bytes.

    Raises:
        EngineError: typst or a font is not installed.
        InputError: a table cannot be laid out, or a character is in no font.
        LimitExceeded: more than MAX_PAGES pages.
    """
    raise NotImplementedError
