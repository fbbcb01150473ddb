"""Pages to typeset: hand-checked tables in HTML with a TOML file of what stands around them.

`tables/<name>.html` holds one `<table>` per table of the page, as people label tables:
`rowspan`, `colspan`, `<th>` for header cells. `tables/<name>.toml` says the rest: titles,
the lines above and below, widths and roles of the columns. A cell's `class` may be
`amount` (in a form, whose columns have no one role), `center` or `indent`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, get_args

from ..document import ColumnRole, Stage
from ..errors import InputError, MissingInput

TABLES = Path(__file__).parent / "tables"


@dataclass(frozen=True, slots=True)
class SheetCell:
    """A cell as labelled: its address, spans, exact text and the `class` of its element."""

    row: int
    col: int
    row_span: int
    col_span: int
    header: bool
    text: str
    style: str


@dataclass(frozen=True, slots=True)
class SheetTable:
    """A table and its lines; `columns` are (role, width in points)."""

    kind: str
    cells: tuple[SheetCell, ...]
    columns: tuple[tuple[ColumnRole, float], ...]
    title: str = ""
    left: str = ""
    right: str = ""
    notes: tuple[str, ...] = ()

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return max(c.row + c.row_span for c in self.cells), len(self.columns)

    @property
    def header_rows(self) -> int:
        """The leading rows in which only header cells start."""
        body = [c.row for c in self.cells if not c.header]
        return min(body, default=self.shape[0])


@dataclass(frozen=True, slots=True)
class Sheet:
    """One A4 page.

    `unit` is that of every amount on it; `size` is the font's and `padding` the space above
    and below the text of a cell, in points.
    """

    name: str
    tables: tuple[SheetTable, ...]
    year: int
    stage: Stage
    unit: str
    organization: str
    size: float
    padding: float = 2.0
    landscape: bool = False


def load(name: str, folder: Path = TABLES) -> Sheet:
    """Read `<name>.toml` and `<name>.html`.

    Raises:
        MissingInput: there is no such pair of files.
        InputError: they contradict each other or a key is missing.
    """
    try:
        about = tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))
        grids = parse_tables((folder / f"{name}.html").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise MissingInput("no such sheet", name=str(error.filename)) from None
    try:
        entries = about.pop("tables")
        tables = tuple(_table(entry, cells) for entry, cells in zip(entries, grids, strict=True))
        return Sheet(name=name, tables=tables, **about)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"not a sheet: {error}", name=name) from None


def _table(entry: dict[str, Any], cells: tuple[SheetCell, ...]) -> SheetTable:
    columns = tuple((role, float(width)) for role, width in entry.pop("columns"))
    unknown = {role for role, _ in columns} - set(get_args(ColumnRole))
    if unknown:
        raise ValueError(f"no column role: {', '.join(sorted(unknown))}")
    notes = tuple(entry.pop("notes", ()))
    table = SheetTable(cells=cells, columns=columns, notes=notes, **entry)
    covered = sum(c.row_span * c.col_span for c in cells)
    if covered != table.shape[0] * table.shape[1] or max(c.col + c.col_span for c in cells) != len(columns):
        raise ValueError(f"{table.title}: the cells do not fill {table.shape[0]} × {table.shape[1]}")
    return table


def parse_tables(html: str) -> list[tuple[SheetCell, ...]]:
    """The cells of each `<table>`, put at the first free address of their row as browsers do."""
    parser = _TableParser()
    parser.feed(html)
    parser.close()
    return [tuple(cells) for cells in parser.tables]


class _TableParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[SheetCell]] = []
        self._row = -1
        self._taken: set[tuple[int, int]] = set()
        self._open: dict[str, Any] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
            self._row, self._taken = -1, set()
        elif tag == "tr":
            self._row += 1
        elif tag in ("td", "th"):
            values = dict(attrs)
            self._open = {
                "row_span": int(values.get("rowspan") or 1),
                "col_span": int(values.get("colspan") or 1),
                "header": tag == "th",
                "text": "",
                "style": values.get("class") or "",
            }

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._open["text"] += data

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("td", "th") or self._open is None:
            return
        col = 0
        while (self._row, col) in self._taken:
            col += 1
        cell = SheetCell(row=self._row, col=col, **self._open)
        self._taken |= {(cell.row + r, col + c) for r in range(cell.row_span) for c in range(cell.col_span)}
        self.tables[-1].append(cell)
        self._open = None
