"""HTML tables as any program writes them, read as browsers do: nothing is refused for its form.

`datasets.labels.html` reads labels and refuses what is ambiguous; here missing closing tags,
ragged rows and overlapping spans are mended (see `grid`). A table within a table is a table of
its own; the text between tables is kept, since it says what they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from ..document import Cell
from ..errors import DamagedInput, InputError, LimitExceeded
from .grid import Grid

MAX_CHARACTERS = 32 << 20
MAX_TABLES = 10_000
MAX_COL_SPAN = 1000  # as the HTML standard has it
MAX_ROW_SPAN = 65_534
_SPACE = re.compile(r"[ \t\n\r\f\v\xa0]+")
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "center"})
_BREAKS = frozenset({"br", "p", "div", "li", "ul", "ol"})
_BLOCKS = _BREAKS | _HEADINGS | {"table", "tr", "td", "th", "title", "section", "article", "caption", "hr"}
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_CENTRED = re.compile(r"text-align\s*:\s*center", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MarkupLine:
    """A line of text outside the tables, and whether it is a heading or centred."""

    text: str
    heading: bool = False


@dataclass(frozen=True, slots=True)
class MarkupCell:
    """A cell as it is written."""

    row_span: int  # 0: to the end of the table
    col_span: int
    header: bool
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its text, line breaks as `\\n`."""
        lines = (_SPACE.sub(" ", line).strip(" ") for line in "".join(self.pieces).split("\n"))
        return "\n".join(line for line in lines if line)


@dataclass(slots=True)
class MarkupTable:
    """A table as it is written, with its caption and the text before and after it.

    `holds_tables` says that other tables stand in its cells: it may be there for layout alone.
    """

    attributes: dict[str, str]
    rows: list[list[MarkupCell]] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    before: tuple[MarkupLine, ...] = ()
    after: tuple[MarkupLine, ...] = ()
    holds_tables: bool = False
    open_cell: MarkupCell | None = None
    in_head: bool = False
    in_caption: bool = False

    @property
    def caption(self) -> str:
        """The caption on one line."""
        return _SPACE.sub(" ", "".join(self.captions)).strip()

    def fill(self, grid: Grid) -> None:
        """Put its cells into a grid that has its rows."""
        for row, cells in enumerate(self.rows):
            col = 0
            for cell in cells:
                col = grid.free(row, col)
                row_span = cell.row_span or len(self.rows) - row
                col = grid.add(
                    Cell(row, col, row_span, cell.col_span, header=cell.header, text=cell.text)
                ).col


def markup_tables(markup: str, name: str) -> list[MarkupTable]:
    """Every `<table>` of `markup`, in the order in which they begin.

    Raises:
        LimitExceeded: more text or tables than a file may have.
        InputError: cut off within a tag, or a declaration that the parser gives up at.
    """
    if len(markup) > MAX_CHARACTERS:
        raise LimitExceeded(f"HTML of more than {MAX_CHARACTERS} characters", name=name)
    require_ended(markup, name)
    parser = _Parser(name)
    try:
        parser.feed(markup)
        parser.close()
    except AssertionError as error:  # what the parser says of malformed declarations
        raise DamagedInput(f"is no HTML: {error}"[:200], name=name) from None
    parser.finish()
    return parser.tables


def require_ended(text: str, name: str) -> None:
    """Refuse a file cut off within a tag or comment: the parser would take the square of its time.

    Raises:
        InputError: it is, with what does not end.
    """
    if re.search(r"<[A-Za-z/!?]", text[text.rfind(">") + 1 :]):
        raise InputError("ends within a tag", name=name)
    if text.rfind("<!--") > text.rfind("-->"):
        raise InputError("has a comment that does not end", name=name)
    section = text.rfind("<![")
    if section >= 0 and not re.search(r"\]\s*>", text[section:]):
        raise InputError("has a section that does not end", name=name)


