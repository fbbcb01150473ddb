"""CSV → a grid of texts. Which of comma, semicolon and tab parts the fields is told by the file itself.

CSV has no spans: the text of a merged cell stands at its first address, blanks at the others.
In a header that is enough to tell what was merged, and a heading must reach over its columns.
"""

from __future__ import annotations

import csv
import io
import re
import threading
from dataclasses import replace

from ..document import MAX_ADDRESSES, Cell, Table
from ..errors import DamagedInput, LimitExceeded
from ..layout.headers import find_header_rows
from .sheet import Sheet

_DELIMITERS = ("\t", ",", ";")  # where two part lines alike, the first
_SAMPLE = 200  # lines by which the delimiter is told
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))", re.ASCII)
_MAX_FIELD = 1 << 20  # characters
_LIMIT = threading.Lock()  # the csv module has one limit for all threads
# What a writer puts before text that a spreadsheet would run; `export.csv` does as well.
_GUARDED = re.compile(r"'[\s\x00-\x20\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠﹦﹢﹣﹫]")


def csv_sheet(text: str, name: str) -> Sheet:
    """The one table of a CSV file, titles and notes still in it; short rows are filled with blanks.

    An apostrophe before what would be a formula is the guard that spreadsheets ask for, not text.

    Raises:
        DamagedInput: a quotation that does not end, a field longer than a file may have, or
            amounts that their own commas part.
        LimitExceeded: more rows and columns than a table may have.
    """
    delimiter = _delimiter(text)
    if delimiter == ",":
        _require_whole_amounts(text, name)
    rows = _parsed(text, delimiter, name)
    while rows and not any(rows[-1]):
        rows.pop()
    cols = max((len(row) for row in rows), default=0)
    if len(rows) * cols > MAX_ADDRESSES:
        raise LimitExceeded(f"has more than {MAX_ADDRESSES} cells", name=name)
    cells = tuple(
        Cell(r, c, text=_plain(row[c]) if c < len(row) else "")
        for r, row in enumerate(rows)
        for c in range(cols)
    )
    return Sheet(name, (len(rows), cols) if cols else (0, 0), cells)


def with_merged_headers(sheet: Sheet) -> Sheet:
    """The sheet with blanks in its header rows joined to the cells that they were merged with.

    A column without any text in the rest of the header belongs to the cell above, which is
    then as high as the header; a blank with headings under it to the cell on its left, as far
    as what stands above both is one cell.
    """
    table = Table("t", sheet.shape, sheet.cells)
    rows = find_header_rows(table)
    if rows < 2 or rows >= sheet.shape[0]:
        return sheet
    texts = [[table.cell_at(row, col).text for col in range(sheet.shape[1])] for row in range(rows)]
    owner = [[(row, col) for col in range(sheet.shape[1])] for row in range(rows)]
    for row in range(rows):
        for col in range(sheet.shape[1]):
            owner[row][col] = _owner(texts, owner, row, col)
    members: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for row in range(rows):
        for col in range(sheet.shape[1]):
            members.setdefault(owner[row][col], []).append((row, col))
    header = [
        Cell(
            *first,
            row_span=places[-1][0] - first[0] + 1,
            col_span=max(col for _, col in places) - first[1] + 1,
            text=texts[first[0]][first[1]],
        )
        for first, places in members.items()
    ]
    body = tuple(cell for cell in sheet.cells if cell.row >= rows)
    return replace(sheet, cells=(*header, *body), header_rows=rows)


def _owner(texts: list[list[str]], owner: list[list[tuple[int, int]]], row: int, col: int) -> tuple[int, int]:
    """The first address of the cell that an address of the header belongs to."""
    if texts[row][col]:
        return row, col
    above = owner[row - 1][col] if row else None
    if above and texts[above[0]][above[1]] and not any(texts[r][col] for r in range(row, len(texts))):
        alone = owner[row - 1].count(above) == 1
        return above if alone else (row, col)
    left = owner[row][col - 1] if col else None
    headed = any(texts[r][col] for r in range(row + 1, len(texts)))
    if left and headed and left[0] == row and texts[row][left[1]]:
        same_above = not row or owner[row - 1][col] == owner[row - 1][left[1]]
        led = any(texts[r][left[1]] for r in range(row + 1, len(texts)))  # the first has headings as well
        return left if same_above and led else (row, col)
    return row, col


def _plain(field: str) -> str:
    text = field[1:] if _GUARDED.match(field) else field
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _parsed(text: str, delimiter: str, name: str) -> list[list[str]]:
    lines = io.StringIO(text, newline="")  # keeps the line breaks within quotations
    rows: list[list[str]] = []
    size = 0
    with _LIMIT:
        before = csv.field_size_limit(_MAX_FIELD)
        try:
            for row in csv.reader(lines, delimiter=delimiter, strict=True):
                rows.append(row)
                size += len(row)
                if size > MAX_ADDRESSES:
                    raise LimitExceeded(f"has more than {MAX_ADDRESSES} cells", name=name)
        except csv.Error as error:
            raise DamagedInput(f"is no CSV: {error}, row {len(rows) + 1}", name=name) from None
        finally:
            csv.field_size_limit(before)
    return rows


def _delimiter(text: str) -> str:
    """The one that parts the most lines into equally many fields; thousands' commas part none."""
    lines = [_THOUSANDS.sub("", _outside_quotes(line)) for line in text.splitlines()[:_SAMPLE]]
    best = max(_DELIMITERS, key=lambda mark: _regularity(lines, mark))
    return best if _regularity(lines, best) else ","


def _require_whole_amounts(text: str, name: str) -> None:
    """Refuse a file whose thousands' commas are not quoted: 1,234.50 would become two amounts.

    It is one if lines with such commas have more fields than any line without them, and no
    longer when those commas part none.
    """
    lines = [_outside_quotes(line) for line in text.splitlines()[:_SAMPLE]]
    doubtful = [line for line in lines if _THOUSANDS.search(line)]
    most = max((line.count(",") for line in lines if not _THOUSANDS.search(line)), default=0)
    longer = next((line for line in doubtful if line.count(",") > most), None)
    if not most or longer is None or any(_THOUSANDS.sub("", line).count(",") > most for line in doubtful):
        return
    reason = f"has thousands' commas that are not quoted, as in {longer[:40]!r}"
    raise DamagedInput(reason, name=name, remedy="quote these amounts, or write them without commas")


def _regularity(lines: list[str], mark: str) -> int:
    counts = [line.count(mark) for line in lines]
    parted = [count for count in counts if count]
    return max((parted.count(count) * min(count, 50) for count in set(parted)), default=0)


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])
