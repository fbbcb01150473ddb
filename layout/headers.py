"""Header rows, column roles and the cells that bear amounts, from texts alone.

A first version: the header is what stands above the first row with amounts, and a column
is what most of its body is. Forms, whose labels and values stand side by side, have no
header rows; in them a cell bears an amount if it is printed like one.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise

from ..amounts import Amount, parse, printed
from ..document import Cell, Column, ColumnRole, Table

MAX_HEADER_ROWS = 6
_CODE = re.compile(r"\d{3,12}", re.ASCII)
_ORDINAL = re.compile(r"\d{1,3}", re.ASCII)
_NUMBERING = re.compile(r"\*+|栏\s*次|行\s*次|类\s*款\s*项|[类款项]|\d{1,2}", re.ASCII)
_CODE_HEADER = re.compile(r"编码|代码|编号|科目\s*$")
_LINE_HEADER = re.compile(r"行\s*次|序\s*号")
_RATIO_HEADER = re.compile(r"[%％]|占比|比例|比重|执行率|完成率|增长率")
_AMOUNT_HEADER = re.compile(r"[数额元]\s*$|合计|小计|总计|支出|收入|经费|拨款|资金|补助")
_MOST = 0.6  # of the filled cells of a column


def describe(table: Table) -> Table:
    """The table with header rows, column roles and amounts filled in."""
    numbers = {(c.row, c.col): parse(c.text) for c in table.cells}
    headers = _header_rows(table, numbers)
    columns = tuple(_column(table, col, headers, numbers) for col in range(table.shape[1]))
    cells = tuple(_cell(c, headers, columns[c.col], numbers[c.row, c.col]) for c in table.cells)
    return replace(table, header_rows=headers, columns=columns, cells=cells)


def _cell(cell: Cell, headers: int, column: Column, number: Amount | None) -> Cell:
    if cell.row < headers:
        return replace(cell, header=True)
    bears = number is not None and not number.percent and _bears_amount(column, number)
    return replace(cell, amount=number.value) if bears and number else cell


def _bears_amount(column: Column, number: Amount) -> bool:
    """In a column of amounts any number; elsewhere one that is printed like an amount."""
    if column.role == "amount":
        return True
    return column.role == "text" and (number.decimals > 0 or number.grouped or column.decimals is not None)


def _header_rows(table: Table, numbers: dict[tuple[int, int], Amount | None]) -> int:
    """Rows above the first that holds data, the row of column numbers included."""
    rows, cols = table.shape
    first = 0
    while first < min(rows, MAX_HEADER_ROWS):
        texts = [table.cell_at(first, col).text.strip() for col in range(cols)]
        if not _is_numbering(texts) and any(_is_data(text) for text in texts):
            break
        first += 1
    if first == 0 or first >= rows or (first == MAX_HEADER_ROWS and not _is_numbering(texts)):
        return 0
    below = [[table.cell_at(row, col) for row in range(first, rows)] for col in range(cols)]
    has_amounts = any(_share(cells, numbers) >= _MOST and len(cells) > 0 for cells in below)
    return first if first < rows and has_amounts else 0


def _is_numbering(texts: list[str]) -> bool:
    """A row of column numbers: 栏次 1 2 3, or ** ** 1 2 3."""
    filled = [text for text in texts if text]
    ordinals = [int(text) for text in filled if _ORDINAL.fullmatch(text)]
    rising = all(b >= a for a, b in pairwise(ordinals))
    return bool(ordinals) and rising and all(_NUMBERING.fullmatch(text) for text in filled)


def _is_data(text: str) -> bool:
    return bool(_CODE.fullmatch(text)) or printed(text) in ("amount", "zero")


def _share(cells: list[Cell], numbers: dict[tuple[int, int], Amount | None]) -> float:
    """Share of the filled cells of a column that hold a number and no percentage."""
    filled = [numbers[c.row, c.col] for c in cells if c.text.strip()]
    return sum(n is not None and not n.percent for n in filled) / len(filled) if filled else 0.0


def _column(table: Table, col: int, headers: int, numbers: dict[tuple[int, int], Amount | None]) -> Column:
    header = " ".join(dict.fromkeys(table.cell_at(row, col).text for row in range(headers)))
    body = [c for c in table.cells if c.col == col and c.row >= headers and c.text.strip()]
    texts = [c.text.strip() for c in body]
    amounts = [a for c in body if (a := numbers[c.row, c.col]) is not None]
    decimals = Counter(a.decimals for a in amounts if a.decimals)
    return Column(
        _role(header, texts, amounts, headers), None, decimals.most_common(1)[0][0] if decimals else None
    )


def _role(header: str, texts: list[str], amounts: list[Amount], headers: int) -> ColumnRole:
    most = _MOST * max(len(texts), 1)
    plain = sum(a.decimals == 0 and not a.grouped for a in amounts)
    codes = sum(_CODE.fullmatch(text) is not None for text in texts)
    if texts and codes >= most and (_CODE_HEADER.search(header) or plain == len(amounts)):
        return "code"
    if texts and len(amounts) >= most and (_LINE_HEADER.search(header) or _counts_up(texts)):
        return "line_number"
    if not headers:
        return "text"
    if _RATIO_HEADER.search(header) and len(amounts) >= most:
        return "ratio"
    if not texts:  # a fund that nobody used: the header alone says what would stand here
        return "amount" if _AMOUNT_HEADER.search(header) else "text"
    return "amount" if len(amounts) >= most else "name"


def _counts_up(texts: list[str]) -> bool:
    """1, 2, 3 … with nothing between, as line numbers are."""
    if len(texts) < 3 or not all(_ORDINAL.fullmatch(text) for text in texts):
        return False
    values = [int(text) for text in texts]
    return all(b == a + 1 for a, b in pairwise(values))