class _Parser(HTMLParser):
    def __init__(self, name: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[MarkupTable] = []
        self._name = name
        self._open: list[MarkupTable] = []  # outermost first
        self._ended: MarkupTable | None = None  # whose end was the last edge of a table
        self._outside: list[tuple[str, bool]] = []  # text since that edge, in pieces
        self._heading = ""  # the element that centres or heads what is in it
        self._shifted = ""  # sup or sub, while it is open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self._mark(tag, attributes)
        self._shifted = tag if tag in ("sup", "sub") else self._shifted * (tag not in _BLOCKS)
        if tag == "table":
            self._start_table(attributes)
        elif self._open:
            self._start(self._open[-1], tag, attributes)

    def _mark(self, tag: str, attributes: dict[str, str]) -> None:
        if tag not in _BLOCKS:
            return
        self._outside.append(("\n", False))
        centred = attributes.get("align", "").lower() == "center" or _CENTRED.search(
            attributes.get("style", "")
        )
        if tag in _HEADINGS or (centred and tag in ("p", "div")):
            self._heading = tag

    def _start_table(self, attributes: dict[str, str]) -> None:
        if len(self.tables) >= MAX_TABLES:
            raise LimitExceeded(f"has more than {MAX_TABLES} tables", name=self._name)
        if self._open:
            self._open[-1].holds_tables = True
        table = MarkupTable(attributes, before=self._lines())
        self._open.append(table)
        self.tables.append(table)

    def _start(self, table: MarkupTable, tag: str, attributes: dict[str, str]) -> None:
        if tag == "tr":
            table.open_cell = None
            table.rows.append([])
        elif tag in ("td", "th"):
            if not table.rows:
                table.rows.append([])
            row_span = _span(attributes.get("rowspan"), MAX_ROW_SPAN)
            col_span = _span(attributes.get("colspan"), MAX_COL_SPAN) or 1
            table.open_cell = MarkupCell(row_span, col_span, tag == "th" or table.in_head)
            table.rows[-1].append(table.open_cell)
        elif tag in ("thead", "tbody", "tfoot"):
            table.open_cell, table.in_head = None, tag == "thead"
        elif tag in _BREAKS and table.open_cell:
            table.open_cell.pieces.append("\n")
        table.in_caption = tag == "caption" or (table.in_caption and tag not in ("tr", "td", "th"))

    def handle_endtag(self, tag: str) -> None:
        if tag == self._heading:
            self._heading = ""
        if tag == self._shifted or tag in _BLOCKS:
            self._shifted = ""
        if tag in _BLOCKS:
            self._outside.append(("\n", False))
        if not self._open:
            return
        table = self._open[-1]
        if tag == "table":
            self._lines()
            self._ended = self._open.pop()
        elif tag in ("td", "th", "tr"):
            table.open_cell = None
        elif tag == "thead":
            table.open_cell, table.in_head = None, False
        elif tag == "caption":
            table.in_caption = False
        elif tag in _BREAKS and table.open_cell:
            table.open_cell.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem is not None:  # in scripts and styles
            return
        text = _SPACE.sub(" ", data)
        if self._shifted:  # the mark of a footnote is no digit of the amount that it follows
            text = text.translate(_RAISED if self._shifted == "sup" else _LOWERED)
        self._outside.append((text, bool(self._heading)))
        if self._open and self._open[-1].open_cell:
            self._open[-1].open_cell.pieces.append(text)
        elif self._open and self._open[-1].in_caption:
            self._open[-1].captions.append(text)

    def finish(self) -> None:
        """Give the last text to the table above it."""
        if not self._open:
            self._lines()

    def _lines(self) -> tuple[MarkupLine, ...]:
        """The lines since the last edge of a table, which they follow if it was an end."""
        lines: list[MarkupLine] = []
        pieces: list[str] = []
        heading = False
        for text, heads in [*self._outside, ("\n", False)]:
            if text != "\n":
                pieces.append(text)
                heading = heading or heads
            else:
                if line := _SPACE.sub(" ", "".join(pieces)).strip():
                    lines.append(MarkupLine(line, heading))
                pieces, heading = [], False
        self._outside = []
        if self._ended is not None:
            self._ended.after = tuple(lines)
            self._ended = None
        return tuple(lines)


def _span(given: str | None, most: int) -> int:
    """A span as browsers take it: its leading digits, up to `most`; 1 if there are none."""
    digits = re.match(r"\s*\+?(\d{1,9})", given or "", re.ASCII)
    return min(int(digits[1]), most) if digits else 1
