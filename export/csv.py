"""Tables as CSV that Excel opens rightly and safely.

UTF-8 with a byte order mark, without which Excel reads Chinese as the system's code
page, and CRLF as RFC 4180 has it. Text that a spreadsheet would take for a formula is
made harmless with an apostrophe (OWASP, "CSV Injection").
"""

from __future__ import annotations

import csv
import io

from ..document import Table
from .characters import encodable, is_formula_like


def write_csv(table: Table) -> bytes:
    """The whole grid, header rows included, one record per row.

    A cell's text stands at its first address, as printed: codes keep their zeros, amounts
    their commas and signs. The other addresses that it covers are empty. Text that begins
    with = + - @ (of any width, after any white space) and is neither amount nor dash gets
    an apostrophe before it.
    """
    rows, cols = table.shape
    grid = [[""] * cols for _ in range(rows)]
    for cell in table.cells:
        text = encodable(cell.text)
        grid[cell.row][cell.col] = f"'{text}" if is_formula_like(text) else text
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\r\n").writerows(grid)
    return stream.getvalue().encode("utf-8-sig")
