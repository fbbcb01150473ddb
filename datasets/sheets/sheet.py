"""Pages to typeset: hand-checked tables in HTML with a TOML file of what stands around them.

`tables/<name>.html` holds one `<table>` per table of the page, as people label tables:
`rowspan`, `colspan`, `<th>` for header cells. `tables/<name>.toml` says the rest: titles,
the lines above and below, widths and roles of the columns. A cell's `class` may be
`amount` (in a form, whose columns have no one role), `center` or `indent`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from ...document import ColumnRole, Stage
from ...errors import InputError, MissingInput
from ..labels.html import html_tables

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
    return [
        tuple(
            SheetCell(c.row, c.col, c.row_span, c.col_span, c.header, c.text, c.attributes.get("class", ""))
            for c in table.cells
        )
        for table in html_tables(html, gaps="keep")
    ]
