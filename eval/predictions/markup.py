"""HTML tables as other tools write them, read as browsers do: nothing is refused for its form.

`datasets.labels.html` reads labels and refuses what is ambiguous; a tool's output must be
judged as it is, so here missing closing tags, ragged rows and overlapping spans are mended
and counted (see `grid`). A table within a table is a table of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from ...document import Cell
from ...errors import LimitExceeded
from .grid import Grid, Place
from .records import PredictedTable

MAX_CHARACTERS = 32 << 20
MAX_COL_SPAN = 1000  # as the HTML standard has it
MAX_ROW_SPAN = 65_534
_SPACE = re.compile(r"[ \t\n\r\f\v\xa0]+")
_BREAKS = frozenset({"br", "p", "div", "li", "ul", "ol"})


@dataclass(frozen=True, slots=True)
class _Cell:
    row_span: int  # 0: to the end of the table
    col_span: int
    header: bool
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        lines = (_SPACE.sub(" ", line).strip(" ") for line in "".join(self.pieces).split("\n"))
        return "\n".join(line for line in lines if line)


@dataclass(slots=True)
class _Table:
    attributes: dict[str, str]
    rows: list[list[_Cell]] = field(default_factory=list)
    open_cell: _Cell | None = None
    in_head: bool = False


def tables_in(markup: str, name: str, place: Place | None = None) -> Iterator[PredictedTable]:
    """Every `<table>` of `markup`, in the order in which they begin.

    `place` is where they all stand; without it an attribute `data-page` says the page.

    Raises:
        LimitExceeded: more text or addresses than a table may have.
    """
    if len(markup) > MAX_CHARACTERS:
        raise LimitExceeded(f"HTML of more than {MAX_CHARACTERS} characters", name=name)
    parser = _Parser()
    parser.feed(markup)
    parser.close()
    for table in parser.tables:
        yield _grid(table, name).finish(place or Place(_page(table.attributes)))


def _grid(table: _Table, name: str) -> Grid:
    grid = Grid(name, len(table.rows))
    for row, cells in enumerate(table.rows):
        col = 0
        for cell in cells:
            col = grid.free(row, col)
            row_span = cell.row_span or len(table.rows) - row
            col = grid.add(Cell(row, col, row_span, cell.col_span, header=cell.header, text=cell.text)).col
    return grid


def _page(attributes: dict[str, str]) -> int | None:
    page = attributes.get("data-page", "").strip()
    return int(page) or None if re.fullmatch(r"\d{1,6}", page, re.ASCII) else None


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[_Table] = []
        self._open: list[_Table] = []  # outermost first

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "table":
            self._open.append(_Table(attributes))
            self.tables.append(self._open[-1])
        elif self._open:
            self._start(self._open[-1], tag, attributes)

    def _start(self, table: _Table, tag: str, attributes: dict[str, str]) -> None:
        if tag == "tr":
            table.open_cell = None
            table.rows.append([])
        elif tag in ("td", "th"):
            if not table.rows:
                table.rows.append([])
            row_span = _span(attributes.get("rowspan"), MAX_ROW_SPAN)
            col_span = _span(attributes.get("colspan"), MAX_COL_SPAN) or 1
            table.open_cell = _Cell(row_span, col_span, tag == "th" or table.in_head)
            table.rows[-1].append(table.open_cell)
        elif tag in ("thead", "tbody", "tfoot"):
            table.open_cell, table.in_head = None, tag == "thead"
        elif tag in _BREAKS and table.open_cell:
            table.open_cell.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if not self._open:
            return
        table = self._open[-1]
        if tag == "table":
            self._open.pop()
        elif tag in ("td", "th", "tr"):
            table.open_cell = None
        elif tag == "thead":
            table.open_cell, table.in_head = None, False
        elif tag in _BREAKS and table.open_cell:
            table.open_cell.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1].open_cell and self.cdata_elem is None:
            self._open[-1].open_cell.pieces.append(_SPACE.sub(" ", data))


def _span(given: str | None, most: int) -> int:
    """A span as browsers take it: its leading digits, up to `most`; 1 if there are none."""
    digits = re.match(r"\s*\+?(\d{1,9})", given or "", re.ASCII)
    return min(int(digits[1]), most) if digits else 1
