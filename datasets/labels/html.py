"""Tables in HTML → cells at their addresses, as browsers place them.

A cell takes the first free address of its row; `rowspan="0"` reaches to the end of its row
group (HTML Living Standard, 4.9.12, Forming a table). What a browser would silently mend,
cells over cells and spans out of the table, is refused by its address: a label that says
something impossible must not become a truth. Closing tags may be missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Literal, NoReturn

from ...document import MAX_ADDRESSES
from ...errors import InputError, LimitExceeded
from ...sheets.markup import require_ended

Gaps = Literal["refuse", "blank", "keep"]
"""What becomes of addresses that no cell covers."""

MAX_CHARACTERS = 32 << 20  # of a file of labels
MAX_TABLES = 10_000
MAX_COL_SPAN = 1000  # as the standard has it
MAX_ROW_SPAN = 65_534
_SPACE = re.compile(r"[ \t\n\r\f\xa0]+")
_GROUPS = frozenset({"thead", "tbody", "tfoot"})
_BLOCK = "\x1e"  # stands for the edge of a block; two edges in a row make one line break
_BREAKS = {"br": "\n"} | dict.fromkeys(("p", "div", "li", "ul", "ol"), _BLOCK)


@dataclass(frozen=True, slots=True)
class HtmlCell:
    """A cell: address, spans, text with `<br>` as a line feed, and the attributes of its element."""

    row: int
    col: int
    row_span: int
    col_span: int
    header: bool
    text: str
    attributes: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class HtmlTable:
    """A table: its cells in the order of the file, its caption and the attributes of its element."""

    cells: tuple[HtmlCell, ...]
    shape: tuple[int, int]
    caption: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


def html_tables(text: str, name: str = "", *, gaps: Gaps = "refuse") -> tuple[HtmlTable, ...]:
    """Every `<table>` of `text`; `name` is what messages call it.

    Cells of `<thead>` and `<th>` cells are header cells. Runs of white space count as one
    space; the ideographic space is kept.

    Raises:
        InputError: a table within a table, cells over cells, a span that is no number or
            reaches out of the table, with `gaps="refuse"` an address without a cell, or
            text between cells; each with the number of the table and the address.
        LimitExceeded: more text, tables or addresses than labels may have.
    """
    if len(text) > MAX_CHARACTERS:
        raise LimitExceeded(f"has more than {MAX_CHARACTERS} characters", name=name)
    require_ended(text, name)
    parser = _Parser(name, gaps)
    try:
        parser.feed(text)
        parser.close()
    except AssertionError as error:  # what the parser says of malformed declarations
        raise InputError(f"is no HTML: {error}"[:200], name=name) from None
    parser.end_table()
    return tuple(parser.tables)


class _Grid:
    """The addresses of one table, filled row by row."""

    def __init__(self) -> None:
        self.row = -1
        self.cells: list[HtmlCell] = []
        self.taken: set[tuple[int, int]] = set()
        self._col = 0
        self._growing: list[int] = []  # cells that reach to the end of the row group

    def start_row(self) -> None:
        self.row += 1
        self._col = 0
        for index in self._growing:
            cell = self.cells[index]
            self.cells[index] = replace(cell, row_span=cell.row_span + 1)
            self._take(self.row, cell.col, 1, cell.col_span)

    def end_group(self) -> None:
        self._growing = []

    def add(self, row_span: int, col_span: int, header: bool, attributes: dict[str, str]) -> None:
        while (self.row, self._col) in self.taken:
            self._col += 1
        self._take(self.row, self._col, row_span or 1, col_span)
        if row_span == 0:
            self._growing.append(len(self.cells))
        self.cells.append(HtmlCell(self.row, self._col, row_span or 1, col_span, header, "", attributes))

    def _take(self, row: int, col: int, row_span: int, col_span: int) -> None:
        if len(self.taken) + row_span * col_span > MAX_ADDRESSES:
            raise LimitExceeded(f"cell ({row}, {col}): the table has more than {MAX_ADDRESSES} addresses")
        for address in ((row + r, col + c) for r in range(row_span) for c in range(col_span)):
            if address in self.taken:
                raise InputError(f"address {address} is covered twice")
            self.taken.add(address)

    def finish(self, gaps: Gaps) -> tuple[int, int]:
        """The shape, once every address is accounted for."""
        rows, cols = self.row + 1, max((c.col + c.col_span for c in self.cells), default=0)
        if not cols:
            raise InputError("has no cells")
        for cell in self.cells:
            if cell.row + cell.row_span > rows:
                raise InputError(f"cell ({cell.row}, {cell.col}) reaches out of the {rows} rows")
        if rows * cols > MAX_ADDRESSES:
            raise LimitExceeded(f"has more than {MAX_ADDRESSES} addresses")
        if gaps == "keep" or len(self.taken) == rows * cols:
            return rows, cols
        free = [(r, c) for r in range(rows) for c in range(cols) if (r, c) not in self.taken]
        if gaps == "refuse":
            raise InputError(f"address {free[0]} is covered by no cell")
        self.cells += [HtmlCell(row, col, 1, 1, False, "") for row, col in free]
        return rows, cols


class _Parser(HTMLParser):
    def __init__(self, name: str, gaps: Gaps) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[HtmlTable] = []
        self._name = name
        self._gaps = gaps
        self._grid = _Grid()
        self._attributes: dict[str, str] = {}
        self._caption = ""
        self._in_table = self._in_head = self._in_row = False
        self._text_of: Literal["cell", "caption", ""] = ""
        self._pieces: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "table":
            self._start_table(attributes)
        elif not self._in_table:
            return
        elif tag in ("td", "th"):
            self._start_cell(tag, attributes)
        elif tag == "tr":
            self._start_row()
        elif tag in _GROUPS:
            self._end_group()
            self._in_head = tag == "thead"
        elif tag == "caption":
            self._end_text()
            self._text_of = "caption"
        elif tag in _BREAKS:
            self._pieces.append(_BREAKS[tag])

    def handle_endtag(self, tag: str) -> None:
        if not self._in_table:
            return
        if tag in ("td", "th", "caption"):
            self._end_text()
        elif tag == "tr":
            self._end_text()
            self._in_row = False
        elif tag in _GROUPS:
            self._end_group()
        elif tag == "table":
            self.end_table()
        elif tag != "br" and tag in _BREAKS:
            self._pieces.append(_BREAKS[tag])

    def handle_data(self, data: str) -> None:
        if not self._in_table or self.cdata_elem is not None:  # the latter in scripts and styles
            return
        if self._text_of:
            self._pieces.append(_SPACE.sub(" ", data.replace(_BLOCK, "")))
        elif data.strip():
            self._refuse(InputError(f"text between cells: {data.strip()[:40]!r}"))

    def _start_table(self, attributes: dict[str, str]) -> None:
        if self._in_table:
            cell = self._grid.cells[-1] if self._text_of == "cell" else None
            place = f"cell ({cell.row}, {cell.col}): " if cell else ""
            self._refuse(InputError(f"{place}a table within a table"))
        if len(self.tables) >= MAX_TABLES:
            raise LimitExceeded(f"has more than {MAX_TABLES} tables", name=self._name)
        self._grid, self._attributes, self._caption = _Grid(), attributes, ""
        self._in_table = True

    def _start_row(self) -> None:
        self._end_text()
        with self._located():
            self._grid.start_row()
        self._in_row = True

    def _start_cell(self, tag: str, attributes: dict[str, str]) -> None:
        self._end_text()
        if not self._in_row:
            self._start_row()
        with self._located():
            row_span = _span(attributes, "rowspan", MAX_ROW_SPAN)
            col_span = _span(attributes, "colspan", MAX_COL_SPAN) or 1
            self._grid.add(row_span, col_span, tag == "th" or self._in_head, attributes)
        self._text_of = "cell"

    def _end_text(self) -> None:
        text = "".join(self._pieces)
        if self._text_of == "caption":
            self._caption = _lines(text)
        elif self._text_of == "cell":
            self._grid.cells[-1] = replace(self._grid.cells[-1], text=_lines(text))
        self._text_of = ""
        self._pieces = []

    def _end_group(self) -> None:
        self._end_text()
        self._grid.end_group()
        self._in_head = self._in_row = False

    def end_table(self) -> None:
        """Close the open table, if there is one."""
        if not self._in_table:
            return
        self._end_group()
        with self._located():
            shape = self._grid.finish(self._gaps)
        self.tables.append(HtmlTable(tuple(self._grid.cells), shape, self._caption, self._attributes))
        self._in_table = False

    @contextmanager
    def _located(self) -> Iterator[None]:
        try:
            yield
        except InputError as error:
            self._refuse(error)

    def _refuse(self, error: InputError) -> NoReturn:
        reason = f"table {len(self.tables) + 1}: {error.reason}"
        raise type(error)(reason, name=self._name) from None


def _span(attributes: dict[str, str], which: str, most: int) -> int:
    given = attributes.get(which, "").strip() or "1"
    if not re.fullmatch(r"\d{1,9}", given, re.ASCII) or int(given) > most:
        raise InputError(f"{which}={given[:40]!r} is no number up to {most}")
    return int(given)


def _lines(text: str) -> str:
    """The text of an element: one line for each `<br>` and for each block in it."""
    text = re.sub(rf"[ {_BLOCK}]*{_BLOCK}[ {_BLOCK}]*", _BLOCK, text).strip(f" {_BLOCK}")
    lines = text.replace(_BLOCK, "\n").split("\n")
    return "\n".join(_SPACE.sub(" ", line).strip(" ") for line in lines).strip("\n")
