"""A document as one Excel workbook: a list of its tables, a sheet per table, and its equations.

Amounts become numbers only where the number says exactly what is printed; all else is a
string, never a formula or a link. What Excel cannot hold is not cut off: a grid beyond
its rows or columns goes on on a further sheet, a text beyond its cell on a last sheet.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ..amounts import Amount, parse
from ..document import Cell, Document, Table
from .characters import cut, display_width, is_formula_like, printable
from .equations import Places
from .palette import HEADER_COLOR, STATE_COLORS
from .states import STATE_NAMES, STATES, counts, explained, unexplained

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

MAX_ROWS = 1_048_576
MAX_COLS = 16_384
MAX_CHARACTERS = 32_767  # of a cell, in UTF-16 units
MAX_NAME = 31  # of a sheet, in UTF-16 units
MAX_LINKS = 65_530  # of a sheet
EXACT_DIGITS = 15  # what a double, Excel's only number, keeps of any decimal
COMMENT_CHARACTERS = 1000  # a comment is for reading; document.json has the whole

_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
_OVERVIEW = (
    "id",
    "title",
    "kind",
    "page",
    "rows",
    "columns",
    "unit",
    "year",
    "amounts",
    *STATES,
    "organization",
)
_WIDTHS = (12, 48, 40, 8, 8, 9, 10, 8, 9, *(11 for _ in STATES), 40)
# `sheets.workbooks` knows the sheet by the first four.
_EQUATIONS = (
    "id", "relation", "strength", "origin", "total", "equation", "addresses", "residual", "tolerance",
    "holds", "reason",
)  # fmt: skip
_EQUATION_WIDTHS = (6, 10, 10, 16, 30, 60, 60, 12, 10, 8, 60)
_ILLEGAL_IN_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f]")


def write_xlsx(document: Document) -> bytes:
    """The workbook as bytes; the same document gives the same bytes.

    A cell is a number if its text is exactly one amount, equal to `amount` and of at most
    15 significant digits, and then shows as printed: commas, decimals, brackets; a percent
    sign is part of the format, so that 12.5% is the number 12.5, as in document.json. Fill
    shows the state; a comment says why a cell was corrected or is disputed, and keeps the
    first reading where the text was changed. Every equation stands on a sheet of its own.
    """
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, _OPTIONS) as workbook:
        workbook.set_properties({"created": datetime(1980, 1, 1), "comments": "written by crossfoot"})
        _Book(workbook).write(document)
    return buffer.getvalue()


@dataclass(frozen=True)
class _Piece:
    """The part of a table's grid that one sheet holds: almost always all of it."""

    table: Table
    sheet: str
    rows: range
    cols: range


