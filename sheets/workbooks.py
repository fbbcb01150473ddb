"""Tables in a workbook → cells at their addresses, with the text that the workbook shows.

One table per sheet, merged ranges as spans. A number is shown by its format, so that 4 under
`000` is the code 004 and 1234.5 under `#,##0.00` reads 1,234.50. What cannot be shown so is
refused by the name of its cell, or shown as nearly as can be, whichever the caller wants.
"""

from __future__ import annotations

import re
import warnings
import zipfile
import zlib
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from ..amounts import Amount, parse
from ..document import Cell
from ..errors import InputError, LimitExceeded, MissingInput
from .numbers import EXACT_DIGITS, show_number

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

MAX_BYTES = 32 << 20  # of a workbook, unpacked
MAX_MEMBERS = 10_000
MAX_CELLS = 200_000  # of a sheet; a workbook in memory takes kilobytes for each
# The first sheet of the workbooks that `digitize` writes.
_OVERVIEW = ("id", "title", "kind", "page", "rows", "columns", "unit", "year")
# And their last: the equations, and texts that are too long for a cell.
_EQUATIONS = ("id", "relation", "strength", "origin")
_LONG_TEXTS = ("table", "row", "col", "text")
_CODES = ("utf-8", "utf-16-le", "utf-16-be")
_SHEET = tuple(name.encode(code) for name in ("sheetData", "mergeCell", "hyperlink") for code in _CODES)
_REF = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})(?::\$?([A-Za-z]{1,3})\$?(\d{1,7}))?", re.ASCII)
_CURRENCY = re.compile(r"[¥￥$€£]\s*")
_DOCTYPE = tuple("<!DOCTYPE".encode(code) for code in _CODES)


@dataclass(frozen=True, slots=True)
class SheetAbout:
    """What the list of tables in a workbook of `digitize` says of one."""

    title: str | None = None
    kind: str | None = None
    unit: str | None = None
    year: int | None = None
    organization: str | None = None


@dataclass(frozen=True)
class SheetTable:
    """The table of one sheet; `header_rows` are those that stay in view, 0 where none do.

    `about` is None where the workbook has no list of tables.
    """

    name: str
    cells: tuple[Cell, ...]
    shape: tuple[int, int]
    header_rows: int
    about: SheetAbout | None = None


def xlsx_tables(path: Path, *, nearly: bool = False) -> tuple[SheetTable, ...]:
    """The table of each sheet: from its first row and column to the last filled or ruled cell.

    Args:
        path: the workbook.
        nearly: show dates, errors and unknown number formats as nearly as can be, pass over
            empty sheets and cut texts, instead of refusing them.

    Raises:
        InputError: no workbook, no sheet with a table, a formula that was never computed, or
            a cell that cannot be shown.
        LimitExceeded: larger than a workbook may be.
    """
    book, formulas = _open(path)
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    about = _take_about(sheets)
    if sheets and _starts(sheets[-1], _LONG_TEXTS):
        if not nearly:
            raise InputError("has texts too long for a cell; label from document.json", name=str(path))
        sheets.pop()
    if about is not None and sheets and _starts(sheets[-1], _EQUATIONS):
        sheets.pop()
    if nearly:
        kept = [number for number, sheet in enumerate(sheets) if not _is_empty(sheet)]
        about = [about[n] for n in kept] if about is not None and len(about) == len(sheets) else None
        sheets = [sheets[n] for n in kept]
    if about is not None and len(about) != len(sheets):  # sheets were added or removed
        about = None
    if not sheets:
        raise InputError("has no sheet with a table", name=str(path))
    return tuple(
        _table(sheet, formulas[sheet.title], str(path), about[n] if about else None, nearly=nearly)
        for n, sheet in enumerate(sheets)
    )


def _take_about(sheets: list[Worksheet]) -> list[SheetAbout] | None:
    """The list of tables, taken from the front of the sheets; None where there is none."""
    if not sheets or not _starts(sheets[0], _OVERVIEW):
        return None
    head, *rows = sheets.pop(0).iter_rows(values_only=True)
    listed = [dict(zip(head, row, strict=False)) for row in rows]
    # Below the list, after a blank row, stands what the colours mean.
    return [_about(entry) for entry in takewhile(lambda entry: any(entry.values()), listed)]


