"""Header rows, column roles and the cells that bear amounts, from texts alone.

A first version: the header is what stands above the first row with amounts, and a column
is what most of its body is. Forms, whose labels and values stand side by side, have no
header rows; in them a cell bears an amount if it is printed like one.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import replace
from itertools import pairwise

from ..amounts import Amount, parse, printed
from ..document import Cell, Column, ColumnRole, Table

MAX_HEADER_ROWS = 6
_CODE = re.compile(r"\d{3,12}", re.ASCII)
_ORDINAL = re.compile(r"\d{1,3}(?=\s*=|$)", re.ASCII)
_MARKER = re.compile(r"\*+|栏\s*次|行\s*次|[甲乙丙丁]")
_NUMBERING = re.compile(
    r"\*+|栏\s*次|行\s*次|类\s*款\s*项|[类款项甲乙丙丁]|\d{1,2}(?:\s*=[\d\s+\-…/]{1,30})?", re.ASCII
)
_YEAR = re.compile(r"(?:19|20)\d\d", re.ASCII)
_MOBILE = re.compile(r"1\d{10}", re.ASCII)
_NO_AMOUNT_LABEL = re.compile(r"电话|手机|传真|邮编|编码|代码|编号|账号|年度|年份|日期|时间|人数|数量")
_CODE_HEADER = re.compile(r"编码|代码|编号|科目\s*$")
_LINE_HEADER = re.compile(r"行\s*次|序\s*号")
_RATIO_HEADER = re.compile(r"[%％]|占比|比例|比重|执行率|完成率|增长率")
_AMOUNT_HEADER = re.compile(r"[数额元]|合计|小计|总计|支出|收入|经费|拨款|资金|补助|预算|决算")
_LEVELS = (3, 5, 7)  # digits of functional and economic codes
_MOST = 0.6  # of the filled cells of a column


def describe(table: Table, header_rows: int | None = None) -> Table:
    """The table with header rows, unless they are known, column roles and amounts filled in."""
    numbers = {(c.row, c.col): parse(c.text) for c in table.cells}
    headers = _header_rows(table, numbers) if header_rows is None else header_rows
    columns = _names_or_texts([_column(table, col, headers, numbers) for col in range(table.shape[1])])
    cells = tuple(_cell(table, c, headers, columns[c.col], numbers[c.row, c.col]) for c in table.cells)
    return replace(table, header_rows=headers, columns=columns, cells=cells)


def _names_or_texts(columns: list[Column]) -> tuple[Column, ...]:
    """Words name the figures to their right; where none follow, they are remarks."""
    last = max((i for i, column in enumerate(columns) if column.role in ("amount", "ratio")), default=-1)
    return tuple(
        replace(column, role="text") if column.role == "name" and i > last else column
        for i, column in enumerate(columns)
    )


def _cell(table: Table, cell: Cell, headers: int, column: Column, number: Amount | None) -> Cell:
    if cell.row < headers:
        return replace(cell, header=True)
    if number is None or number.percent:
        return cell
    label = table.cell_at(cell.row, cell.col - 1).text if cell.col else ""
    form = column.role == "text" and _printed_like_one(cell, label, column, number)
    return replace(cell, amount=number.value) if form or column.role == "amount" else cell


def _printed_like_one(cell: Cell, label: str, column: Column, number: Amount) -> bool:
    """In a form: decimals or commas, or a whole number where the column has decimals elsewhere.

    The label on its left may say that it is something else; years and mobile numbers are.
    """
    if _NO_AMOUNT_LABEL.search(label):
        return False
    if number.decimals or number.grouped:
        return True
    text = cell.text.strip()
    return column.decimals is not None and not _YEAR.fullmatch(text) and not _MOBILE.fullmatch(text)


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
    """A row of column numbers: 栏次 1 2 3, or ** ** 1 2 3=1+2, or 甲 乙 1 2."""
    filled = [unicodedata.normalize("NFKC", text) for text in texts if text]
    ordinals = [int(match[0]) for text in filled if (match := _ORDINAL.match(text))]
    # A spanning cell repeats its number; without a marker only 1 2 3 … will do, not 0 0 0.
    rising = all(b >= a for a, b in pairwise(ordinals))
    counting = len(ordinals) > 1 and sorted(set(ordinals)) == list(range(1, max(ordinals) + 1))
    marked = any(_MARKER.fullmatch(text) for text in filled)
    return bool(ordinals) and rising and (marked or counting) and all(_NUMBERING.fullmatch(t) for t in filled)


def _is_data(text: str) -> bool:
    """Codes and amounts are; a year alone heads a column."""
    if _YEAR.fullmatch(text):
        return False
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
        _role(header, texts, amounts, headers, col), None, decimals.most_common(1)[0][0] if decimals else None
    )


def _role(header: str, texts: list[str], amounts: list[Amount], headers: int, col: int) -> ColumnRole:
    if not texts:  # a fund that nobody used: the header alone says what would stand here
        return "amount" if headers and _AMOUNT_HEADER.search(header) else "text"
    most = _MOST * len(texts)
    codes = [text for text in texts if _CODE.fullmatch(text)]
    if len(codes) >= most and (_CODE_HEADER.search(header) or (col < 3 and _are_codes(header, codes))):
        return "code"
    if len(amounts) >= most and (_LINE_HEADER.search(header) or _counts_up(texts)):
        return "line_number"
    if not headers:
        return "text"
    if _RATIO_HEADER.search(header) and len(amounts) >= most:
        return "ratio"
    return "amount" if len(amounts) >= most else "name"


def _are_codes(header: str, texts: list[str]) -> bool:
    """Without a header that says so: a leading zero, or parents that are prefixes of children."""
    if _AMOUNT_HEADER.search(header):
        return False
    known = set(texts)
    nested = any(text[:n] in known for text in texts for n in range(3, len(text)))
    levels = all(len(text) in _LEVELS for text in texts)
    return any(text.startswith("0") for text in texts) or (nested and levels and len(known) == len(texts))


def _counts_up(texts: list[str]) -> bool:
    """1, 2, 3 … with nothing between, as line numbers are."""
    if len(texts) < 3 or not all(_ORDINAL.fullmatch(text) for text in texts):
        return False
    values = [int(text) for text in texts]
    return all(b == a + 1 for a, b in pairwise(values))