@dataclass
class _Book:
    workbook: Workbook
    formats: dict[tuple[tuple[str, Any], ...], Format] = field(default_factory=dict)
    overflow: list[tuple[str, int, int, str]] = field(default_factory=list)
    sentences: dict[tuple[str, int, int], str] = field(default_factory=dict)

    def write(self, document: Document) -> None:
        names = _Names()
        self.sentences = explained(document)
        overview = self.workbook.add_worksheet(names.unique("Tables"))
        pieces = [piece for table in document.tables for piece in _pieces(table, names)]
        for piece in pieces:
            self._piece(self.workbook.add_worksheet(piece.sheet), piece)
        self._overview(overview, document, pieces)
        if document.equations:
            self._equations(self.workbook.add_worksheet(names.unique("Equations")), document)
        if self.overflow:
            self._overflow(self.workbook.add_worksheet(names.unique("Long texts")))

    def _overview(self, sheet: Worksheet, document: Document, pieces: list[_Piece]) -> None:
        first_sheet: dict[int, str] = {}
        for piece in pieces:
            first_sheet.setdefault(id(piece.table), piece.sheet)
        self._head(sheet, _OVERVIEW, _WIDTHS)
        for row, table in enumerate(document.tables[: MAX_ROWS - 1], start=1):
            page = table.parts[0].page if table.parts else None
            amounts = sum(cell.amount is not None for cell in table.cells)
            about: list[str | int | None] = [table.id, table.title, table.kind, page]
            about += [
                *table.shape,
                table.unit,
                table.year,
                amounts,
                *counts([table]).values(),
                table.organization,
            ]
            for col, value in enumerate(about):
                self._plain(sheet, row, col, value)
            if row <= MAX_LINKS:
                target = first_sheet[id(table)].replace("'", "''")
                shown = cut(printable(table.id), MAX_CHARACTERS)[0] or "?"
                sheet.write_url(row, 0, f"internal:'{target}'!A1", string=shown)
        self._legend(sheet, min(len(document.tables), MAX_ROWS - len(STATES) - 3) + 2, document)

    def _legend(self, sheet: Worksheet, row: int, document: Document) -> None:
        """Below the list what the fills mean, where any cell has a state."""
        if not any(counts(document.tables).values()):
            return
        for number, state in enumerate(STATES):
            fill = {"bg_color": STATE_COLORS[state]} if state in STATE_COLORS else {}
            sheet.write_string(row + number, 1, f"{state} {STATE_NAMES[state]}", self._format(**fill))
        if left := unexplained(document.tables, len(self.sentences)):
            sheet.write_string(row + len(STATES), 1, left)

    def _equations(self, sheet: Worksheet, document: Document) -> None:
        """A row per equation, with amounts as printed and with addresses."""
        places = Places(document)
        self._head(sheet, _EQUATIONS, _EQUATION_WIDTHS)
        for row, equation in enumerate(document.equations[: MAX_ROWS - 1], start=1):
            name = places.name(equation.total)
            holds = {True: "yes", False: "no", None: None}[equation.holds]
            values = (
                equation.id,
                equation.relation,
                equation.strength,
                equation.origin,
                f"{places.address(equation.total)} {name}".strip(),
                places.formula(equation),
                places.addresses(equation),
                None if equation.residual is None else format(equation.residual, "f"),
                format(equation.tolerance, "f"),
                holds,
                equation.reason,
            )
            for col, value in enumerate(values):
                self._plain(sheet, row, col, value)

    def _overflow(self, sheet: Worksheet) -> None:
        self._head(sheet, ("table", "row", "col", "text"), (12, 8, 8, 120))
        row = 1
        for table_id, cell_row, cell_col, text in self.overflow:
            rest = text
            while rest and row < MAX_ROWS:
                head, rest = cut(rest, MAX_CHARACTERS)
                values: list[str | int] = [table_id, cell_row, cell_col, head]
                for col, value in enumerate(values):
                    self._plain(sheet, row, col, value)
                row += 1

    def _head(self, sheet: Worksheet, titles: tuple[str, ...], widths: tuple[int, ...]) -> None:
        for col, (title, width) in enumerate(zip(titles, widths, strict=True)):
            sheet.set_column(col, col, width)
            sheet.write_string(0, col, title, self._format(bold=True, bg_color=HEADER_COLOR))
        sheet.freeze_panes(1, 0)

    def _plain(self, sheet: Worksheet, row: int, col: int, value: str | int | None) -> None:
        if isinstance(value, int) and abs(value) < 10**EXACT_DIGITS:
            sheet.write_number(row, col, value)
        elif value is not None:
            text = cut(printable(str(value)), MAX_CHARACTERS)[0]
            sheet.write_string(row, col, text, self._format(quote_prefix=is_formula_like(text)))

    def _piece(self, sheet: Worksheet, piece: _Piece) -> None:
        widths: dict[int, int] = {}
        for cell in piece.table.cells:
            self._cell(sheet, piece, cell)
            if cell.col_span == 1:
                widths[cell.col] = max(widths.get(cell.col, 0), display_width(cell.text))
        for col in piece.cols:
            sheet.set_column(
                col - piece.cols.start, col - piece.cols.start, min(max(widths.get(col, 0), 6), 40) + 2
            )
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})  # codes are text on purpose
        if piece.rows.start == 0 and 0 < piece.table.header_rows < len(piece.rows):
            sheet.freeze_panes(piece.table.header_rows, 0)

    def _cell(self, sheet: Worksheet, piece: _Piece, cell: Cell) -> None:
        top, bottom = max(cell.row, piece.rows.start), min(cell.rows.stop, piece.rows.stop)
        left, right = max(cell.col, piece.cols.start), min(cell.cols.stop, piece.cols.stop)
        if top >= bottom or left >= right:
            return
        begins_here = (top, left) == (cell.row, cell.col)
        shown = self._shown(piece.table, cell) if begins_here else ""
        number = _number(cell) if begins_here else None
        look = self._look(cell, shown, number)
        row, col = top - piece.rows.start, left - piece.cols.start
        if (bottom - top) * (right - left) > 1:
            last_row, last_col = bottom - 1 - piece.rows.start, right - 1 - piece.cols.start
            sheet.merge_range(row, col, last_row, last_col, "", look)
        if number is not None:
            sheet.write_number(row, col, float(number.value), look)
        elif shown:
            sheet.write_string(row, col, shown, look)
        else:
            sheet.write_blank(row, col, None, look)  # an empty string would count as content
        if begins_here and (comment := self._comment(piece.table, cell)):
            sheet.write_comment(row, col, comment)

    def _comment(self, table: Table, cell: Cell) -> str:
        """Why the cell is in its state, and what was read first if the text was changed."""
        lines = [self.sentences.get((table.id, cell.row, cell.col), "")]
        if cell.reading is not None and cell.reading.text != cell.text:
            lines.append(f"read: {cell.reading.text}")
        head, rest = cut(printable("\n".join(line for line in lines if line)), COMMENT_CHARACTERS)
        return head + "…" * bool(rest)

    def _shown(self, table: Table, cell: Cell) -> str:
        text = printable(cell.text)
        if not cut(text, MAX_CHARACTERS)[1]:
            return text
        self.overflow.append((table.id, cell.row, cell.col, text))
        return cut(text, MAX_CHARACTERS - 1)[0] + "…"

    def _look(self, cell: Cell, shown: str, number: Amount | None) -> Format:
        look: dict[str, Any] = {"border": 1, "border_color": "#BFBFBF", "valign": "vcenter"}
        if cell.header:
            look |= {"bold": True, "align": "center", "bg_color": HEADER_COLOR}
        if cell.amount is not None:
            look |= {"align": "right"}
        if cell.state in STATE_COLORS:
            look |= {"bg_color": STATE_COLORS[cell.state]}
        if number is not None:
            return self._format(**look, num_format=_number_format(number))
        # The prefix keeps text from becoming a formula when somebody edits or copies it.
        return self._format(**look, text_wrap=True, quote_prefix=is_formula_like(shown))

    def _format(self, **properties: Any) -> Format:
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.workbook.add_format(properties)
        return self.formats[key]