def _about(entry: dict[Any, Any]) -> SheetAbout:
    year = entry.get("year")
    return SheetAbout(
        title=_string(entry.get("title")),
        kind=_string(entry.get("kind")),
        unit=_string(entry.get("unit")),
        year=year if isinstance(year, int) else None,
        organization=_string(entry.get("organization")),
    )


def _string(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _is_empty(sheet: Worksheet) -> bool:
    few = sheet.max_row * sheet.max_column <= MAX_CELLS  # else it is refused with its name
    return few and all(value is None for row in sheet.iter_rows(values_only=True) for value in row)


def _open(path: Path) -> tuple[Any, Any]:
    """The workbook with the values that were last computed, and the same with its formulas."""
    _require_harmless(path)
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what it drops: drawings, validation, conditional formats
            return load_workbook(path, data_only=True), load_workbook(path)
    except Exception as error:  # its parsers raise whatever they stumble over
        first = next(iter(str(error).splitlines()), "")  # the rest is advice on where to report it
        reason = f"cannot be read as a workbook: {type(error).__name__}: {first}"
        raise InputError(reason, name=str(path)) from None


def _require_harmless(path: Path) -> None:
    """Refuse what would swell when unpacked or parsed, before anything parses it."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MAX_MEMBERS or sum(m.file_size for m in members) > MAX_BYTES:
                raise LimitExceeded(f"unpacks to more than {MAX_BYTES >> 20} MiB", name=str(path))
            for member in members:
                data = archive.read(member)  # never longer than its stated size
                if any(mark in data for mark in _DOCTYPE) and member.filename.lower().endswith(
                    (".xml", ".rels", ".vml")
                ):
                    raise InputError(f"{member.filename} declares a document type", name=str(path))
                if any(mark in data for mark in _SHEET):
                    _require_few_cells(data, f"{path}, {member.filename}")
    except FileNotFoundError:
        raise MissingInput("no such file", name=str(path)) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise InputError(f"is no workbook: {error}", name=str(path)) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", name=str(path)) from None


def _require_few_cells(data: bytes, place: str) -> None:
    """Refuse what openpyxl makes an object of for each cell: a merged or linked A1:XFD1048576, say."""
    count = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal count
        name = tag.rpartition(" ")[2]
        if name in ("mergeCell", "hyperlink"):
            count += _area(attributes.get("ref", ""))
        elif name == "c":
            count += 1
        if count > MAX_CELLS:
            raise LimitExceeded(f"has, merges or links more than {MAX_CELLS} cells", name=place)

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise InputError(f"cannot be read: {error}", name=place) from None


def _area(ref: str) -> int:
    found = _REF.fullmatch(ref)
    if found is None:
        raise ValueError(f"{ref[:40]!r} is no range of cells")
    left, top, right, bottom = found.groups()
    across = abs(_column(right or left) - _column(left)) + 1
    return across * (abs(int(bottom or top) - int(top)) + 1)


def _column(letters: str) -> int:
    return reduce(lambda number, letter: number * 26 + ord(letter.upper()) - 64, letters, 0)


def _starts(sheet: Worksheet, header: tuple[str, ...]) -> bool:
    first = next(sheet.iter_rows(max_row=1, max_col=len(header), values_only=True), ())
    return tuple(first) == header


def _table(
    sheet: Worksheet, formulas: Worksheet, file: str, about: SheetAbout | None, *, nearly: bool
) -> SheetTable:
    place = f"{file}, sheet {sheet.title}"
    merged = [r.bounds for r in sheet.merged_cells.ranges]  # left, top, right, bottom, from 1
    rows, cols = _extent(formulas, merged, place)
    spans = {(top, left): (bottom - top + 1, right - left + 1) for left, top, right, bottom in merged}
    covered = {
        (row, col)
        for left, top, right, bottom in merged
        for row in range(top, bottom + 1)
        for col in range(left, right + 1)
    } - set(spans)
    header_rows = min(_frozen_rows(sheet), rows)
    cells = [
        Cell(
            row - 1,
            col - 1,
            *spans.get((row, col), (1, 1)),
            header=row <= header_rows,
            text=_text(sheet.cell(row, col), formulas.cell(row, col), place, nearly=nearly),
        )
        for row in range(1, rows + 1)
        for col in range(1, cols + 1)
        if (row, col) not in covered
    ]
    return SheetTable(sheet.title, tuple(cells), (rows, cols), header_rows, about)


def _extent(sheet: Worksheet, merged: list[tuple[int, int, int, int]], place: str) -> tuple[int, int]:
    """Rows and columns; an empty column at the edge belongs to the table if it is ruled."""
    area = sum((bottom - top + 1) * (right - left + 1) for left, top, right, bottom in merged)
    if max(area, sheet.max_row * sheet.max_column) > MAX_CELLS:
        raise LimitExceeded(f"has more than {MAX_CELLS} cells", name=place)
    used = [(bottom, right) for _, _, right, bottom in merged]
    used += [
        (row, col)
        for row, cells in enumerate(sheet.iter_rows(min_row=1, min_col=1), start=1)
        for col, cell in enumerate(cells, start=1)
        if cell.value is not None or _ruled(cell)
    ]
    if not used:
        raise InputError("has no table", name=place)
    return max(row for row, _ in used), max(col for _, col in used)


def _ruled(cell: Any) -> bool:
    border = cell.border
    return any(
        side is not None and side.style for side in (border.left, border.right, border.top, border.bottom)
    )


def _frozen_rows(sheet: Worksheet) -> int:
    pane = re.fullmatch(r"[A-Z]+([0-9]+)", str(sheet.freeze_panes or ""))
    return int(pane[1]) - 1 if pane else 0


def _text(cell: Any, formula: Any, place: str, *, nearly: bool) -> str:
    """What the workbook shows in a cell."""
    name = f"{place}, cell {cell.coordinate}"
    value = cell.value
    if formula.data_type == "f" and value is None and cell.data_type != "str":  # computed as no text
        raise InputError("a formula that was never computed; open and save it, or write the text", name=name)
    if cell.data_type == "e" and not nearly:
        raise InputError(f"shows the error {value}", name=name)
    if value is None:
        return ""
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n")
    if isinstance(value, bool):
        return str(value).upper()
    if not isinstance(value, int | float) or cell.is_date:
        if nearly:
            return str(value)
        raise InputError(f"holds a {type(value).__name__}; write it as text", name=name)
    if nearly:
        return _number_text(value, cell.number_format)
    try:
        return show_number(value, cell.number_format)
    except ValueError as error:
        raise InputError(f"{error}; write it as text", name=name) from None


def _number_text(value: float, code: str) -> str:
    """A number as the workbook shows it, where that says which number it is; else plainly.

    Formats may put the minus into a colour (`0.00;[Red]0.00`), hide a number (`;;;`), set
    digits of their own beside it, or a currency, which amounts on paper do not have.
    """
    try:
        text = _CURRENCY.sub("", show_number(value, code)).strip()
    except ValueError:
        return _plain_number(value)
    shown = parse(text)
    if shown is None:
        says_it = not value or any(character.isdigit() for character in text)
    else:  # a quoted sign of per cent multiplies nothing
        says_it = _rounds_to(value, shown) or (shown.percent and _rounds_to(value * 100, shown))
    return text if says_it else _plain_number(value)


def _rounds_to(value: float, shown: Amount) -> bool:
    half = Decimal(5).scaleb(-shown.decimals - 1)
    slack = abs(shown.value).scaleb(-EXACT_DIGITS)
    return abs(Decimal(value) - shown.value) <= half + slack


def _plain_number(value: float) -> str:
    try:
        return show_number(value, "General")
    except ValueError:
        return str(value)