def _number(cell: Cell) -> Amount | None:
    """The amount to be written as a number, or None where a number would not say what is printed."""
    if cell.amount is None:
        return None
    amount = parse(cell.text)
    if amount is None or amount.value != cell.amount or (not amount.value and amount.value.is_signed()):
        return None
    return amount if _significant(amount.value) <= EXACT_DIGITS else None


def _significant(value: Decimal) -> int:
    return len("".join(map(str, value.as_tuple().digits)).strip("0"))


def _number_format(amount: Amount) -> str:
    digits = "#,##0" if amount.grouped else "0"
    if amount.decimals:
        digits += "." + "0" * amount.decimals
    percent = '"%"' if amount.percent else ""  # unquoted, Excel would multiply by 100
    return f"{digits}{percent};({digits}){percent}" if amount.brackets else digits + percent


def _pieces(table: Table, names: _Names) -> Iterator[_Piece]:
    rows, cols = table.shape
    for top in range(0, max(rows, 1), MAX_ROWS):
        for left in range(0, max(cols, 1), MAX_COLS):
            sheet = names.unique(table.title or table.id)
            yield _Piece(
                table,
                sheet,
                range(top, min(top + MAX_ROWS, rows)),
                range(left, min(left + MAX_COLS, cols)),
            )


class _Names:
    """Gives out sheet names that Excel accepts and holds for different."""

    def __init__(self) -> None:
        self._taken = {"history"}  # Excel keeps this name for itself

    def unique(self, wanted: str) -> str:
        """`wanted` without illegal characters, cut to 31, numbered if it was given out before."""
        base = _ILLEGAL_IN_NAME.sub(" ", printable(wanted))
        base = " ".join(base.split()).strip("'") or "table"
        number, name = 1, cut(base, MAX_NAME)[0].rstrip("' ")
        while self._key(name) in self._taken:
            number += 1
            suffix = f" ({number})"
            name = cut(base, MAX_NAME - len(suffix))[0] + suffix
        self._taken.add(self._key(name))
        return name

    @staticmethod
    def _key(name: str) -> str:
        return unicodedata.normalize("NFKC", name).casefold()
